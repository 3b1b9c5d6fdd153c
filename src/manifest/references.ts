import { closestMatch } from 'leven';
import { type Place, PromptImageError } from '../failure.js';
import { type Address, BASE, isCollectionFile, NAME, parseAddress, renderAddress } from '../image/address.js';
import { typosIn } from './issues.js';
import type { Layer } from './layer.js';
import type { ResolvedReference } from './merge.js';
import { RELATIVE, resolvePath } from './paths.js';

/** What a reference can mean in the manifest of the picture that has it. */
export interface OwnPictures {
  file: string;
  /** Of the picture itself. */
  item: string | undefined;
  variant: string | undefined;
  /** `undefined`: the manifest is no collection. */
  items: readonly string[] | undefined;
  hasItem: (item: string) => boolean;
  variantsOf: (item: string | undefined) => readonly string[];
  /** The address of the picture that is shown at one of the manifest's addresses. */
  pictureOf: (item: string | undefined, variant: string | undefined) => string;
}

interface Mistake {
  what: string;
  next: string;
}

/** `#item`, `@variant`, `#item@variant`, with names that could be names. */
const OWN_PICTURE = /^(?:#([^#@]+))?(?:@([^#@]+))?$/;
const MANIFEST = /\.images?\.json$/;
/** What imports may leave out. */
const SHORT_NAME = /^(.*\.images?)([#@].*)?$/s;

/**
 * Takes one reference for what it means.
 *
 * @param text filled in
 * @throws `MANIFEST_INVALID`; `REFERENCE_NOT_FOUND` for a picture that the manifest itself does not have; `REFERENCE_CYCLE` for
 * the very one that has the reference
 */
export function resolveReference(text: string, layer: Layer, place: () => Place, own: OwnPictures): ResolvedReference {
  const fail = ({ what, next }: Mistake) => new PromptImageError('MANIFEST_INVALID', what, { place: place(), next });
  const mistake = explainReference(text, layer.role);
  if (mistake) throw fail(mistake);
  const named = JSON.stringify(text);
  if (RELATIVE.test(text)) {
    const { file, ...picture } = parseAddress(text);
    const path = resolvePath(layer.file, file);
    if (!MANIFEST.test(file)) return { kind: 'file', path, place };
    if (path !== own.file) return { kind: 'picture', address: { file: path, ...picture }, place };
    return { kind: 'picture', address: checkOwn({ file: path, ...picture }), place };
  }
  const [, item, variant] = OWN_PICTURE.exec(text) ?? [];
  if (item !== undefined && own.items === undefined) {
    throw fail({
      what: `the reference ${named} names an item, and this manifest has none`,
      next: 'Name a variant of it, "@name", or an item of a collection, "./name.images.json#item".',
    });
  }
  if (item === undefined && variant === BASE && own.variant === undefined) {
    throw fail({
      what: `the reference ${named} stands in the base picture itself`,
      next: 'It is for variants: move it into one of them.',
    });
  }
  const address = { file: own.file, item: item ?? own.item, variant: variant === BASE ? undefined : variant };
  return { kind: 'picture', address: checkOwn(address), place };

  function checkOwn(address: Address): Address {
    const { item, variant } = address;
    if (item !== undefined && !own.hasItem(item)) throw notFound('item', item, own.items ?? []);
    if (variant !== undefined) {
      const variants = own.variantsOf(item);
      if (!variants.includes(variant)) throw notFound('variant', variant, variants);
    }
    if (own.pictureOf(item, variant) === own.pictureOf(own.item, own.variant)) {
      const what = `the reference ${named} is to this very picture`;
      throw new PromptImageError('REFERENCE_CYCLE', what, { place: place(), next: 'Remove it.' });
    }
    return address;
  }

  function notFound(kind: 'item' | 'variant', name: string, names: readonly string[]): PromptImageError {
    return new PromptImageError(
      'REFERENCE_NOT_FOUND',
      `the reference ${named} names ${kind === 'item' ? 'an item' : 'a variant'} that this manifest does not have`,
      { place: place(), next: adviceOf(name, names, kind) },
    );
  }
}

/** @returns what is wrong with a reference whatever it leads to */
export function explainReference(text: string, role: Layer['role']): Mistake | undefined {
  const named = JSON.stringify(text);
  if (RELATIVE.test(text)) return explainPath(text);
  const [isOwn, item, variant] = OWN_PICTURE.exec(text) ?? [];
  // `@/a.png` is an alias of bundlers.
  if (isOwn && [item, variant].every((name) => name === undefined || NAME.test(name))) {
    if (role === 'shared') {
      const what = `the reference ${named} stands where there are no pictures: "#" and "@" are for manifests`;
      return { what, next: 'Name a file, for example "./hero.image.json".' };
    }
    if (item !== undefined && variant === BASE) return explainBase(named, `#${item}`);
    return undefined;
  }
  return {
    what: `the reference ${named} does not start with ./ or ../`,
    next: adviceFor(text.trim().replaceAll('\\', '/')),
  };
}

function explainPath(text: string): Mistake | undefined {
  const named = JSON.stringify(text);
  if (text.endsWith('.image-preset.json')) {
    return { what: `the reference ${named} is to a preset, which has no picture`, next: 'Presets go into "extends".' };
  }
  const [short, name = '', rest = ''] = SHORT_NAME.exec(text) ?? [];
  if (short !== undefined) {
    const next = `Write ${JSON.stringify(`${name}.json${rest}`)}. Imports alone may leave out .json.`;
    return { what: `the reference ${named} is to a short name`, next };
  }
  const address = parseAddress(text);
  const { file, item, variant } = address;
  if (!MANIFEST.test(file)) return undefined;
  const names = [item, variant].filter((name) => name !== undefined);
  if (!names.every((name) => NAME.test(name)) || renderAddress(address) !== text) {
    return {
      what: `the reference ${named} is no address of a picture`,
      next: 'It is a manifest, then "#" and an item, then "@" and a variant: "./a.images.json#item@variant".',
    };
  }
  if (variant === BASE) return explainBase(named, renderAddress({ file, item }));
  const isCollection = isCollectionFile(file);
  if (isCollection && item === undefined) {
    const next = `Name an item of it: ${JSON.stringify(renderAddress({ file, item: 'item', variant }))}.`;
    return { what: `the reference ${named} is to a collection, not to one picture`, next };
  }
  if (!isCollection && item !== undefined) {
    const next = `Write ${JSON.stringify(renderAddress({ file, variant }))}. Collections end in .images.json.`;
    return { what: `the reference ${named} names an item of a manifest that has none`, next };
  }
  return undefined;
}

function explainBase(named: string, address: string): Mistake {
  const next = `Write ${JSON.stringify(address)}.`;
  return { what: `the reference ${named} says "@${BASE}", which is for a picture's own base`, next };
}

/** What to write instead of a name that there is not. */
export function adviceOf(name: string, names: readonly string[], kind: 'item' | 'variant'): string {
  const match = closestMatch(name, [...names], { maxDistance: typosIn(name) });
  if (match !== undefined) return `Did you mean "${kind === 'item' ? '#' : '@'}${match}"?`;
  const [some, more] = [names.slice(0, 10), names.length > 10 ? ', …' : ''];
  return some.length === 0 ? `It has no ${kind}s.` : `Its ${kind}s are ${some.join(', ')}${more}.`;
}

function adviceFor(path: string): string {
  // An address on the web, an absolute path, a home folder, an alias: no relative path can be guessed from it.
  if (/^([a-z]+:|[/~@#])/i.test(path)) return 'Write the path of a picture file, seen from the file it is written in.';
  return `Write ${JSON.stringify(RELATIVE.test(path) ? path : `./${path}`)}.`;
}
