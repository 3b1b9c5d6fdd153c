import { type Canvas, type Composition, circle, focusOf, gradient, rectangle, round } from './canvas.js';

/** One row a composition. */
export const compositions: readonly [Composition, ...Composition[]] = [
  bowls,
  hills,
  reeds,
  quarters,
  ribbons,
  orbits,
  silk,
];

/** Bowls inside bowls, each lit from the side opposite to the last. */
function bowls(canvas: Canvas): string {
  const { unit, palette, random } = canvas;
  const { x, y } = focusOf(canvas);
  const [a, b, c, d] = palette.tones;
  const turn = random.between(30, 150);
  const scale = random.between(0.9, 1.1) * unit;
  const shades = [
    [0.8, a, b],
    [0.62, a, c],
    [0.46, b, d],
    [0.31, c, d],
    [0.17, d, palette.accent],
  ] as const;
  return shades
    .map(([radius, shade, light], index) => {
      const id = `bowl${index}`;
      return gradient(id, shade, light, turn + index * 180) + circle(x, y, radius * scale, `url(#${id})`);
    })
    .join('');
}

/** A low sun over waves of land, the nearest the calmest. */
function hills(canvas: Canvas): string {
  const { width, height, unit, palette, random } = canvas;
  const { x, y, radius } = focusOf(canvas);
  const [a, b, c, d] = palette.tones;
  const colours = [
    [d, b],
    [c, a],
    [b, a],
  ] as const;
  const layers = colours.map(([crest, foot], index) => {
    const base = height * (0.52 + index * 0.15);
    const swell = unit * (0.085 - index * 0.02);
    const length = width / 3;
    let side = random.pick([-1, 1]);
    let level = base + side * swell;
    let path = `M0 ${round(level)}`;
    for (let step = 0; step < 3; step++) {
      side = -side;
      const next = base + side * swell * random.between(0.3, 1);
      const bend = round((step + 0.5) * length);
      path += `C${bend} ${round(level)} ${bend} ${round(next)} ${round((step + 1) * length)} ${round(next)}`;
      level = next;
    }
    const id = `hill${index}`;
    return `${gradient(id, crest, foot, 90)}<path d="${path}V${height}H0Z" fill="url(#${id})"/>`;
  });
  return gradient('sun', palette.accent, d, 90) + circle(x, y, radius, 'url(#sun)') + layers.join('');
}

/** A disc behind reeded glass: each reed shows more of it than its own width. */
function reeds(canvas: Canvas): string {
  const { width, height, unit, clear, palette, random } = canvas;
  const { x, y } = focusOf(canvas);
  const count = Math.round(width / (unit * random.between(0.055, 0.075)));
  const pitch = width / count;
  const squeeze = 3.2;
  const radius = Math.min(unit * 0.34, (clear.bottom - clear.top) * 0.46);
  const glass = Array.from({ length: count }, (_, index) => {
    const left = index * pitch;
    const middle = left + pitch / 2;
    const reed = rectangle(left, 0, pitch + 0.5, height, 'url(#reed)');
    if (Math.abs(x - middle) > radius + (pitch / 2) * squeeze) return reed;
    return [
      `<clipPath id="reed${index}">${rectangle(left, 0, pitch, height, '#000')}</clipPath>`,
      `<ellipse cx="${round(middle + (x - middle) / squeeze)}" cy="${round(y)}" rx="${round(radius / squeeze)}"`,
      ` ry="${round(radius)}" fill="url(#${middle < clear.left ? 'dim' : 'disc'})" clip-path="url(#reed${index})"/>${reed}`,
    ].join('');
  });
  return [
    gradient('disc', palette.accent, palette.tones[2], 90),
    gradient('dim', palette.tones[3], palette.tones[2], 90),
    `<linearGradient id="reed"><stop stop-color="${palette.tones[0]}" stop-opacity=".4"/>`,
    `<stop offset="1" stop-color="${palette.tones[3]}" stop-opacity=".16"/></linearGradient>`,
    ...glass,
  ].join('');
}

/** Quarters of discs on a grid. */
function quarters({ width, clear, palette: { tones, accent }, random }: Canvas): string {
  const [across, down] = [clear.right - clear.left, clear.bottom - clear.top];
  const [short, long] = [Math.min(across, down), Math.max(across, down)];
  // Square tiles that fill the long side, and the short one as nearly as they can.
  const gap = (count: number) => (short >= long / count ? short % (long / count) : short);
  const side = long / [4, 5, 6].reduce((best, count) => (gap(count) < gap(best) ? count : best));
  const [columns, rows] = [across, down].map((length) => Math.max(1, Math.floor(length / side + 0.01))) as [
    number,
    number,
  ];
  const left = clear.left > 0 ? width - columns * side : 0;
  const quarter = 'M0 0H1A1 1 0 0 1 0 1Z';
  const tiles = Array.from({ length: rows * columns }, (_, index) => {
    const [x, y] = [left + (index % columns) * side, clear.top + Math.floor(index / columns) * side];
    const back = random.pick(tones);
    const front = random.pick([accent, ...tones.filter((tone) => tone !== back)]);
    const shape = random.pick([
      quarter,
      quarter,
      quarter,
      'M.25 .5A.25 .25 0 0 1 .75 .5A.25 .25 0 0 1 .25 .5Z',
      'M0 0A.5 .5 0 0 0 1 0Z',
    ]);
    const turn = random.pick([0, 90, 180, 270]);
    return [
      rectangle(x, y, side + 0.5, side + 0.5, back),
      `<path d="${shape}" fill="${front}" transform="translate(${round(x + side / 2)} ${round(y + side / 2)})`,
      ` rotate(${turn}) scale(${round(side + 0.5)}) translate(-.5 -.5)"/>`,
    ].join('');
  });
  return tiles.join('');
}

/** Slanted bands that fade into the ground. */
function ribbons(canvas: Canvas): string {
  const { unit, palette, random } = canvas;
  const { x, y } = focusOf(canvas);
  const [, b, c, d] = palette.tones;
  const colours = [b, c, d, palette.accent, c, b, d, c];
  const [thickness, length] = [unit * 0.1, unit * 0.62];
  const bands = colours.map((colour, index) => {
    const end = random.between(0, 0.24) * unit;
    // Its tail may pass under the words.
    const under = colour === palette.accent ? d : colour;
    return [
      `<linearGradient id="ribbon${index}"><stop stop-color="${under}" stop-opacity="0"/>`,
      `<stop offset=".6" stop-color="${under}" stop-opacity=".6"/>`,
      `<stop offset="1" stop-color="${colour}"/></linearGradient>`,
      rectangle(end - length, (index - 4) * thickness * 1.2, length, thickness, `url(#ribbon${index})`, thickness / 2),
    ].join('');
  });
  const turn = random.pick([-60, -45, -30]);
  return `<g transform="translate(${round(x)} ${round(y)}) rotate(${turn})">${bands.join('')}</g>`;
}

/** A planet, its orbits and moons. */
function orbits(canvas: Canvas): string {
  const { unit, palette, random } = canvas;
  const { x, y, radius } = focusOf(canvas);
  const faint = palette.tones[3];
  const rings = [0.3, 0.4, 0.53, 0.7].map((reach, index) => {
    const [rx, ry] = [reach * unit, reach * unit * 0.4];
    const at = random.between(0, 2 * Math.PI);
    const line = `fill="none" stroke="${faint}" stroke-width="${round(unit * 0.003)}"`;
    const moon = circle(Math.cos(at) * rx, Math.sin(at) * ry, unit * (0.012 + index * 0.005), faint);
    return `<ellipse rx="${round(rx)}" ry="${round(ry)}" ${line}/>${moon}`;
  });
  const tilt = round(random.between(-32, -12));
  return [
    gradient('planet', palette.accent, palette.tones[1], random.between(30, 70)),
    `<g transform="translate(${round(x)} ${round(y)}) rotate(${tilt})">`,
    ...rings,
    circle(0, 0, radius, 'url(#planet)'),
    '</g>',
  ].join('');
}

/** Folds of cloth that hang from the corner. */
function silk({ width, height, palette: { tones, accent }, random }: Canvas): string {
  const [a, b, c, d] = tones;
  const colours = [
    [b, a],
    [c, a],
    [d, b],
    [d, c],
    [accent, d],
  ] as const;
  const folds = colours.map(([edge, inside], index) => {
    const part = 1 - index * 0.19;
    const x = width * (1 - part * random.between(0.7, 0.84));
    const y = height * part * random.between(0.74, 0.92);
    const bends = `${round(x + width * 0.12)} ${round(y * 0.75)} ${round(width * 0.7)} ${round(y * 0.3)}`;
    const id = `fold${index}`;
    return `${gradient(id, edge, inside, 20 + index * 25)}<path d="M${round(x)} 0C${bends} ${width} ${round(y)}V0Z" fill="url(#${id})"/>`;
  });
  return folds.join('');
}
