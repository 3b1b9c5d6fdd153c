import { rmSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { version as viteVersion } from 'vite';
import { CLI, createFixture, VITE } from './fixture.mjs';
import { createSites } from './growth.mjs';
import { measure } from './measure.mjs';
import { buy } from './purchase.mjs';
import { createStore } from './store.mjs';

const quick = process.argv.includes('--quick');
const images = quick ? 6 : 24;
const rounds = { cold: quick ? 1 : 5, warm: quick ? 3 : 11 };
const purchase = quick ? { count: 40, latency: 0.3 } : { count: 500, latency: 2 };
const growth = quick ? { rounds: 1, few: 60, many: 180 } : { rounds: 3, few: 100, many: 1000 };
const sites = quick ? { rounds: 3, counts: [1, 20, 60, 200] } : { rounds: 7, counts: [1, 100, 300, 1000] };
const records = quick ? { rounds: 3, count: 1000 } : { rounds: 5, count: 10_000 };
/** Width of the column of names. */
const NAME = 21;
const folder = fileURLToPath(new URL('.work', import.meta.url));
const raw = fileURLToPath(new URL('raw.mjs', import.meta.url));

console.log(
  `${cpus()[0]?.model ?? 'unknown processor'}, ${availableParallelism()} cores, ${Math.round(totalmem() / 2 ** 30)} GB`,
);
console.log(
  `Node ${process.version}, sharp ${sharp.versions.sharp}, libvips ${sharp.versions.vips}, Vite ${viteVersion}`,
);
console.log(`${images} originals, 12 outputs each${quick ? ' (quick: the figures are rough)' : ''}\n`);

const { pictures, ours, plain } = await createFixture(folder, images);
const build = [VITE, 'build', '--logLevel', 'warn'];
const memory = process.platform === 'linux';

const cold = await compare(rounds.cold, {
  ours: () => {
    rmSync(join(ours, 'node_modules', '.cache'), { recursive: true, force: true });
    return measure(build, { cwd: ours, memory });
  },
  other: () => {
    rmSync(join(folder, 'raw'), { recursive: true, force: true });
    return measure([raw, pictures, join(folder, 'raw')], { cwd: folder, memory });
  },
});
const warm = await compare(rounds.warm, {
  ours: () => measure(build, { cwd: ours, memory: false }),
  other: () => measure(build, { cwd: plain, memory: false }),
});

print('cold build, wall', cold, 'wall', 's', 'raw sharp', 1.15);
if (memory) print('cold build, memory', cold, 'memory', 'MB', 'raw sharp', 1.2);
print('warm build, wall', warm, 'wall', 's', 'plain Vite', 1.0);

await printGrowth();

const store = createStore(join(folder, 'store'), records.count);
const checked = await compare(records.rounds, {
  ours: () => measure([CLI, 'check'], { cwd: store.project, memory: false }),
  other: () =>
    measure([fileURLToPath(new URL('hash.mjs', import.meta.url)), store.originals], { cwd: folder, memory: false }),
});
print(`check of ${records.count}, wall`, checked, 'wall', 's', 'reading and hashing', 2);

const { wall, floor } = await buy(folder, { ...purchase, memory: false });
console.log(
  `${`buying ${purchase.count}, wall`.padEnd(NAME)} ${wall.toFixed(2)} s against ${floor.toFixed(2)} s of waiting: ${(wall / floor).toFixed(2)} (aim ≤ 1.1)`,
);
if (memory) {
  const grown = await compare(growth.rounds, {
    ours: () => buy(folder, { count: growth.many, latency: 0.1, memory }),
    other: () => buy(folder, { count: growth.few, latency: 0.1, memory }),
  });
  print(`buying ${growth.many}, memory`, grown, 'memory', 'MB', `buying ${growth.few}`, 1.1);
}
rmSync(folder, { recursive: true, force: true });

/** What one more image costs a warm build, from a few images on and from many on. */
async function printGrowth() {
  const folders = await createSites(folder, sites.counts);
  const walls = new Map(sites.counts.map((count) => [count, []]));
  for (let round = 0; round < sites.rounds; round++) {
    for (const count of sites.counts) {
      const { wall } = await measure(build, { cwd: folders.get(count), memory: false });
      walls.get(count).push(wall);
    }
  }
  const [one, few, some, many] = sites.counts.map((count) => ({ count, wall: median(walls.get(count)) }));
  const cost = (from, to) => ((to.wall - from.wall) / (to.count - from.count)) * 1000;
  const times = [few, some, many].map(({ count, wall }) => `${wall.toFixed(2)} s for ${count}`).join(', ');
  const ratio = cost(some, many) / cost(one, some);
  console.log(
    `${'warm build, growth'.padEnd(NAME)} ${times}; ${cost(some, many).toFixed(2)} ms an image beyond ${some.count} against ${cost(one, some).toFixed(2)} ms up to it: ${ratio.toFixed(2)} (aim ≤ 1.2)`,
  );
}

/** In turn, so that a machine that slows down does so for both; the one that goes first alternates. */
async function compare(count, { ours, other }) {
  const pairs = [];
  for (let round = 0; round < count; round++) {
    const first = round % 2 === 0 ? await ours() : undefined;
    const theirs = await other();
    pairs.push({ ours: first ?? (await ours()), other: theirs });
  }
  return pairs;
}

function print(name, pairs, figure, unit, opponent, aim) {
  const of = (side) => median(pairs.map((pair) => pair[side][figure]));
  const ratio = median(pairs.map((pair) => pair.ours[figure] / pair.other[figure]));
  const digits = unit === 's' ? 2 : 0;
  console.log(
    `${name.padEnd(NAME)} ${of('ours').toFixed(digits)} ${unit} against ${of('other').toFixed(digits)} ${unit} of ${opponent}: ${ratio.toFixed(2)} (aim ≤ ${aim})`,
  );
}

function median(values) {
  const sorted = values.toSorted((a, b) => a - b);
  return (sorted[(sorted.length - 1) >> 1] + sorted[sorted.length >> 1]) / 2;
}
