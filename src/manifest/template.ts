import { closestMatch } from 'leven';
import { type Place, PromptImageError } from '../failure.js';
import { typosIn } from './issues.js';
import { type Item, OVERRIDE } from './items.js';

/** `{{name}}`, `{{` that does not close, or with a backslash before it two literal braces. */
const TEMPLATE = /\\?\{\{(?:([^{}]*)\}\})?/g;

/**
 * Fills in a text.
 *
 * @param field that the text stands in
 * @param placeOf the place of a character of the text
 * @throws `MANIFEST_INVALID`
 */
export type Fill = (text: string, field: string, placeOf: (character: number) => Place) => string;

/** Outside of a collection: nothing fills templates in, and as they stand nobody wants them sent to the model. */
export const fillNothing: Fill = (text, field, placeOf) =>
  replaceTemplates(text, (_, index) => {
    throw fail(
      `"${field}" has a template {{…}}, which only collections fill in`,
      placeOf(index),
      'Write \\\\{{ for two literal braces.',
    );
  });

/** From an item's own fields. What is filled in stays as it is, braces and all. */
export function fillFrom({ name, fields }: Item): Fill {
  return (text, field, placeOf) =>
    replaceTemplates(text, (written, index) => {
      const place = () => placeOf(index);
      if (written === undefined || written === '') {
        const next = 'Write {{field}}, or \\\\{{ for two literal braces.';
        throw fail(
          `"${field}" has a template that ${written === '' ? 'is empty' : 'does not end in }}'}`,
          place(),
          next,
        );
      }
      if (written === OVERRIDE || !Object.hasOwn(fields, written)) throw unknownField(written, name, fields, place());
      const value = fields[written];
      if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') return String(value);
      const type = value === null ? 'null' : Array.isArray(value) ? 'an array' : 'an object';
      throw fail(
        `{{${written}}} is ${type} in the item "${name}"`,
        place(),
        'Texts, numbers and booleans can be filled in.',
      );
    });
}

/** The fields that a text asks for. */
export function templateNames(text: string): string[] {
  const names: string[] = [];
  replaceTemplates(text, (name = '') => {
    names.push(name);
    return '';
  });
  return names;
}

function replaceTemplates(text: string, fillOne: (name: string | undefined, index: number) => string): string {
  return text.replace(TEMPLATE, (braces: string, name: string | undefined, index: number) =>
    braces.startsWith('\\') ? braces.slice(1) : fillOne(name?.trim(), index),
  );
}

/** A list that is longer helps nobody. */
const MOST_NAMES = 12;

function unknownField(written: string, item: string, fields: Item['fields'], place: Place): PromptImageError {
  const names = Object.keys(fields).filter((name) => name !== OVERRIDE);
  const [first = ''] = written.split('.', 1);
  if (written.includes('.') && names.includes(first)) {
    const next = `Give the item a field of its own, and write {{thatField}}.`;
    return fail(`{{${written}}} is a path, and only an item's own fields can be filled in`, place, next);
  }
  const match = closestMatch(written, names, { maxDistance: typosIn(written) });
  const more = names.length > MOST_NAMES ? ', …' : '';
  const all = names.length === 0 ? 'It has none.' : `It has ${names.slice(0, MOST_NAMES).join(', ')}${more}.`;
  const next = match === undefined ? all : `Did you mean {{${match}}}? ${all}`;
  return fail(`there is no field {{${written}}} in the item "${item}"`, place, next);
}

function fail(what: string, place: Place, next: string): PromptImageError {
  return new PromptImageError('MANIFEST_INVALID', what, { place, next });
}
