import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

/** By component; `sharp` and `vips` always, the libraries in them where they came prebuilt. */
export type Versions = Record<string, string | undefined>;

/**
 * What `sharp.versions` holds, without loading sharp: a build that has nothing to encode should not pay for it.
 *
 * @param ask the process that has sharp loaded. Asked where the answer depends on more than one prebuilt package: libvips of
 *   the system, WebAssembly, packages for several platforms side by side
 */
export async function sharpVersions(ask: () => Promise<Versions>): Promise<Versions> {
  return readPrebuilt() ?? ask();
}

/** As sharp itself finds them. @see node_modules/sharp/dist/utility.cjs */
function readPrebuilt(): Versions | undefined {
  const entry = createRequire(import.meta.url).resolve('sharp');
  const folder = dirname(dirname(entry));
  // A local build goes before prebuilt packages and may use the system's libvips.
  if (hasLocalBuild(folder)) return undefined;
  const { resolve } = createRequire(entry);
  const find = (name: string) => tryResolve(resolve, name);
  const platforms = [`${process.platform}-${process.arch}`, `${process.platform}musl-${process.arch}`];
  const [platform, other] = platforms.filter((name) => find(`@img/sharp-${name}/sharp.node`));
  // On old processors sharp falls back to WebAssembly, if it is there.
  if (!platform || other || find('@img/sharp-wasm32/sharp.node')) return undefined;
  const path = find(`@img/sharp-${platform}/versions`) ?? find(`@img/sharp-libvips-${platform}/versions`);
  if (!path) return undefined;
  return { ...readJson<Versions>(path), sharp: readJson<{ version: string }>(join(folder, 'package.json')).version };
}

function hasLocalBuild(folder: string): boolean {
  const release = join(folder, 'src', 'build', 'Release');
  return existsSync(release) && readdirSync(release).some((name) => name.endsWith('.node'));
}

function tryResolve(resolve: NodeJS.RequireResolve, name: string): string | undefined {
  try {
    return resolve(name);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'MODULE_NOT_FOUND' || code === 'ERR_PACKAGE_PATH_NOT_EXPORTED') return undefined;
    throw error;
  }
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, 'utf8')) as T;
}
