/**
 * Which picture is meant: `file`, `file#item`, `file@variant`, `file#item@variant`. The one grammar of references, records and
 * the command line.
 */
export interface Address {
  /** The manifest's path, as it was given or from the root; with forward slashes. */
  file: string;
  /** Of a collection. */
  item?: string | undefined;
  /** Absent: the base picture. */
  variant?: string | undefined;
}

/** Names of items and variants. */
export const NAME = /^[A-Za-z0-9][\w.-]*$/;
/** What the base picture is called in references; nothing else may have this name. */
export const BASE = 'base';

/** `#` and `@` separate only directly after a manifest's name: `logo@2x.png` is a file. */
const SEPARATED = /^(.*?\.images?\.json)([#@].*)?$/s;
const PARTS = /^(?:#([^@]*))?(?:@(.*))?$/s;

/** Takes an address apart. A text that names no manifest is a file without item and variant. */
export function parseAddress(text: string): Address {
  const [, file = text, rest = ''] = SEPARATED.exec(text) ?? [];
  const [, item, variant] = PARTS.exec(rest) ?? [];
  return { file, item, variant };
}

export function renderAddress({ file, item, variant }: Address): string {
  return file + (item === undefined ? '' : `#${item}`) + (variant === undefined ? '' : `@${variant}`);
}

/** Whether a path is that of a collection. */
export function isCollectionFile(file: string): boolean {
  return file.endsWith('.images.json');
}
