import { PromptImageError } from '../failure.js';
import { renderAddress } from '../image/address.js';
import type { Layer } from './layer.js';
import type { Manifest } from './parse.js';
import { adviceOf } from './references.js';

/** Which takes a manifest names: an image in `take`, a collection in `takes`. */
export interface Takes {
  /** @throws `MANIFEST_INVALID` where one is named for a variant that shows its base's picture */
  of: (picture: {
    item: string | undefined;
    variant: string | undefined;
    showsBase: boolean;
    layers: readonly Layer[];
  }) => number | string;
  /** Of takes that are of no picture. */
  warnings: (known: { names: readonly string[]; variantsOf: (item: string) => readonly string[] }) => string[];
}

export function createTakes(manifest: Manifest): Takes {
  if (manifest.kind === 'image') {
    const { take = 1 } = manifest.input;
    return {
      of: ({ variant, showsBase, layers }) =>
        variant === undefined || showsBase ? take : (layers.at(-1)?.input.take ?? 1),
      warnings: () => [],
    };
  }
  const { file, input, locator } = manifest;
  const takes = new Map(Object.entries(input.takes ?? {}));
  const nameOf = (item: string | undefined, variant?: string) => renderAddress({ file: '', item, variant }).slice(1);
  return {
    of: ({ item, variant, showsBase }) => {
      const [name, base] = [nameOf(item, variant), nameOf(item)];
      if (variant === undefined || !showsBase) return takes.get(name) ?? 1;
      if (!takes.has(name)) return takes.get(base) ?? 1;
      throw new PromptImageError('MANIFEST_INVALID', `"takes" names "${name}", which shows its base's picture`, {
        place: locator.key(['takes'], name),
        next: `Write "${base}" instead.`,
      });
    },
    warnings: ({ names, variantsOf }) => {
      const known = new Set(names);
      return [...takes.keys()].flatMap((name) => {
        const [item = '', ...rest] = name.split('@');
        const said = `"takes" in ${file} names ${JSON.stringify(name)}, `;
        if (!known.has(item)) return [`${said}and there is no such item. ${adviceOf(item, names, 'item')}`];
        if (rest.length === 0) return [];
        const variants = variantsOrNone(() => variantsOf(item));
        const variant = rest.join('@');
        if (!variants || variants.includes(variant)) return [];
        return [`${said}and the item has no such variant. ${adviceOf(variant, variants, 'variant')}`];
      });
    },
  };
}

/** What is wrong with the item is told where its pictures are asked for. */
function variantsOrNone(variantsOf: () => readonly string[]): readonly string[] | undefined {
  try {
    return variantsOf();
  } catch (error) {
    if (error instanceof PromptImageError) return undefined;
    throw error;
  }
}
