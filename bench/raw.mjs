// The best raw sharp: decode once, one resize a width, encoders from raw pixels, 3 images at a time.
import { mkdirSync, readdirSync } from 'node:fs';
import sharp from 'sharp';
import { ENCODERS, WIDTHS } from './settings.mjs';

const [source, target] = process.argv.slice(2);
sharp.concurrency(1);
sharp.cache(false);
mkdirSync(target, { recursive: true });

const pending = readdirSync(source).sort();
await Promise.all([1, 2, 3].map(work));

async function work() {
  for (let name = pending.shift(); name; name = pending.shift()) {
    const original = await sharp(`${source}/${name}`).raw().toBuffer({ resolveWithObject: true });
    for (const width of WIDTHS) {
      const resized = await open(original).resize({ width }).raw().toBuffer({ resolveWithObject: true });
      for (const [format, options] of Object.entries(ENCODERS)) {
        await open(resized).toFormat(format, options).toFile(`${target}/${name}-${width}.${format}`);
      }
    }
  }
}

function open({ data, info: { width, height, channels } }) {
  return sharp(data, { raw: { width, height, channels } });
}
