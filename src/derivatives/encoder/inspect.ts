import { decode } from './decode.js';
import type { EncoderOperations } from './operations.js';
import { readSource } from './source.js';

/** Reads a picture as encoding it would, so that what passes here can be encoded. */
export const inspect: EncoderOperations['inspect'] = async (path) => {
  const source = await readSource(path, 'IMAGE_INVALID');
  const { width, height } = await decode(source, 'answer');
  const { xmpAsString: xmp } = source.metadata;
  return { format: source.format, width, height, ...(xmp === undefined ? {} : { xmp }) };
};
