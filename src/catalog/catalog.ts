import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { type ErrorCode, isFailure, PromptImageError, renderPlace } from '../failure.js';
import { isErrno } from '../files/errno.js';
import { isInside, type Reference, type ReferencedFile, readReference } from '../files/references.js';
import { parseAddress, renderAddress } from '../image/address.js';
import type { ManifestImages } from '../manifest/images.js';
import type { FileReference, PictureReference } from '../manifest/merge.js';
import type { ResolvedImage } from '../manifest/resolve.js';
import type { Originals } from '../originals/originals.js';
import type { Provider } from '../providers/provider.js';
import { createEntry, type Entry, type Picture, type WaitingEntry } from './entry.js';
import type { ManifestReader } from './reader.js';
import { refuseUnknown } from './unknown.js';

/** The pictures of the project as their files stand at one moment: a run opens one, and another when files have changed. */
export interface Catalog {
  /** @throws `MANIFEST_*`, `PRESET_*`, `ITEMS_*` for what is wrong with the file as a whole */
  images: (file: string) => Promise<ManifestImages>;
  /**
   * One picture. Its key stands on the pictures that it references, so they are looked for among the originals, anew each time.
   *
   * @throws `MANIFEST_*`, `PRESET_*`, `ITEMS_*`, `REFERENCE_*`; `CACHE_*` where a picture that it references is damaged
   */
  entry: (address: string) => Promise<Entry | WaitingEntry>;
  /** Addresses of the pictures that one references. Throws like `entry`. */
  referencesOf: (address: string) => Promise<readonly string[]>;
}

export interface CatalogOptions {
  root: string;
  allowReferencesFrom: readonly string[];
  provider: Provider;
  reader: ManifestReader;
  originals: Pick<Originals, 'find'>;
  /** Called with the path of each file that something stands on, before it is read. */
  onDependency: (path: string) => void;
}

export function openCatalog(options: CatalogOptions): Catalog {
  const { root, allowReferencesFrom, provider, reader, originals, onDependency } = options;
  const manifests = new Map<string, Promise<ManifestImages>>();
  const files = new Map<string, Promise<ReferencedFile>>();
  /** Pictures from which no way leads back to themselves. */
  const acyclic = new Set<string>();

  const images = (file: string): Promise<ManifestImages> => {
    const read = manifests.get(file) ?? reader.read(file, onDependency);
    manifests.set(file, read);
    return read;
  };

  const imageOf = async (address: string): Promise<ResolvedImage> => {
    const { file, item, variant } = parseAddress(address);
    const manifest = await images(file);
    refuseUnknown(manifest, { file, item, variant });
    return manifest.image(item, variant);
  };

  /** The picture that a reference names. Throws at the place of the reference. */
  const referenced = async ({ address, place }: PictureReference): Promise<ResolvedImage> => {
    const name = renderAddress(address);
    const fail = (code: ErrorCode, what: string, next: string | undefined, cause?: unknown) =>
      new PromptImageError(code, what, { place: place(), next, cause });
    if (!(await isWithin(root, address.file))) {
      throw fail(
        'REFERENCE_OUTSIDE_ROOT',
        `${JSON.stringify(name)} is outside the project`,
        'Images of other projects have to be referenced as picture files.',
      );
    }
    try {
      return await imageOf(name);
    } catch (error) {
      if (!isFailure(error)) throw error;
      if (error.code === 'IMAGE_UNKNOWN') throw fail('REFERENCE_NOT_FOUND', `${name} ${error.what}`, error.next);
      throw fail(
        'REFERENCE_INVALID',
        `${name} cannot be referenced: ${error.what}`,
        `Mend ${renderPlace(error.place ?? { file: name })} first.`,
        error,
      );
    }
  };

  /** Without following any way twice. @param chain addresses that led here */
  const refuseCycle = async (image: ResolvedImage, chain: readonly string[]): Promise<void> => {
    if (acyclic.has(image.address)) return;
    for (const reference of image.references) {
      if (reference.kind === 'file') continue;
      const next = await referenced(reference);
      const way = [...chain, image.address];
      if (way.includes(next.address)) throw cycle([...way.slice(way.indexOf(next.address)), next.address], reference);
      await refuseCycle(next, way);
    }
    acyclic.add(image.address);
  };

  const fileOf = (reference: FileReference): Promise<ReferencedFile> => {
    const { path } = reference;
    const known = files.get(path);
    // Where it fails, the message names the place of who asks.
    if (known) return known.catch(() => readReference(root, allowReferencesFrom, reference));
    onDependency(join(root, path));
    const read = readReference(root, allowReferencesFrom, reference);
    files.set(path, read);
    return read;
  };

  const toPicture = (image: ResolvedImage): Picture => ({
    address: image.address,
    image,
    // A model that the provider names is its own affair.
    warnings: provider.models?.includes(image.model) ? [] : image.warnings,
  });

  /** @param found what was found on the way, since many ways may lead to one picture */
  const entryOf = (image: ResolvedImage, found = new Map<string, Promise<Entry | WaitingEntry>>()) => {
    const entry = found.get(image.address) ?? findEntry(image, found);
    found.set(image.address, entry);
    return entry;
  };

  const findEntry = async (
    image: ResolvedImage,
    found: Map<string, Promise<Entry | WaitingEntry>>,
  ): Promise<Entry | WaitingEntry> => {
    const waitsFor: string[] = [];
    const references: Reference[] = [];
    for (const reference of image.references) {
      if (reference.kind === 'file') {
        // Several images may share the file; each is told its own line.
        references.push({ ...(await fileOf(reference)), place: reference.place });
        continue;
      }
      const target = await referenced(reference);
      const entry = await entryOf(target, found);
      const original = entry.waitsFor ? undefined : await originals.find(entry.key);
      if (!original) waitsFor.push(target.picture);
      else {
        const { sha256 } = original.record.image;
        references.push({
          path: original.path,
          file: target.address,
          sha256,
          isLfsPointer: false,
          place: reference.place,
          sourceType: original.record.sourceType,
        });
      }
    }
    const picture = toPicture(image);
    return waitsFor.length > 0 ? { ...picture, waitsFor: [...new Set(waitsFor)] } : createEntry(picture, references);
  };

  return {
    images,
    entry: async (address) => {
      const image = await imageOf(address);
      await refuseCycle(image, []);
      return entryOf(image);
    },
    referencesOf: async (address) => {
      const image = await imageOf(address);
      await refuseCycle(image, []);
      const pictures = image.references.filter((reference) => reference.kind === 'picture');
      return Promise.all(pictures.map(async (reference) => (await referenced(reference)).picture));
    },
  };
}

/** Whether a file, symbolic links resolved, lies in the project; one that is not there does. */
async function isWithin(root: string, file: string): Promise<boolean> {
  const path = join(root, file);
  if (!isInside(root, path)) return false;
  try {
    return isInside(root, await realpath(path));
  } catch (error) {
    if (isErrno(error)) return true;
    throw error;
  }
}

function cycle(way: readonly string[], { place }: PictureReference): PromptImageError {
  return new PromptImageError('REFERENCE_CYCLE', `references go round in a circle: ${way.join(' → ')}`, {
    place: place(),
    next: 'One of them has to do without: a picture cannot follow itself.',
  });
}
