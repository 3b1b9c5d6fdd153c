import { createBirpc } from 'birpc';
import sharp from 'sharp';
import { encode } from './encode.js';
import { inspect } from './inspect.js';
import type { EncoderOperations } from './operations.js';
import { raster } from './raster.js';
import { prepareReference } from './reference.js';
import { sheet } from './sheet.js';
import { slots } from './slots.js';
import { deserialize, serialize } from './wire.js';

/*
 * The encoder's process: forked, never imported, and the only place that loads sharp, whose concurrency, cache and
 * blocked operations are global to a process that other plugins may share. The one argument is the number of threads.
 */

// AVIF's bytes depend on the number of threads per picture. Pictures in parallel keep the cores busy instead.
sharp.concurrency(1);
sharp.cache(false);
// Bytes only, of the formats we take: nothing that a picture says can make a decoder open a file.
sharp.block({ operation: ['VipsForeignLoad'] });
sharp.unblock({ operation: ['Jpeg', 'Png', 'Webp', 'Heif', 'Svg'].map((format) => `VipsForeignLoad${format}Buffer`) });
slots.open(Number(process.argv[2]));

const operations: EncoderOperations = {
  inspect,
  encode,
  prepareReference,
  raster,
  sheet,
  versions: async () => ({ ...sharp.versions }),
};

createBirpc<object, EncoderOperations>(operations, {
  post: (message) => process.send?.(message),
  on: (listener) => process.on('message', listener),
  serialize,
  deserialize,
});

// A terminal sends Ctrl-C to the whole group, but the parent still needs us to check the pictures that have been paid for.
process.on('SIGINT', () => {});

// The parent is gone. `process.exit` would first wait for the encodings that are running.
process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
