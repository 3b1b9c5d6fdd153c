import { closestMatch } from 'leven';
import * as z from 'zod';
import { PromptImageError } from '../failure.js';
import { didYouMean, explainIssue } from '../manifest/issues.js';
import { type PresetInput, presetSchema } from '../manifest/schema.js';
import type { Provider } from '../providers/provider.js';

const provider = z.custom<Provider | 'anyfast' | 'google'>(isProvider, {
  error: 'is "anyfast", "google", or an object with a name and generate(), whose models are names',
});

function isProvider(value: unknown): boolean {
  if (value === 'anyfast' || value === 'google') return true;
  if (typeof value !== 'object' || value === null) return false;
  const { name, generate, models, free, sourceType } = value as Record<keyof Provider, unknown>;
  return (
    typeof generate === 'function' &&
    z.string().min(1).safeParse(name).success &&
    z.array(z.string()).optional().safeParse(models).success &&
    z.boolean().optional().safeParse(free).success &&
    z.string().min(1).optional().safeParse(sourceType).success
  );
}

const budgetShape = { maxImages: z.int().min(0), maxCost: z.number().min(0) };

/** What decides on what is bought: only in the config file, so that every tool of a project agrees on it. */
const purchasing = {
  provider: provider.optional(),
  defaults: presetSchema.optional(),
  originalsDir: z.string().min(1).optional(),
  commit: z.boolean().optional(),
  budget: z.strictObject(budgetShape).partial().optional(),
  prices: z.record(z.string(), z.number().min(0)).optional(),
  allowReferencesFrom: z.array(z.string().min(1)).optional(),
};

/** As many milliseconds as a timer holds. */
const LONGEST_TIMEOUT = 2 ** 31 - 1;

const inline = {
  root: z.string().min(1).optional(),
  include: z.array(z.string()).min(1).optional(),
  exclude: z.array(z.string()).optional(),
  cacheDir: z.string().min(1).optional(),
  missing: z.enum(['generate', 'draft', 'error']).optional(),
  concurrency: z.int().min(1).max(100).optional(),
  timeout: z.int().min(1).max(LONGEST_TIMEOUT).optional(),
  retries: z.int().min(0).max(20).optional(),
  provenance: z.boolean().optional(),
  dts: z.boolean().optional(),
  requireAlt: z.union([z.enum(['warn', 'error']), z.literal(false)]).optional(),
};

const configSchema = z.strictObject({ $schema: z.string().optional(), ...inline, ...purchasing });
const inlineSchema = z.strictObject({ ...inline, configFile: z.string().min(1).optional() });
const laterOptions = ['gallery'];

/** Options that may stand in the config file and, then winning, in a plugin's call. */
export interface InlineOptions {
  /** The project's root. @default the config file's folder, else that of the nearest package.json */
  root?: string;
  /** @default the nearest `prompt-image.config.{ts,mts,js,mjs,json}` upward from the bundler's root */
  configFile?: string;
  /** Globs of manifests, from the root. @default every image.json file */
  include?: string[];
  /** Globs of manifests that are left to the bundler. @default none */
  exclude?: string[];
  /** Folder of derived files; disposable. @default 'node_modules/.cache/prompt-image', else '.cache/prompt-image' */
  cacheDir?: string;
  /** What a build does about missing pictures, where it may buy. @default 'generate' */
  missing?: 'generate' | 'draft' | 'error';
  /** Calls at once. @default 4 */
  concurrency?: number;
  /** Milliseconds for one attempt. @default 60_000 */
  timeout?: number;
  /** Further attempts after a failure that may pass. @default 4 */
  retries?: number;
  /** Whether files carry XMP that says how they were made. @default true */
  provenance?: boolean;
  /**
   * Whether `hero.image.d.json.ts` is written beside a manifest, for TypeScript's `allowArbitraryExtensions`. `false` also
   * ends hints about types.
   * @default whether the nearest tsconfig.json above the manifest, or one that it extends or references, sets that flag
   */
  dts?: boolean;
  /** What a build does about images without `alt`. @default 'warn' */
  requireAlt?: 'warn' | 'error' | false;
}

/** Options that decide on what is bought. */
export interface PurchasingOptions {
  /** @default by key: `ANYFAST_API_KEY` → anyfast(), `GEMINI_API_KEY` or `GOOGLE_API_KEY` → google() */
  provider?: Provider | 'anyfast' | 'google';
  /** What every manifest inherits. @default nothing */
  defaults?: PresetInput;
  /** The committed pictures. @default '.prompt-image' */
  originalsDir?: string;
  /** `false` permits originals that git ignores. @default true */
  commit?: boolean;
  /**
   * What a command, a build, or all dev servers of the root in 24 hours buy without asking; what goes on at once shares it.
   * `maxCost` is in US dollars, by estimate: a model without a known price is then not bought.
   * @default { maxImages: 25 }
   */
  budget?: { maxImages?: number; maxCost?: number };
  /** US dollars per picture by model, where list prices do not hold. */
  prices?: Record<string, number>;
  /** Folders outside the root that references may lie in. @default [] */
  allowReferencesFrom?: string[];
}

/** What stands in `prompt-image.config.ts`. */
export interface Config extends Omit<InlineOptions, 'configFile'>, PurchasingOptions {}

/** What a plugin's call takes. The options that decide on what is bought belong in the config file. */
export type PluginOptions = InlineOptions & { [name in keyof PurchasingOptions]?: never };

/** For typed config files: gives back what it gets. */
export function defineConfig(config: Config): Config {
  return config;
}

/** @param file the config file's name, for messages. @throws `CONFIG_INVALID`, `NOT_BUILT_YET` */
export function parseConfig(value: unknown, file: string): Config {
  return parse(configSchema, value, file) as Config;
}

/** @throws `CONFIG_INVALID`, for options of the config file with the file to paste */
export function parseInline(value: unknown): InlineOptions {
  const options = parseGiven(value);
  const misplaced = Object.keys(options).filter((name) => Object.hasOwn(purchasing, name));
  if (misplaced.length > 0) {
    throw new PromptImageError(
      'CONFIG_INVALID',
      `${misplaced.join(', ')} decides on what is bought, so it cannot stand inline`,
      {
        next: [
          'The command line and every build must agree on it. Put it into prompt-image.config.ts:',
          '',
          "  import { defineConfig } from 'unplugin-prompt-image';",
          '  export default defineConfig({',
          ...misplaced.map((name) => `    ${name}: ${sourceOf(options[name])},`),
          '  });',
        ].join('\n'),
      },
    );
  }
  return parse(inlineSchema, options, 'the options of the plugin') as InlineOptions;
}

/** Without what is `undefined`: `{ missing: fast ? 'draft' : undefined }` leaves the config's word. */
function parseGiven(value: unknown): Record<string, unknown> {
  const given = parse(z.looseObject({}), value ?? {}, 'the options of the plugin');
  return Object.fromEntries(Object.entries(given as object).filter(([, option]) => option !== undefined));
}

/** JavaScript for a value, as far as it can be written down. Providers cannot, and may hold a key. */
function sourceOf(value: unknown): string {
  const parsed = z.json().safeParse(value);
  return parsed.success ? JSON.stringify(parsed.data) : '…';
}

function parse(schema: z.ZodObject, value: unknown, file: string): unknown {
  const parsed = schema.safeParse(value, { reportInput: true });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  if (!issue) throw parsed.error;
  if (issue.path.length === 0 && issue.code === 'invalid_type') {
    throw new PromptImageError('CONFIG_INVALID', 'must be an object of options', { place: { file } });
  }
  const path = issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part));
  if (issue.code !== 'unrecognized_keys') {
    throw new PromptImageError('CONFIG_INVALID', explainIssue(issue, path), { place: { file } });
  }
  const [key = ''] = issue.keys;
  if (laterOptions.includes(key)) {
    throw new PromptImageError('NOT_BUILT_YET', `the option "${key}" is not built yet in this version`, {
      place: { file },
    });
  }
  throw new PromptImageError('CONFIG_INVALID', `unknown option "${[...path, key].join('.')}"`, {
    place: { file },
    next: suggest(schema, path, key) ?? 'Remove it.',
  });
}

function suggest(schema: z.ZodObject, [option, ...rest]: (string | number)[], key: string): string | undefined {
  if (option === 'defaults') return didYouMean(key, rest);
  const names = option === 'budget' ? Object.keys(budgetShape) : option === undefined ? Object.keys(schema.shape) : [];
  // In short words fewer: "foo" is not a misspelt "root".
  const match = closestMatch(key, names, { maxDistance: Math.min(3, Math.floor(key.length / 2)) });
  return match === undefined ? undefined : `Did you mean "${match}"?`;
}
