import type { PicturePlan } from './picture.js';

/** What an attribute may be given: `false` and `null` leave it out, `true` gives it without a value, `undefined` says nothing. */
export type AttributeValue = string | number | boolean | null | undefined;
export type Attributes = Record<string, AttributeValue>;

/** Of the names that HTML allows those that frameworks use too: `data-id`, `@click.once`, `hx-on::load`. */
const NAME = /^[a-z@:_][a-z0-9@:_.-]*$/;
const ENTITIES: Record<string, string> = { '&': '&amp;', '"': '&quot;', '<': '&lt;', '>': '&gt;' };

/**
 * A `<picture>` as HTML, in one line: a blank one would end it in Markdown.
 *
 * @param attributes of the `<img>`, over those of the plan
 * @throws TypeError for an attribute that cannot be written, or that would run as a script
 */
export function renderPicture({ sources, img }: PicturePlan, attributes: Attributes = {}): string {
  // What is undefined leaves the plan's own as it is.
  const given = Object.fromEntries(Object.entries(attributes).filter(([, value]) => value !== undefined));
  const elements = sources.map((source) => `<source${renderAttributes({ ...source })}>`).join('');
  return `<picture>${elements}<img${renderAttributes({ ...img, ...given })}></picture>`;
}

function renderAttributes(attributes: Attributes): string {
  return Object.entries(attributes)
    .map(([name, value]) => renderAttribute(name, value))
    .join('');
}

function renderAttribute(name: string, value: unknown): string {
  checkName(name);
  if (value === undefined || value === null || value === false) return '';
  // Of ARIA, "true" is a word like any other.
  if (value === true) return name.startsWith('aria-') ? ` ${name}="true"` : ` ${name}`;
  if (typeof value === 'string' || typeof value === 'number') return ` ${name}="${escapeAttribute(String(value))}"`;
  throw new TypeError(`The attribute "${name}" is a text, a number or a boolean, not ${typeof value}`);
}

function checkName(name: string): void {
  if (name === 'className') throw new TypeError('Attributes are written as in HTML: class, not className');
  if (NAME.test(name.toLowerCase()) && !NAME.test(name)) {
    throw new TypeError(`Attributes are written as in HTML: ${name.toLowerCase()}, not ${name}`);
  }
  if (!NAME.test(name)) throw new TypeError(`${JSON.stringify(name)} is no name of an attribute`);
  if (name.startsWith('on')) {
    throw new TypeError(`The attribute "${name}" would run as a script: listen with addEventListener instead`);
  }
}

/** What HTML cannot hold, NUL and halves of characters, is replaced; all else is read back as it was. */
function escapeAttribute(text: string): string {
  return text
    .replace(/[\0\p{Cs}]/gu, '\ufffd')
    .replace(/[&"<>\n\r]/g, (character) => ENTITIES[character] ?? `&#${character.charCodeAt(0)};`);
}
