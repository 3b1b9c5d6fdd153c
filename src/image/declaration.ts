import { isExportName } from './export-names.js';

/** What a manifest gives, by name. All names are as `NAME` of `address.ts` allows them, in the order of the file. */
export type ManifestShape =
  | { kind: 'image'; variants: readonly string[] }
  | { kind: 'collection'; items: readonly { name: string; variants: readonly string[] }[] };

const MARK = 'Made by unplugin-prompt-image from the manifest beside it';

const HEADER = `/* eslint-disable */
// ${MARK}; edits are lost.
// Commit this file, or run \`npx prompt-image types\` before tsc.
`;

/** Where the declaration of a manifest lies; TypeScript looks there for `./hero.image.json`. */
export function declarationFile(manifest: string): string {
  return manifest.replace(/\.json$/, '.d.json.ts');
}

/** The manifest that a declaration belongs to. */
export function manifestOfDeclaration(file: string): string {
  return file.replace(/\.d\.json\.ts$/, '.json');
}

/** Whether a declaration is one of ours, and may be replaced. */
export function isOwnDeclaration(text: string): boolean {
  return text.includes(`// ${MARK}`);
}

/**
 * The declaration of a manifest's module, with the names of its items and variants and no others. The same bytes for the
 * same names.
 */
export function renderDeclaration(shape: ManifestShape): string {
  return HEADER + (shape.kind === 'image' ? renderImage(shape.variants) : renderCollection(shape.items));
}

// `variants` of a `PromptImage` takes any name, so it is left out before the names that there are come in.

function renderImage(variants: readonly string[]): string {
  return `import type { PromptImage${variants.length > 0 ? ', PromptImageVariant' : ''} } from 'unplugin-prompt-image';

declare const image: Omit<PromptImage, 'variants'>${
    variants.length === 0
      ? ''
      : ` & {
  variants: {
${variants.map((name) => `    ${keyOf(name)}: PromptImageVariant;\n`).join('')}  };
}`
  };
export default image;
`;
}

/** Its own names start with `$`, which no item's does. */
function renderCollection(items: Extract<ManifestShape, { kind: 'collection' }>['items']): string {
  const hasVariants = items.some(({ variants }) => variants.length > 0);
  const imported = ['CollectionImage as $CollectionImage', ...(hasVariants ? ['PromptImageVariant as $Variant'] : [])];
  const fields = items.map(({ name, variants }) => `  ${keyOf(name)}: $Item<'${name}'>${renderVariants(variants)};\n`);
  const names = items.map(({ name }) => name).filter(isExportName);
  return `import type { ${imported.join(', ')} } from 'unplugin-prompt-image';

type $Item<Name extends string> = Omit<$CollectionImage, 'name' | 'variants'> & { name: Name };
type $Items = {
${fields.join('')}};

declare const $items: $Items;
export default $items;
/** In the order of the manifest. */
export declare const list: $Items[keyof $Items][];
${names.map((name) => `export declare const ${name}: $Items['${name}'];\n`).join('')}`;
}

function renderVariants(names: readonly string[]): string {
  return names.length === 0 ? '' : ` & { variants: { ${names.map((name) => `${keyOf(name)}: $Variant`).join('; ')} } }`;
}

function keyOf(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) ? name : `'${name}'`;
}
