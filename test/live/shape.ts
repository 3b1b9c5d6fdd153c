import { createRedactor } from '../../src/providers/redact.js';

/** What is no longer than this is a name, a number or a reason, and shown. */
const SHORT = 60;

/** JSON as it came, with everything long or secret in it replaced by what it is. */
export function shapeOf(value: unknown, apiKey: string): string {
  const redact = createRedactor(apiKey);
  const replace = (_: string, each: unknown) => (typeof each === 'string' ? describe(redact(each)) : each);
  return JSON.stringify(value, replace, 2).replaceAll('\n', '\n           ');
}

function describe(text: string): string {
  const dataUrl = /^data:([\w/+.-]+);base64,/.exec(text)?.[1];
  if (dataUrl) return `<data URL of ${dataUrl}, ${text.length} characters>`;
  if (/^https?:\/\//i.test(text)) return `<URL at ${URL.canParse(text) ? new URL(text).host : 'nowhere'}>`;
  const image = /!\[[^\]]*\]\((?:https?|data):/i.test(text);
  const link = image ? ' with a markdown image' : /https?:\/\/|data:/i.test(text) ? ' with a URL' : '';
  if (text.length <= SHORT && link === '') return text;
  if (/^[\w+/=-]+$/.test(text)) return `<base64, ${text.length} characters>`;
  return `<text${link}, ${text.length} characters>`;
}
