import { PromptImageError } from '../failure.js';
import { mapBounded } from '../files/bounded.js';
import type { CollectionImage, Exported, Imported } from '../image/imported.js';
import { renderModule, urlToken, usedTokens } from '../image/module.js';
import type { PromptImage } from '../image/object.js';
import type { Published, PublishedFile } from './publish.js';
import { refuseUnknown } from './unknown.js';

export type EmitFile = (name: string, content: Buffer) => string;

/** One image with its variants, each ready to be served or emitted. */
export interface PublishedImage {
  /** Of a collection's. */
  item: string | undefined;
  base: Published;
  variants: readonly { name: string; media: string | undefined; published: Published }[];
}

/** All that a manifest is imported as. */
export interface PublishedManifest {
  /** From the root. */
  file: string;
  files: readonly PublishedFile[];
  /** The file that stands for it where no object can. @throws `IMAGE_UNKNOWN` for a variant that there is not, and of a collection */
  fallback: (variant: string | undefined) => PublishedFile;
  /** Describes it. @param urlOf where a file is published */
  imported: (urlOf: (file: PublishedFile) => string) => Promise<Imported>;
  /**
   * Source of the import's module.
   *
   * @param emitFile publishes a file; gives JavaScript that evaluates to its URL
   */
  module: (exported: Exported, emitFile: EmitFile) => Promise<string>;
}

export function publishManifest(
  file: string,
  isCollection: boolean,
  images: readonly PublishedImage[],
): PublishedManifest {
  const all = images.flatMap(({ base, variants }) => [base, ...variants.map(({ published }) => published)]);
  const files = all.flatMap((published) => published.files);

  const imported: PublishedManifest['imported'] = async (urlOf) => {
    const objects = await mapBounded(images, (image) => describeImage(image, urlOf));
    const [first] = objects;
    if (!isCollection && first) return { kind: 'image', image: first };
    const named = objects.map((object, index): CollectionImage => ({ name: String(images[index]?.item), ...object }));
    return { kind: 'collection', images: named };
  };

  return {
    file,
    files,
    imported,
    fallback: (variant) => {
      const [image] = images;
      if (isCollection || !image) throw notOne(file);
      const names = image.variants.map(({ name }) => name);
      refuseUnknown({ file, isCollection, items: [undefined], variantsOf: () => names }, { file, variant });
      const { published } = image.variants.find(({ name }) => name === variant) ?? { published: image.base };
      return published.fallback;
    },
    module: async (exported, emitFile) => {
      const indices = new Map(files.map((each, index) => [each, index]));
      const template = await imported((each) => urlToken(indices.get(each) ?? -1));
      const used = new Set(usedTokens(template, exported));
      // Made together, emitted in order: names do not depend on which was ready first.
      const contents = await mapBounded(all, async (published) => {
        const wanted = published.files.filter((each) => used.has(indices.get(each) ?? -1));
        if (wanted.length !== published.files.length) return readEach(wanted);
        const bytes = await published.readAll();
        return wanted.map((each, index) => ({ file: each, bytes: bytes[index] as Buffer }));
      });
      const expressions = new Map<number, string>();
      for (const { file: each, bytes } of contents.flat()) {
        expressions.set(indices.get(each) ?? -1, emitFile(each.name, bytes));
      }
      return renderModule(template, exported, expressions);
    },
  };
}

function notOne(file: string): PromptImageError {
  return new PromptImageError('IMAGE_UNKNOWN', 'is a collection, and only an image can be named here', {
    place: { file },
    next: 'Import it in a module and use the src of one of its images.',
  });
}

async function readEach(files: readonly PublishedFile[]): Promise<{ file: PublishedFile; bytes: Buffer }[]> {
  return Promise.all(files.map(async (file) => ({ file, bytes: await file.read() })));
}

/** The object of an image, with those of its variants. */
export async function describeImage(
  { base, variants }: PublishedImage,
  urlOf: (file: PublishedFile) => string,
): Promise<PromptImage> {
  const image = await base.image(urlOf);
  if (variants.length === 0) return image;
  const described = await Promise.all(
    variants.map(async ({ name, media, published }) => {
      const variant = await published.image(urlOf);
      return [name, media === undefined ? variant : { media, ...variant }] as const;
    }),
  );
  return { ...image, variants: Object.fromEntries(described) };
}
