import { spawnSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { SIZE } from './settings.mjs';

const repository = fileURLToPath(new URL('..', import.meta.url));

/**
 * Makes the folders that the bench builds: `ours` with a manifest an image, `plain` with static imports of the files that
 * `ours` gave, and the originals for raw sharp.
 */
export async function createFixture(folder, count) {
  rmSync(folder, { recursive: true, force: true });
  const paths = { pictures: join(folder, 'pictures'), ours: join(folder, 'ours'), plain: join(folder, 'plain') };
  for (const path of Object.values(paths)) mkdirSync(path, { recursive: true });
  symlinkSync(join(repository, 'node_modules'), join(folder, 'node_modules'));
  for (let index = 0; index < count; index++) await paint(join(paths.pictures, `${index}.jpg`), index);
  writeOurs(paths, count);
  vite(paths.ours);
  writePlain(paths);
  return paths;
}

/** Runs a Vite build in a process of its own; throws where it fails. */
export function vite(folder) {
  const { status, stderr } = spawnSync(process.execPath, [VITE, 'build', '--logLevel', 'warn'], {
    cwd: folder,
    encoding: 'utf8',
    env: buildEnv,
  });
  if (status !== 0) throw new Error(stderr);
}
export const CLI = join(repository, 'dist', 'cli.js');
export const VITE = join(repository, 'node_modules', 'vite', 'bin', 'vite.js');
/** A build on somebody's machine, not in CI. */
export const buildEnv = { ...process.env, CI: undefined, NO_COLOR: '1' };

/** Soft shapes with grain: encodes about like a picture, and is another one for each index. */
export async function paint(path, index) {
  const { width, height } = SIZE;
  const hue = (index * 47) % 360;
  const circles = Array.from({ length: 40 }, (_, n) => {
    const [x, y, r] = [
      (n * 397 + index * 131) % width,
      (n * 211 + index * 71) % height,
      30 + ((n * 53 + index * 17) % 160),
    ];
    return `<circle cx="${x}" cy="${y}" r="${r}" fill="hsl(${(hue + n * 11) % 360} 60% ${30 + (n % 5) * 10}%)" fill-opacity=".7"/>`;
  });
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" fill="hsl(${hue} 40% 50%)"/>${circles.join('')}</svg>`;
  const grain = {
    create: { width, height, channels: 3, background: '#808080', noise: { type: 'gaussian', mean: 128, sigma: 14 } },
  };
  const noise = await sharp(grain).png().toBuffer();
  await sharp(Buffer.from(svg))
    .composite([{ input: noise, blend: 'soft-light' }])
    .flatten()
    .jpeg({ quality: 92 })
    .toFile(path);
}

function writeOurs({ ours, pictures }, count) {
  writeSite(
    ours,
    count,
    `import { readFileSync } from 'node:fs';
export default {
  commit: false,
  provider: {
    name: 'bench',
    free: true,
    generate: async ({ prompt }) => ({ bytes: readFileSync(${JSON.stringify(pictures)} + '/' + prompt.split(' ')[1] + '.jpg') }),
  },
};
`,
  );
}

/** A Vite site that shows so many images. @param config of the library */
export function writeSite(site, count, config) {
  linkPackage(site);
  writePage(
    site,
    writeManifests(site, count).map((name) => `./${name}`),
  );
  writeFileSync(join(site, 'prompt-image.config.mjs'), config);
  writeFileSync(
    join(site, 'vite.config.mjs'),
    "import promptImage from 'unplugin-prompt-image/vite';\nexport default { plugins: [promptImage()] };\n",
  );
}

/** Makes a folder from which the library can be imported. */
export function linkPackage(folder) {
  mkdirSync(join(folder, 'node_modules'), { recursive: true });
  symlinkSync(repository, join(folder, 'node_modules', 'unplugin-prompt-image'));
}

/** @returns their names */
export function writeManifests(folder, count) {
  const names = Array.from({ length: count }, (_, index) => `p${index}.image.json`);
  for (const [index, name] of names.entries()) {
    writeFileSync(join(folder, name), JSON.stringify({ prompt: `Picture ${index}`, alt: '', aspectRatio: '16:9' }));
  }
  return names;
}

function writePlain({ ours, plain }) {
  const files = join(plain, 'files');
  cpSync(join(ours, 'dist', 'assets'), files, { recursive: true });
  const pictures = readdirSync(files).filter((name) => /\.(avif|webp|jpg)$/.test(name));
  writePage(
    plain,
    pictures.map((name) => `./files/${name}`),
  );
  writeFileSync(join(plain, 'vite.config.mjs'), 'export default {};\n');
}

/** A page that uses everything it imports. */
function writePage(folder, imports) {
  const lines = imports.map((path, index) => `import i${index} from '${path}';`);
  writeFileSync(
    join(folder, 'main.js'),
    [...lines, `console.log([${imports.map((_, index) => `i${index}`)}]);`].join('\n'),
  );
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><title>bench</title><script type="module" src="/main.js"></script>\n',
  );
  if (!existsSync(join(folder, 'package.json')))
    writeFileSync(join(folder, 'package.json'), '{ "private": true, "type": "module" }\n');
}
