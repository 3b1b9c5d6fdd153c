/** More of a service's words than this says nothing that helps. */
const MAX_LENGTH = 2000;

/**
 * Takes a key out of what a service says: services echo what they were sent, the URL with the key in it above all. It is
 * found as it is, percent-encoded by whatever rules and however often, and within base64 of a longer text.
 */
export function createRedactor(key: string): (text: string) => string {
  const characters = [...key].map((character) => {
    const hex = character.charCodeAt(0).toString(16).padStart(2, '0');
    return `(?:\\\\?${literal(character)}|%(?:25)*${hex})`;
  });
  const pattern = new RegExp([characters.join(''), ...base64Digits(key)].join('|'), 'gi');
  return (text) => text.replace(pattern, '[key]');
}

/** A service's words for a terminal: one line, no control sequences, not endless. Redact them first. */
export function printable(text: string): string {
  const line = text.replace(/\p{Cc}+/gu, ' ');
  return line.length > MAX_LENGTH ? `${line.slice(0, MAX_LENGTH)}…` : line;
}

/** Patterns for the digits that depend on the key alone, for each of the three places where it can start in a group. */
function base64Digits(key: string): string[] {
  const patterns = [0, 1, 2].map((offset) => {
    const digits = Buffer.from('\0'.repeat(offset) + key).toString('base64');
    const own = digits.slice([0, 2, 3][offset], Math.floor(((offset + key.length) * 8) / 6));
    return [...own].map((digit) => (digit === '+' ? '[+-]' : digit === '/' ? '[/_]' : digit)).join('');
  });
  return patterns.filter((pattern) => pattern !== '');
}

function literal(character: string): string {
  return character.replace(/[^\w-]/, '\\$&');
}

/** A key without what a paste brings along. */
export function cleanKey(text: string): string {
  return text
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .trim();
}
