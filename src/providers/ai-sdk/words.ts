import { createRedactor, printable } from '../redact.js';

/** How variables are called that hold secrets: `OPENAI_API_KEY`, `REPLICATE_API_TOKEN`, `AWS_SECRET_ACCESS_KEY`. */
const secretName = /(?:KEY|TOKEN|SECRET)$/i;
/** A shorter value is no secret, and would take words apart. */
const SHORTEST_SECRET = 8;
/** Keys by what stands before them, and addresses' queries. */
const secrets: readonly [pattern: RegExp, instead: string][] = [
  [/\b(Bearer|Basic|Key|Token) +[\w+/=.:~-]{8,}/gi, '$1 [key]'],
  [/\b(?:sk|pk|rk|r8|hf|xai|gsk|key)[-_][\w*-]{8,}|\bAIza[\w-]{8,}/g, '[key]'],
  [/(https?:\/\/[^\s?#"'<>]+)\?[^\s"'<>]+/gi, '$1'],
];

/**
 * A service's words, printable. The key is in the model and cannot be read there, so that everything goes that is a secret
 * of the environment, where the SDK's packages look for keys, or looks like a key.
 */
export function redact(words: string): string {
  let text = words;
  for (const [name, value = ''] of Object.entries(process.env)) {
    if (secretName.test(name) && value.length >= SHORTEST_SECRET) text = createRedactor(value)(text);
  }
  for (const [pattern, instead] of secrets) text = text.replace(pattern, instead);
  return printable(text);
}
