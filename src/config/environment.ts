import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { PromptImageError } from '../failure.js';

const keyNames = ['ANYFAST_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'] as const;
const BUY = 'PROMPT_IMAGE_BUY';

export type KeyName = (typeof keyNames)[number];

/** What env files and the environment say about keys and consent; nothing else of them is read. */
export interface Environment {
  /** From the environment, else `.env.local`, else `.env`. */
  key: (name: string) => string | undefined;
  /** What `.env.local` alone says. */
  local: Readonly<Record<string, string>>;
  /** `PROMPT_IMAGE_BUY=1` in the environment. */
  buys: boolean;
  /** The env files of the root that set `PROMPT_IMAGE_BUY`. */
  buyFiles: readonly string[];
}

/** @throws `CONFIG_KEY_EXPOSED` for a key under a name that Vite would put into the bundle */
export function readEnvironment(root: string, env: NodeJS.ProcessEnv = process.env): Environment {
  const local = readEnvFile(root, '.env.local');
  const shared = readEnvFile(root, '.env');
  for (const [source, values] of [
    ['the environment', env],
    ['.env.local', local],
    ['.env', shared],
  ] as const) {
    const exposed = keyNames.find((name) => values[`VITE_${name}`]);
    if (!exposed) continue;
    throw new PromptImageError('CONFIG_KEY_EXPOSED', `VITE_${exposed} in ${source} would be published with your site`, {
      next: `Vite bundles what starts with VITE_. Rename it to ${exposed}; if it was ever deployed, revoke the key.`,
    });
  }
  return {
    key: (name) => env[name] || local[name] || shared[name] || undefined,
    local,
    buys: env[BUY] === '1',
    buyFiles: [...(BUY in local ? [join(root, '.env.local')] : []), ...(BUY in shared ? [join(root, '.env')] : [])],
  };
}

/** A file in one of these folders that holds a key. It is not used, but whoever put it there wants to know. */
export function findKeyElsewhere(folders: Iterable<string>): string | undefined {
  for (const folder of folders) {
    const values = readEnvFile(folder, '.env.local');
    if (keyNames.some((name) => values[name])) return join(folder, '.env.local');
  }
  return undefined;
}

function readEnvFile(folder: string, name: string): Readonly<Record<string, string>> {
  const path = join(folder, name);
  if (!existsSync(path)) return {};
  // Only our lines reach the parser: it stumbles over some that other tools accept.
  const wanted = new RegExp(`^\\s*(?:export\\s+)?((?:VITE_)?(?:${keyNames.join('|')})|${BUY})\\s*=(.*)$`);
  const lines = readFileSync(path, 'utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r?\n/)
    .flatMap((line) => {
      const [, key, value] = wanted.exec(line) ?? [];
      return key ? [`${key}=${value}`] : [];
    });
  return parseEnv(lines.join('\n')) as Record<string, string>;
}
