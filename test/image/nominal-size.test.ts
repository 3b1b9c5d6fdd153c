import { expect, test } from 'vitest';
import { nominalSize } from '../../src/image/nominal-size.js';

test.each([
  [undefined, 1024, 1024],
  ['1:1', 1024, 1024],
  ['16:9', 1376, 768],
  ['21:9', 1584, 672],
  ['4:1', 2048, 512],
  ['none', 1024, 1024],
  ['1:0', 1024, 1024],
  ['constructor', 1024, 1024],
  ['1000:1', 4096, 256],
])('%s', (ratio, width, height) => expect(nominalSize(ratio)).toEqual({ width, height }));
