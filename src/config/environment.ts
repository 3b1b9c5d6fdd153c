import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { PromptImageError } from '../failure.js';
import { isErrno } from '../files/errno.js';
import { cleanKey, createRedactor } from '../providers/redact.js';
import { parseDotenv } from './dotenv.js';

const keyNames = ['ANYFAST_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'] as const;
const BUY = 'PROMPT_IMAGE_BUY';
/** What is shorter is no key, and would be found in half of all words. */
const SHORTEST_KEY = 8;

/** What env files and the environment say about keys and consent; nothing else of them is read. */
export interface Environment {
  /** From the environment, else `.env.local`, else `.env`. */
  key: (name: string) => string | undefined;
  /** What `.env.local` alone says. */
  local: Readonly<Record<string, string>>;
  /** What `.env` alone says. */
  shared: Readonly<Record<string, string>>;
  /** `PROMPT_IMAGE_BUY=1` in the environment. */
  buys: boolean;
  /** The env files of the root that set `PROMPT_IMAGE_BUY`. */
  buyFiles: readonly string[];
  /** Takes every key that is known here out of a text. */
  redact: (text: string) => string;
}

/**
 * @throws `CONFIG_KEY_EXPOSED` for a key under a name that Vite would put into the bundle; `CONFIG_INVALID` for an env file
 * that cannot be read
 */
export function readEnvironment(root: string, env: NodeJS.ProcessEnv = process.env): Environment {
  const files = readEnvFiles(root);
  refuseExposed(new Map([['the environment', env], ...files]));
  const [local = {}, shared = {}] = [files.get('.env.local'), files.get('.env')];
  // When a key is asked for: a config may load further env files.
  const keyFrom = (name: string) => [env, local, shared].map((values) => cleanKey(values[name] ?? '')).find(Boolean);
  return {
    key: keyFrom,
    local,
    shared,
    buys: env[BUY] === '1',
    buyFiles: [...files].filter(([, values]) => !/^0?$/.test(values[BUY] ?? '')).map(([name]) => join(root, name)),
    redact: (text) => {
      const keys = [env, ...files.values()].flatMap((values) => keyNames.map((name) => cleanKey(values[name] ?? '')));
      const secrets = [...new Set(keys)].filter((key) => key.length >= SHORTEST_KEY);
      return secrets.reduce((clean, secret) => createRedactor(secret)(clean), text);
    },
  };
}

/** A file in one of these folders that holds a key. It is not used, but whoever put it there wants to know. */
export function findKeyElsewhere(folders: Iterable<string>): string | undefined {
  for (const folder of folders) {
    const path = join(folder, '.env.local');
    try {
      const values = readEnvFile(path);
      if (keyNames.some((name) => values[name])) return path;
    } catch {
      // A hint; what others may not read is no business of ours.
    }
  }
  return undefined;
}

/** The same for the bundler's own folder, whose env files Vite reads and we do not. @throws `CONFIG_KEY_EXPOSED` */
export function refuseExposedIn(folder: string, root: string): void {
  const files = [...readEnvFiles(folder)];
  refuseExposed(new Map(files.map(([name, values]) => [relative(root, join(folder, name)), values])));
}

function refuseExposed(sources: ReadonlyMap<string, Readonly<Record<string, string | undefined>>>): void {
  for (const [source, values] of sources) {
    const exposed = keyNames.find((name) => values[`VITE_${name}`]);
    if (!exposed) continue;
    throw new PromptImageError('CONFIG_KEY_EXPOSED', `VITE_${exposed} in ${source} would be published with your site`, {
      next: `Vite bundles what starts with VITE_. Rename it to ${exposed}; if it was ever deployed, revoke the key.`,
    });
  }
}

/** What each env file of a folder says, of every mode. */
function readEnvFiles(folder: string): Map<string, Record<string, string>> {
  const names = readdirSync(folder).filter((name) => /^\.env(?:\.|$)/.test(name));
  return new Map(names.sort().map((name) => [name, readEnvFile(join(folder, name))]));
}

/** Our names alone. */
function readEnvFile(path: string): Record<string, string> {
  let bytes: Buffer;
  try {
    bytes = readFileSync(path);
  } catch (error) {
    // A folder of such a name, or a link to nothing.
    if (isErrno(error, 'ENOENT', 'ENOTDIR', 'EISDIR')) return {};
    if (!isErrno(error)) throw error;
    throw new PromptImageError('CONFIG_INVALID', `${path} cannot be read (${error.code})`, {
      cause: error,
      next: 'Whether it holds a key is not known. Make it readable, or remove it.',
    });
  }
  const ours = new RegExp(`^(?:VITE_)?(?:${keyNames.join('|')})$|^${BUY}$`);
  return Object.fromEntries(Object.entries(parseDotenv(bytes)).filter(([name]) => ours.test(name)));
}
