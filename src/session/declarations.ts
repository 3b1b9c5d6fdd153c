import { realpath } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import type { ResolvedConfig } from '../config/config.js';
import { PromptImageError } from '../failure.js';
import { replaceFile } from '../files/durable.js';
import { isErrno, readIfExists } from '../files/errno.js';
import { addressOf } from '../files/scan.js';
import { declarationFile, isOwnDeclaration, type ManifestShape, renderDeclaration } from '../image/declaration.js';
import type { ManifestImages } from '../manifest/images.js';
import { CLIENT_TYPES, createTypesRoutes, type TypesRoute } from '../typescript/route.js';

/** Declarations of manifests, for TypeScript. */
export interface Declarations {
  /**
   * Brings the declaration beside a manifest up to date, where the option `dts` or the tsconfig above it asks for one and the
   * run is not frozen. Never fails: what is wrong with an item is said by whoever reads it for its pictures.
   *
   * @returns what a person should know, the first time only
   */
  update: (manifest: ManifestImages) => Promise<string | undefined>;
}

/** For a build or a dev server; one for its whole life, because it remembers what it found and what it said. */
export function createDeclarations(config: ResolvedConfig): Declarations {
  const routes = createTypesRoutes(config.root);
  const said = new Set<string>();
  const once = (hint: string | undefined) => {
    if (hint === undefined || said.has(hint)) return undefined;
    said.add(hint);
    return hint;
  };
  return {
    update: async (manifest) => {
      const route = routes.of(dirname(join(config.root, manifest.file)));
      if (config.dts ?? route?.readsDeclarations) {
        if (config.frozen) return undefined;
        const failure = await writeIfReadable(config, manifest);
        return once(failure?.message ?? (route && unreadHint(config, route)));
      }
      return once(route && config.dts === undefined ? untypedHint(config, route) : undefined);
    },
  };
}

async function writeIfReadable(
  { root }: ResolvedConfig,
  manifest: ManifestImages,
): Promise<PromptImageError | undefined> {
  let shape: ManifestShape;
  try {
    shape = shapeOf(manifest);
  } catch (error) {
    if (error instanceof PromptImageError) return undefined;
    throw error;
  }
  try {
    await writeDeclaration(root, manifest.file, shape);
  } catch (error) {
    if (error instanceof PromptImageError) return error;
    throw error;
  }
  return undefined;
}

/**
 * Writes the declaration of a manifest, unless it is there as it should be.
 *
 * @returns whether it was written
 * @throws `TYPES_EXIST` where the file is somebody else's, `TYPES_UNWRITABLE`
 */
export async function writeDeclaration(root: string, file: string, shape: ManifestShape): Promise<boolean> {
  const place = { file: declarationFile(file) };
  const path = join(root, place.file);
  const text = renderDeclaration(shape);
  try {
    // What a package brings is the package's; a link may lead there.
    if ((await realpath(dirname(path))).split(sep).includes('node_modules')) return false;
    const found = (await readIfExists(path))?.toString();
    // As git checks it out on Windows.
    if (found?.replaceAll('\r\n', '\n') === text) return false;
    if (found !== undefined && found.trim() !== '' && !isOwnDeclaration(found)) {
      throw new PromptImageError('TYPES_EXIST', 'is there already and was not made from the manifest, so it stays', {
        place,
        next: 'Delete it, or set dts: false.',
      });
    }
    await replaceFile(path, text);
    return true;
  } catch (error) {
    if (!isErrno(error)) throw error;
    throw new PromptImageError('TYPES_UNWRITABLE', `cannot be written (${error.code})`, {
      place,
      next: 'Make the folder writable, or set dts: false.',
      cause: error,
    });
  }
}

/** The names in a manifest. @throws `MANIFEST_INVALID` where an item is wrong */
export function shapeOf({ isCollection, items, variantsOf }: ManifestImages): ManifestShape {
  if (!isCollection) return { kind: 'image', variants: variantsOf(undefined) };
  const names = items.filter((item) => item !== undefined);
  return { kind: 'collection', items: names.map((name) => ({ name, variants: variantsOf(name) })) };
}

/** Where there are declarations that TypeScript does not read. */
export function unreadHint({ root }: ResolvedConfig, { tsconfig, readsDeclarations }: TypesRoute): string | undefined {
  if (readsDeclarations) return undefined;
  return [
    `TypeScript does not read .d.json.ts files: ${addressOf(root, tsconfig)} does not set allowArbitraryExtensions.`,
    'Set "allowArbitraryExtensions": true in its compilerOptions, with "moduleResolution": "bundler".',
  ].join('\n');
}

/** Where TypeScript knows nothing of manifests, or it cannot be told whether it does. */
function untypedHint({ root }: ResolvedConfig, route: TypesRoute): string | undefined {
  const { tsconfig, unreadable } = route;
  if (route.namesClient()) return undefined;
  if (unreadable.length > 0) {
    return [
      `${unreadable.map((file) => addressOf(root, file)).join(', ')} cannot be read, so it is not known how images are typed.`,
      'Mend it; or set dts: true or false in the config, which says whether .d.json.ts files are written.',
    ].join('\n');
  }
  return [
    `TypeScript does not know what images are: ${addressOf(root, tsconfig)} neither lists ${CLIENT_TYPES} nor sets allowArbitraryExtensions.`,
    `Add "${CLIENT_TYPES}" to its types and import ./hero.image (npx prompt-image init does it), or set "allowArbitraryExtensions": true for ./hero.image.json. To hear no more of it: dts: false.`,
  ].join('\n');
}
