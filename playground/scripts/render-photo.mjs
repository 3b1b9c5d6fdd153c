// Renders src/photo.jpg, the picture that night.image.json edits: five stones on a beach, through a lens, by path tracing.
//   node playground/scripts/render-photo.mjs [samples a pixel, 112] [size, 1] [file, src/photo.jpg]
// Nobody needs to run it, as the picture is committed; it takes a quarter of an hour on two cores.
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads';
import sharp from 'sharp';

// x is right, y up, z away from us. The stones are one unit high.

/** The camera stands as high as the picture's middle and looks straight ahead: the horizon halves the picture. */
const camera = { x: 0, y: 0.5, z: -3.6, focus: 3.52, aperture: 0.031, slope: 0.193 };
const sun = unit([-0.74, 0.58, 0.3]);
const sunlight = [5.8, 4.9, 3.8];
const shore = 3.9;
const bounces = 2;
/** The standard error at which a pixel is done. */
const tolerance = 0.008;
/** Powers of the inverse of a root of x⁵ = x + 1: multiples of them cover four dimensions evenly. */
const steps = [1, 2, 3, 4].map((power) => 1.1673039782614187 ** -power);

// Bottom to top. Stones rest on each other: where on the y axis, `stack` finds out.
const cairn = [
  { x: 0.13, z: 0, radii: [0.37, 0.125, 0.3], turn: 0.3, tilt: 0.02, rough: 0.05, look: 'slate' },
  { x: 0.1, z: 0.01, radii: [0.29, 0.115, 0.25], turn: 1.1, tilt: -0.07, rough: 0.06, look: 'sandstone' },
  { x: 0.155, z: 0, radii: [0.235, 0.108, 0.21], turn: 2.2, tilt: 0.06, rough: 0.05, look: 'granite' },
  { x: 0.115, z: 0, radii: [0.165, 0.088, 0.15], turn: 0.2, tilt: -0.1, rough: 0.06, look: 'rust' },
  { x: 0.135, z: 0, radii: [0.1, 0.072, 0.095], turn: 1.7, tilt: 0.12, rough: 0.06, look: 'chalk' },
];
const boulders = [
  { x: -1.95, y: 0.1, z: 2.5, radii: [0.62, 0.3, 0.4], turn: 0.4, tilt: 0.1, rough: 0.16, look: 'slate' },
  { x: -1.15, y: 0.03, z: 2.9, radii: [0.3, 0.13, 0.24], turn: 2, tilt: 0, rough: 0.14, look: 'granite' },
  { x: 1.75, y: 0.04, z: 1.9, radii: [0.36, 0.16, 0.3], turn: 1, tilt: -0.1, rough: 0.14, look: 'rust' },
  { x: -0.95, y: 0.04, z: 0.5, radii: [0.17, 0.085, 0.13], turn: 1, tilt: 0.05, rough: 0.08, look: 'granite' },
  { x: 0.86, y: 0.035, z: -0.32, radii: [0.12, 0.065, 0.1], turn: 2.4, tilt: 0, rough: 0.08, look: 'sandstone' },
];
const pebbleColours = [
  [0.3, 0.29, 0.28],
  [0.42, 0.38, 0.33],
  [0.22, 0.23, 0.25],
  [0.5, 0.46, 0.4],
  [0.36, 0.27, 0.21],
  [0.16, 0.17, 0.19],
  [0.58, 0.55, 0.5],
  [0.3, 0.31, 0.33],
];

// Film

/** Light that falls on each pixel, rendered row by row by as many threads as there are cores. */
async function expose(width, height, samples) {
  const film = new SharedArrayBuffer(width * height * 3 * Float32Array.BYTES_PER_ELEMENT);
  const cursor = new Int32Array(new SharedArrayBuffer(4));
  const threads = Array.from({ length: availableParallelism() }, () => {
    const worker = new Worker(new URL(import.meta.url), { workerData: { width, height, samples, cursor, film } });
    return new Promise((resolve, reject) => worker.once('message', resolve).once('error', reject));
  });
  await Promise.all(threads);
  return new Float32Array(film);
}

/** Samples until what the pixel shows is known well enough; pixel and lens are covered by a sequence without clumps. */
function exposePixel(scene, film, column, row, width, height, samples, random) {
  const start = steps.map(() => random());
  const sum = [0, 0, 0];
  let [count, mean, spread] = [0, 0, 0];
  while (count < samples) {
    const [u, v, s, t] = start.map((from, axis) => (from + count * steps[axis]) % 1);
    const [x, y] = [(column + u) / width - 0.5, 0.5 - (row + v) / height];
    // A round opening: what is not in focus becomes a disc.
    const [angle, reach] = [s * 2 * Math.PI, Math.sqrt(t) * camera.aperture];
    const [lensX, lensY] = [Math.cos(angle) * reach, Math.sin(angle) * reach];
    const scale = 2 * camera.slope * camera.focus;
    const direction = unit([(x * scale * width) / height - lensX, y * scale - lensY, camera.focus]);
    const light = trace(scene, [camera.x + lensX, camera.y + lensY, camera.z], direction, random);
    // A single firefly must not outshine its neighbours.
    for (let channel = 0; channel < 3; channel++) sum[channel] += Math.min(light[channel], 14);
    count++;
    const tone = Math.min(1, light[1]);
    const away = tone - mean;
    mean += away / count;
    spread += away * (tone - mean);
    if (count >= 24 && Math.sqrt(spread) / count < tolerance) break;
  }
  for (let channel = 0; channel < 3; channel++) film[(row * width + column) * 3 + channel] = sum[channel] / count;
}

/** From light to JPEG: exposure, a film's curve, a lens's vignette, a little grain. */
async function develop(film, width, height, file) {
  const pixels = Buffer.alloc(width * height * 3);
  const random = createRandom(99);
  for (let at = 0; at < width * height; at++) {
    const [x, y] = [(at % width) / width - 0.5, Math.floor(at / width) / height - 0.5];
    const vignette = 1 - 0.55 * (x * x + y * y);
    const grain = 1 + (random() + random() - 1) * 0.022;
    for (let channel = 0; channel < 3; channel++) {
      const light = film[at * 3 + channel] * 0.5 * vignette * grain;
      const filmic = (light * (2.51 * light + 0.03)) / (light * (2.43 * light + 0.59) + 0.14);
      pixels[at * 3 + channel] = Math.round(255 * Math.min(1, filmic) ** (1 / 2.2));
    }
  }
  await sharp(pixels, { raw: { width, height, channels: 3 } })
    .jpeg({ quality: 86, mozjpeg: true })
    .toFile(file);
}

// Light

/** What comes along a ray, from its surface on: the sun directly, everything else by one random bounce after the other. */
function trace(scene, origin, direction, random) {
  const light = [0, 0, 0];
  const throughput = [1, 1, 1];
  for (let bounce = 0; bounce <= bounces; bounce++) {
    const hit = intersect(scene, origin, direction, Infinity);
    if (!hit) return add(light, throughput, sky(direction, bounce === 0));
    const { point, normal } = hit;
    if (hit.kind === 'water') return add(light, throughput, water(point, direction));
    const colour = colourOf(hit);
    const above = [point[0] + normal[0] * 2e-4, point[1] + normal[1] * 2e-4, point[2] + normal[2] * 2e-4];
    for (let channel = 0; channel < 3; channel++) throughput[channel] *= colour[channel];
    const towardsSun = unit([
      sun[0] + (random() - 0.5) * 0.05,
      sun[1] + (random() - 0.5) * 0.05,
      sun[2] + (random() - 0.5) * 0.05,
    ]);
    const facing = dot(normal, towardsSun);
    if (facing > 0 && !intersect(scene, above, towardsSun, 30)) {
      const gloss = 0.05 * Math.max(0, dot(normal, unit(subtract(towardsSun, direction)))) ** 28;
      for (let channel = 0; channel < 3; channel++) {
        light[channel] += sunlight[channel] * (throughput[channel] * facing + (bounce === 0 ? gloss : 0));
      }
    }
    origin = above;
    direction = diffuse(normal, random);
  }
  return light;
}

function add(light, throughput, colour) {
  for (let channel = 0; channel < 3; channel++) light[channel] += throughput[channel] * colour[channel];
  return light;
}

/** Hazy at the horizon; thin cloud, which only the lens needs to see. */
function sky([x, y, z], withClouds) {
  const height = Math.max(0, y);
  const rise = 1 - Math.exp(-height * 6);
  const warmth = 0.5 + 0.5 * (x * sun[0] + y * sun[1] + z * sun[2]);
  const haze = mix([0.98, 1.0, 1.02], [1.6, 1.34, 1.04], warmth ** 2);
  let colour = mix(haze, [0.2, 0.43, 0.82], rise);
  if (withClouds && z > 0) {
    const [u, v] = [(x / z) * 3, (height / z) * 16];
    const streaks = fractal(u + 0.5 * fractal(u * 2, v, 3, 2), v, 0.5, 4);
    colour = mix(colour, [1.4, 1.32, 1.25], 0.7 * smooth(streaks, 0, 0.6) * smooth(height, 0.01, 0.07));
  }
  return colour;
}

/** Reflects the sky by its waves, more the flatter we look; foam where it reaches the sand, and sparks of the sun. */
function water([x, , z], direction) {
  const distance = z - camera.z;
  const swell = fractal(x * 0.7, z * 2.6, 1, 3);
  const slope = [fractal(x * 3, z * 6, 5, 3) * 0.05, fractal(x * 3, z * 6, 9, 3) * 0.11 + swell * 0.05];
  const normal = unit([slope[0], 1, slope[1]]);
  const facing = Math.max(0.02, -dot(normal, direction));
  const mirror = 0.03 + 0.97 * (1 - facing) ** 5;
  const bounced = subtract(direction, scaled(normal, 2 * dot(normal, direction)));
  const depth = mix([0.1, 0.34, 0.36], [0.03, 0.15, 0.25], smooth(distance, 7, 20));
  const body = scaled(depth, 1 + 0.45 * swell);
  let colour = mix(body, sky([bounced[0], Math.abs(bounced[1]) + 0.12, bounced[2]], false), mirror * 0.72);
  const edge = z - shoreAt(x);
  const lace = fractal(x * 5, z * 9, 2, 4);
  const foam = Math.max(
    smooth(0.34 - edge + lace * 0.2, 0, 0.2),
    smooth(0.14 - Math.abs(edge - 1.15 - 0.2 * fractal(x * 0.8, 0, 4, 2)) + lace * 0.09, 0, 0.12) * 0.85,
  );
  colour = mix(colour, [1.25, 1.22, 1.18], foam * 0.9);
  const cell = 0.007 * distance;
  const chance = 0.2 * Math.exp(-Math.max(0, x / distance + 0.3) / 0.11) * (1 - smooth(distance, 8.5, 15));
  const spark = hash(Math.floor(x / cell), Math.floor(z / (cell * 3)), 17) < chance ? 2.6 : 0;
  return [colour[0] + spark * 1.1, colour[1] + spark, colour[2] + spark * 0.82];
}

function shoreAt(x) {
  return shore + 0.22 * fractal(x * 0.5, 0, 8, 2) + 0.09 * x;
}

function diffuse(normal, random) {
  const z = random() * 2 - 1;
  const angle = random() * 2 * Math.PI;
  const radius = Math.sqrt(1 - z * z) * 0.9999;
  return unit([normal[0] + Math.cos(angle) * radius, normal[1] + Math.sin(angle) * radius, normal[2] + z * 0.9999]);
}

// Surfaces

function colourOf({ kind, point: [x, y, z], stone, pebble, at }) {
  if (kind === 'stone') return looks[stone.look](at[0], at[1], at[2]);
  if (kind === 'pebble') {
    const grain = 0.86 + 0.3 * fractal(x * 46, y * 46, z * 46, 2) + 0.16 * (hash(pebble, 3, 1) - 0.5);
    return scaled(pebbleColours[pebble % pebbleColours.length], grain * dampness(x, z));
  }
  const grain = 0.8 + 0.22 * fractal(x * 60, z * 60, 4, 2) + 0.18 * fractal(x * 2, z * 2, 1, 2);
  return scaled([0.4, 0.345, 0.28], grain * dampness(x, z));
}

/** Sand and stones are darker where the last wave has been. */
function dampness(x, z) {
  return 1 - 0.55 * smooth(z - shoreAt(x) + 0.16 * fractal(x * 1.5, z, 6, 2), -0.95, -0.55);
}

const looks = {
  slate: (x, y, z) => {
    const vein = Math.abs(y + 0.22 * x + 0.1 * z + 0.05 * fractal(x * 6, y * 6, z * 6, 3) - 0.035);
    const thin = Math.abs(y - 0.3 * x + 0.04 * fractal(x * 8, y * 8, z * 8 + 4, 3) + 0.05);
    const grain = 0.9 + 0.34 * fractal(x * 34, y * 60, z * 34, 4);
    const quartz = Math.max(1 - smooth(vein, 0.006, 0.016), 0.7 * (1 - smooth(thin, 0.001, 0.006)));
    return mix(scaled([0.17, 0.195, 0.22], grain), [0.68, 0.66, 0.62], quartz);
  },
  sandstone: (x, y, z) => {
    const layer = Math.sin(y * 105 + 6 * fractal(x * 3, y * 8, z * 3, 3));
    const grain = 0.9 + 0.3 * fractal(x * 70, y * 70, z * 70, 3);
    return scaled(mix([0.5, 0.36, 0.22], [0.62, 0.5, 0.35], 0.5 + 0.5 * layer), grain);
  },
  granite: (x, y, z) => {
    const grain = 0.92 + 0.2 * fractal(x * 20, y * 20, z * 20, 3);
    const dark = smooth(fractal(x * 95, y * 95, z * 95, 2), 0.22, 0.36);
    const rose = smooth(fractal(x * 60 + 9, y * 60, z * 60, 2), 0.2, 0.4);
    return scaled(mix(mix([0.54, 0.53, 0.51], [0.6, 0.47, 0.41], rose), [0.1, 0.1, 0.11], dark * 0.85), grain);
  },
  rust: (x, y, z) => {
    const blotch = smooth(fractal(x * 9, y * 9, z * 9, 4), -0.2, 0.5);
    const grain = 0.86 + 0.36 * fractal(x * 60, y * 60, z * 60, 3);
    return scaled(mix([0.36, 0.19, 0.13], [0.5, 0.31, 0.2], blotch), grain);
  },
  chalk: (x, y, z) => {
    const grain = 0.95 + 0.12 * fractal(x * 40, y * 40, z * 40, 4);
    return scaled(
      mix([0.76, 0.73, 0.67], [0.6, 0.55, 0.48], smooth(fractal(x * 11, y * 22, z * 11, 3), 0, 0.6)),
      grain,
    );
  },
};

// Shapes

/** The nearest surface within `limit`; the normal looks at where the ray comes from. */
function intersect(scene, origin, direction, limit) {
  let nearest = limit;
  let hit;
  for (const stone of scene.stones) {
    const distance = meetStone(stone, origin, direction, nearest);
    if (distance < nearest) {
      nearest = distance;
      hit = { kind: 'stone', stone };
    }
  }
  const pebble = meetPebbles(scene.pebbles, origin, direction, nearest);
  if (pebble) {
    nearest = pebble.distance;
    hit = { kind: 'pebble', pebble: pebble.index };
  }
  if (direction[1] < -1e-6) {
    const distance = -origin[1] / direction[1];
    if (distance > 0 && distance < nearest) {
      nearest = distance;
      hit = { kind: 'ground' };
    }
  }
  if (!hit) return undefined;
  const point = [0, 1, 2].map((axis) => origin[axis] + direction[axis] * nearest);
  if (hit.kind === 'stone') {
    const { x, y, z } = hit.stone;
    hit.at = toStone(hit.stone, point[0] - x, point[1] - y, point[2] - z);
    hit.normal = stoneNormal(hit.stone, hit.at);
  } else if (hit.kind === 'pebble') {
    hit.normal = bumped(pebbleNormal(scene.pebbles, hit.pebble, point), point, 42, 0.16);
  } else {
    if (point[2] > shoreAt(point[0])) hit.kind = 'water';
    hit.normal = bumped([0, 1, 0], point, 34, 0.3);
  }
  hit.point = point;
  return hit;
}

/** A stone in place: an ellipsoid, turned and tilted, its surface displaced by noise. */
function carve(stone, index) {
  const { turn, tilt, radii, rough } = stone;
  const trig = [Math.cos(turn), Math.sin(turn), Math.cos(tilt), Math.sin(tilt)];
  return { ...stone, trig, hull: radii.map((radius) => radius + radii[1] * rough * 2.6 + 0.004), seed: index * 13.7 };
}

/** Lets each stone down until it touches the one below. */
function stack(stones) {
  const placed = [];
  for (const stone of stones) {
    const below = placed.at(-1) && carve(placed.at(-1), placed.length - 1);
    let [low, high] = below ? [below.y, below.y + 0.5] : [stone.radii[1] * 0.72, stone.radii[1] * 0.72];
    for (let step = 0; below && step < 18; step++) {
      const y = (low + high) / 2;
      if (touches(carve({ ...stone, y }, placed.length), below)) low = y;
      else high = y;
    }
    placed.push({ ...stone, y: high - 0.003 });
  }
  return placed;
}

function touches(upper, below) {
  for (let ring = 0; ring <= 24; ring++) {
    for (let step = 0; step < 40; step++) {
      const [angle, reach] = [(step / 40) * 2 * Math.PI, (ring / 24) * upper.hull[0]];
      const [x, z] = [Math.cos(angle) * reach, Math.sin(angle) * reach];
      for (let y = 0; y > -upper.hull[0]; y -= 0.004) {
        if (stoneDistance(upper, ...toStone(upper, x, y, z)) > 0) break;
        const [dx, dy, dz] = [upper.x + x - below.x, upper.y + y - below.y, upper.z + z - below.z];
        if (stoneDistance(below, ...toStone(below, dx, dy, dz)) < 0) return true;
      }
    }
  }
  return false;
}

/** A direction, or a point as seen from the stone's middle, in the stone's own frame. */
function toStone({ trig: [cosTurn, sinTurn, cosTilt, sinTilt] }, x, y, z) {
  const tilted = x * cosTilt + y * sinTilt;
  return [tilted * cosTurn - z * sinTurn, y * cosTilt - x * sinTilt, tilted * sinTurn + z * cosTurn];
}

function fromStone({ trig: [cosTurn, sinTurn, cosTilt, sinTilt] }, [x, y, z]) {
  const tilted = x * cosTurn + z * sinTurn;
  return [tilted * cosTilt - y * sinTilt, y * cosTilt + tilted * sinTilt, z * cosTurn - x * sinTurn];
}

/** How far a point in the stone's own frame is from its surface, about; negative inside. */
function stoneDistance({ radii: [a, b, c], rough, seed }, x, y, z) {
  const length = Math.hypot(x / a, y / b, z / c);
  const gradient = Math.hypot(x / (a * a), y / (b * b), z / (c * c));
  if (gradient < 1e-9) return -b;
  const distance = (length * (length - 1)) / gradient;
  const relief = b * rough * 2.2;
  if (distance > relief * 1.5 + 0.004) return distance - relief;
  const detail = 1.7 / a;
  const smoothed = distance - relief * fractal(x * detail + seed, y * detail * 1.6, z * detail, 2);
  return Math.abs(smoothed) > 0.006 ? smoothed : smoothed - 0.0016 * fractal(x * 24 + seed, y * 24, z * 24, 2);
}

/** Enters the ellipsoid around a stone, then walks on by the distance that is certainly free. */
function meetStone(stone, origin, direction, limit) {
  const [ox, oy, oz] = toStone(stone, origin[0] - stone.x, origin[1] - stone.y, origin[2] - stone.z);
  const [dx, dy, dz] = toStone(stone, direction[0], direction[1], direction[2]);
  const [wide, tall, deep] = stone.hull;
  const a = (dx / wide) ** 2 + (dy / tall) ** 2 + (dz / deep) ** 2;
  const b = (ox * dx) / wide ** 2 + (oy * dy) / tall ** 2 + (oz * dz) / deep ** 2;
  const c = (ox / wide) ** 2 + (oy / tall) ** 2 + (oz / deep) ** 2 - 1;
  const root = b * b - a * c;
  if (root < 0) return Infinity;
  const half = Math.sqrt(root) / a;
  const end = Math.min(limit, -b / a + half);
  let distance = Math.max(0, -b / a - half);
  for (let step = 0; step < 60 && distance < end; step++) {
    const gap = stoneDistance(stone, ox + dx * distance, oy + dy * distance, oz + dz * distance);
    // A ray that starts on the stone must leave it first.
    if (gap < 4e-4) return distance > 1e-3 || gap < -1e-3 ? distance : Infinity;
    distance += gap * 0.7 + 2e-4;
  }
  return Infinity;
}

function stoneNormal(stone, at) {
  const step = 8e-4;
  const probe = (x, y, z) => stoneDistance(stone, at[0] + x * step, at[1] + y * step, at[2] + z * step);
  const [a, b, c, d] = [probe(1, -1, -1), probe(-1, -1, 1), probe(-1, 1, -1), probe(1, 1, 1)];
  return fromStone(stone, bumped(unit([a - b - c + d, -a - b + c + d, -a + b - c + d]), at, 90, 0.14));
}

function bumped(normal, [x, y, z], detail, strength) {
  return unit([
    normal[0] + strength * fractal(x * detail, y * detail, z * detail, 2),
    normal[1] + strength * fractal(x * detail + 31, y * detail, z * detail, 2),
    normal[2] + strength * fractal(x * detail, y * detail + 57, z * detail, 2),
  ]);
}

/** Thousands of ellipsoids, listed by the cells of a grid that they reach into. */
function scatterPebbles(random) {
  const [left, near, side, columns, rows] = [-4.2, -3.2, 0.12, 70, 64];
  const cells = Array.from({ length: columns * rows }, () => []);
  const data = [];
  for (let index = 0; index < 8200; index++) {
    const [x, z] = [left + 0.2 + random() * (columns * side - 0.4), near + 0.2 + random() * (rows * side - 0.4)];
    const radius = 0.016 + 0.062 * random() ** 2.6;
    const [wide, tall, deep] = [radius * (0.9 + 0.5 * random()), radius * (0.5 + 0.3 * random()), radius];
    const turn = random() * Math.PI;
    if (z > shoreAt(x) - 0.1 || random() < smooth(z - shoreAt(x), -1.6, -0.2)) continue;
    // The lowest stone lies free.
    if (Math.hypot((x - 0.13) / 0.36, z / 0.31) < 1) continue;
    const pebble = data.push([x, tall * 0.55, z, Math.cos(turn), Math.sin(turn), wide, tall, deep]) - 1;
    for (let column = 0; column < columns; column++) {
      if (Math.abs(left + (column + 0.5) * side - x) > wide + side / 2) continue;
      for (let row = 0; row < rows; row++) {
        if (Math.abs(near + (row + 0.5) * side - z) <= wide + side / 2) cells[row * columns + column].push(pebble);
      }
    }
  }
  return { left, near, side, columns, rows, cells, data, top: 0.125 };
}

function meetPebbles({ left, near, side, columns, rows, cells, data, top }, origin, direction, limit) {
  let [from, to] = [0, limit];
  const bounds = [
    [left, left + columns * side],
    [0, top],
    [near, near + rows * side],
  ];
  for (let axis = 0; axis < 3; axis++) {
    const [low, high] = bounds[axis];
    if (Math.abs(direction[axis]) < 1e-9) {
      if (origin[axis] < low || origin[axis] > high) return undefined;
      continue;
    }
    const [a, b] = [(low - origin[axis]) / direction[axis], (high - origin[axis]) / direction[axis]];
    from = Math.max(from, Math.min(a, b));
    to = Math.min(to, Math.max(a, b));
  }
  if (from >= to) return undefined;
  let column = Math.floor((origin[0] + direction[0] * from - left) / side);
  let row = Math.floor((origin[2] + direction[2] * from - near) / side);
  column = Math.min(columns - 1, Math.max(0, column));
  row = Math.min(rows - 1, Math.max(0, row));
  const [stepX, stepZ] = [Math.sign(direction[0]) || 1, Math.sign(direction[2]) || 1];
  const nextOf = (axis, start, cell, step) =>
    Math.abs(direction[axis]) < 1e-9
      ? Infinity
      : (start + (cell + (step > 0 ? 1 : 0)) * side - origin[axis]) / direction[axis];
  let nextX = nextOf(0, left, column, stepX);
  let nextZ = nextOf(2, near, row, stepZ);
  const [deltaX, deltaZ] = [side / Math.abs(direction[0]), side / Math.abs(direction[2])];
  let [nearest, index] = [to, -1];
  while (column >= 0 && column < columns && row >= 0 && row < rows) {
    for (const pebble of cells[row * columns + column]) {
      const distance = meetPebble(data[pebble], origin, direction);
      if (distance < nearest) {
        nearest = distance;
        index = pebble;
      }
    }
    const leave = Math.min(nextX, nextZ);
    if (nearest <= leave || leave > to) break;
    if (nextX < nextZ) {
      column += stepX;
      nextX += deltaX;
    } else {
      row += stepZ;
      nextZ += deltaZ;
    }
  }
  return index < 0 ? undefined : { distance: nearest, index };
}

function meetPebble([x, y, z, cos, sin, wide, tall, deep], origin, direction) {
  const [px, py, pz] = [origin[0] - x, origin[1] - y, origin[2] - z];
  const [ox, oy, oz] = [(px * cos - pz * sin) / wide, py / tall, (px * sin + pz * cos) / deep];
  const dx = (direction[0] * cos - direction[2] * sin) / wide;
  const dy = direction[1] / tall;
  const dz = (direction[0] * sin + direction[2] * cos) / deep;
  const [a, b, c] = [dx * dx + dy * dy + dz * dz, ox * dx + oy * dy + oz * dz, ox * ox + oy * oy + oz * oz - 1];
  const root = b * b - a * c;
  if (root < 0) return Infinity;
  const distance = (-b - Math.sqrt(root)) / a;
  return distance > 1e-4 ? distance : Infinity;
}

function pebbleNormal({ data }, index, point) {
  const [x, y, z, cos, sin, wide, tall, deep] = data[index];
  const [px, pz] = [point[0] - x, point[2] - z];
  const [nx, ny, nz] = [
    (px * cos - pz * sin) / wide ** 2,
    (point[1] - y) / tall ** 2,
    (px * sin + pz * cos) / deep ** 2,
  ];
  return unit([nx * cos + nz * sin, ny, nz * cos - nx * sin]);
}

// Numbers

/** Smooth noise from about -1 to 1, each octave half as strong and twice as fine. */
function fractal(x, y, z, octaves) {
  let value = 0;
  let strength = 1;
  for (let octave = 0; octave < octaves; octave++) {
    value += strength * noise(x, y, z);
    x = x * 2.03 + 11.3;
    y = y * 2.03 + 5.1;
    z = z * 2.03 + 7.7;
    strength /= 2;
  }
  return value / 1.5;
}

function noise(x, y, z) {
  const i = Math.floor(x);
  const j = Math.floor(y);
  const k = Math.floor(z);
  const u = ease(x - i);
  const v = ease(y - j);
  const front = between(
    between(hash(i, j, k), hash(i + 1, j, k), u),
    between(hash(i, j + 1, k), hash(i + 1, j + 1, k), u),
    v,
  );
  const back = between(
    between(hash(i, j, k + 1), hash(i + 1, j, k + 1), u),
    between(hash(i, j + 1, k + 1), hash(i + 1, j + 1, k + 1), u),
    v,
  );
  return between(front, back, ease(z - k)) * 2 - 1;
}

function hash(x, y, z) {
  let value = Math.imul(x, 374761393) ^ Math.imul(y, 668265263) ^ Math.imul(z, 1274126177);
  value = Math.imul(value ^ (value >>> 13), 1103515245);
  value = Math.imul(value ^ (value >>> 15), 0x2c1b3c6d);
  return ((value ^ (value >>> 16)) >>> 0) / 2 ** 32;
}

function createRandom(seed) {
  let state = Math.imul(seed, 0x9e3779b1) | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

function between(from, to, part) {
  return from + (to - from) * part;
}

function ease(part) {
  return part * part * (3 - 2 * part);
}

function smooth(value, from, to) {
  return ease(Math.min(1, Math.max(0, (value - from) / (to - from))));
}

function mix(a, b, part) {
  return [a[0] + (b[0] - a[0]) * part, a[1] + (b[1] - a[1]) * part, a[2] + (b[2] - a[2]) * part];
}

function scaled([x, y, z], by) {
  return [x * by, y * by, z * by];
}

function subtract(a, b) {
  return [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
}

function dot(a, b) {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

function unit(vector) {
  return scaled(vector, 1 / Math.sqrt(dot(vector, vector)));
}

if (isMainThread) {
  const [samples = '112', size = '1', file = fileURLToPath(new URL('../src/photo.jpg', import.meta.url))] =
    process.argv.slice(2);
  const [width, height] = [1264, 848].map((side) => Math.round(side * Number(size)));
  await develop(await expose(width, height, Number(samples)), width, height, file);
} else {
  const { width, height, samples, cursor } = workerData;
  const pebbles = scatterPebbles(createRandom(7));
  const stones = [...stack(cairn), ...boulders].map(carve);
  const scene = { pebbles, stones };
  const film = new Float32Array(workerData.film);
  for (let row = Atomics.add(cursor, 0, 1); row < height; row = Atomics.add(cursor, 0, 1)) {
    const random = createRandom(row + 1);
    for (let column = 0; column < width; column++)
      exposePixel(scene, film, column, row, width, height, samples, random);
  }
  parentPort.postMessage('done');
}
