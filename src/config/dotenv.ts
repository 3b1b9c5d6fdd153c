/** One assignment, as the package dotenv finds it: the name, and what stands behind `=`, in quotes over several lines. */
const ASSIGNMENT =
  /^\s*(?:export\s+)?([\w.-]+)(?:\s*=\s*?|:\s+?)(\s*'(?:\\'|[^'])*'|\s*"(?:\\"|[^"])*"|\s*`(?:\\`|[^`])*`|[^#\r\n]+)?\s*(?:#.*)?$/gm;

/**
 * The values of an env file, read like the package dotenv does. Node's own parser, which Vite 8 uses, stumbles over byte
 * order marks and takes lines together that are none.
 */
export function parseDotenv(bytes: Uint8Array): Record<string, string> {
  // PowerShell writes UTF-16 where it redirects output into a file.
  const text = new TextDecoder(bytes[0] === 0xff && bytes[1] === 0xfe ? 'utf-16le' : 'utf-8').decode(bytes);
  const values = new Map<string, string>();
  for (const [, name = '', raw = ''] of text.replace(/\r\n?/g, '\n').matchAll(ASSIGNMENT)) {
    const value = raw.trim();
    const bare = value.replace(/^(['"`])([\s\S]*)\1$/, '$2');
    values.set(name, value.startsWith('"') ? bare.replaceAll('\\n', '\n').replaceAll('\\r', '\r') : bare);
  }
  return Object.fromEntries(values);
}
