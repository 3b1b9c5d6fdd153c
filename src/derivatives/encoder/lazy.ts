import type { Encoder } from './encoder.js';

/**
 * The encoder, loaded with its first operation: a build that has nothing to encode does not pay for it. After `dispose` the
 * next operation starts anew, as the next build of a long-lived process does.
 */
export function createLazyEncoder(): Encoder {
  let loading: Promise<Encoder> | undefined;
  const load = () => {
    loading ??= import('./encoder.js').then(({ createEncoder }) => createEncoder());
    return loading;
  };
  return {
    inspect: async (path) => (await load()).inspect(path),
    encode: async (job) => (await load()).encode(job),
    prepareReference: async (job) => (await load()).prepareReference(job),
    raster: async (job) => (await load()).raster(job),
    sheet: async (job) => (await load()).sheet(job),
    versions: async () => (await load()).versions(),
    dispose: async () => {
      const loaded = loading;
      loading = undefined;
      await (await loaded)?.dispose();
    },
  };
}
