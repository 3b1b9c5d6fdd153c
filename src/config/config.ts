import { existsSync, realpathSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { PromptImageError } from '../failure.js';
import { isErrno } from '../files/errno.js';
import { type Git, openGit } from '../files/git.js';
import { isInside } from '../files/references.js';
import { addressOf } from '../files/scan.js';
import type { DefaultsLayer } from '../manifest/resolve.js';
import { anyfast } from '../providers/anyfast.js';
import { google } from '../providers/google.js';
import { isKeyed, type Provider, ProviderError } from '../providers/provider.js';
import type { BudgetLimits } from '../purchase/budget.js';
import { type Consent, resolveConsent } from './consent.js';
import { type Environment, findKeyElsewhere, readEnvironment, refuseExposedIn } from './environment.js';
import { isFrozen } from './frozen.js';
import { loadConfig } from './load.js';
import { type Location, locateProject, upward } from './locate.js';
import { type Config, type InlineOptions, type PurchasingOptions, parseInline } from './options.js';

/** Every option filled in, paths absolute. */
export interface ResolvedConfig {
  /** Real path. */
  root: string;
  configFile: string | undefined;
  include: readonly string[];
  exclude: readonly string[];
  provider: Provider;
  defaults: DefaultsLayer | undefined;
  originalsDir: string;
  commit: boolean;
  budget: BudgetLimits;
  prices: Readonly<Record<string, number>>;
  allowReferencesFrom: readonly string[];
  cacheDir: string;
  missing: 'generate' | 'draft' | 'error';
  concurrency: number;
  timeout: number;
  retries: number;
  provenance: boolean;
  /** `undefined`: as the tsconfig above a manifest says. */
  dts: boolean | undefined;
  requireAlt: 'warn' | 'error' | false;
  consent: Consent;
  frozen: boolean;
  git: Git;
  /** Takes every key that is known here out of a text. */
  redact: (text: string) => string;
}

/**
 * Finds and reads the config file, lays inline options over it, finds the key and asks git for consent.
 *
 * @param start where to look from: the bundler's root, or the working directory
 * @throws `CONFIG_INVALID`, `CONFIG_KEY_EXPOSED`, `NOT_BUILT_YET`
 */
export async function resolveConfig(start: string, options: InlineOptions): Promise<ResolvedConfig> {
  const inline = parseInline(options);
  const from = realFolder(start, 'the root');
  const location = locateProject(from, inline);
  const { configFile } = location;
  const found = realFolder(location.root, 'the root');
  // Before the config runs: what it puts into the environment is committed, and consents for nobody.
  const { buys, redact } = readEnvironment(found);
  // At once: both take their time, and elsewhere.
  const [loaded, gitThere] = await Promise.all([configFile ? loadConfig(configFile, redact) : {}, openGit(found)]);
  const config: Config = { ...loaded, ...inline };
  const root = realFolder(rootOf(config, inline, location), 'the root');
  const environment = { ...readEnvironment(root), buys };
  refuseExposedIn(from, root);
  const git = root === found ? gitThere : await openGit(root);
  const provider = resolveProvider(config.provider, environment);
  const elsewhere = [...upward(from), ...upward(root)].filter((folder) => folder !== root);
  const originalsDir = resolve(root, config.originalsDir ?? '.prompt-image');
  const cacheDir = resolve(root, config.cacheDir ?? defaultCacheDir(root));
  refuseShared('originalsDir', originalsDir, [root]);
  refuseShared('cacheDir', cacheDir, [root, originalsDir]);
  return {
    root,
    configFile,
    include: config.include ?? ['**/*.image.json', '**/*.images.json'],
    exclude: config.exclude ?? [],
    provider,
    defaults: config.defaults && configFile ? { file: addressOf(root, configFile), input: config.defaults } : undefined,
    originalsDir,
    commit: config.commit ?? true,
    budget: { maxImages: config.budget?.maxImages ?? 25, maxCost: config.budget?.maxCost },
    prices: config.prices ?? {},
    allowReferencesFrom: (config.allowReferencesFrom ?? []).map((folder) =>
      realFolder(resolve(root, folder), 'allowReferencesFrom'),
    ),
    cacheDir,
    missing: config.missing ?? 'generate',
    concurrency: config.concurrency ?? 4,
    timeout: config.timeout ?? 60_000,
    retries: config.retries ?? 4,
    provenance: config.provenance ?? true,
    dts: config.dts,
    requireAlt: config.requireAlt ?? 'warn',
    consent: await resolveConsent(root, provider, environment, git, findKeyElsewhere(elsewhere)),
    frozen: isFrozen(),
    git,
    redact: environment.redact,
  };
}

/** Inline from where the bundler is, in a config file from where that is. */
function rootOf(config: Config, inline: InlineOptions, { root, configFile }: Location): string {
  if (inline.root !== undefined || config.root === undefined || configFile === undefined) return root;
  return resolve(dirname(configFile), config.root);
}

/** Both folders get a .gitignore of their own, which must not be anybody else's. */
function refuseShared(option: 'originalsDir' | 'cacheDir', folder: string, others: readonly string[]): void {
  const held = others.find((other) => isInside(folder, other));
  if (held === undefined) return;
  throw new PromptImageError('CONFIG_INVALID', `${option} is a folder that holds other things: ${held}`, {
    next: 'Give it a folder of its own.',
  });
}

function resolveProvider(choice: PurchasingOptions['provider'], environment: Environment): Provider {
  const provider = typeof choice === 'object' ? choice : builtIn(choice, environment);
  if (provider.name === 'draft') {
    throw new PromptImageError('CONFIG_INVALID', 'drafts are never stored, so draft() cannot be the provider', {
      next: "For builds with stand-ins, set missing: 'draft'.",
    });
  }
  if (!isKeyed(provider)) return provider;
  const key = provider.keyNames.map((name) => environment.key(name)).find((value) => value !== undefined);
  return key === undefined ? provider : provider.withKey(key);
}

function builtIn(choice: 'anyfast' | 'google' | undefined, { key }: Environment): Provider {
  if (choice === 'google') return google();
  if (choice === 'anyfast' || key('ANYFAST_API_KEY')) return anyfast();
  return (key('GEMINI_API_KEY') ?? key('GOOGLE_API_KEY')) ? google() : keyless(anyfast());
}

/** Where nobody has chosen a provider yet, the message names both. */
function keyless(provider: Provider): Provider {
  return {
    ...provider,
    generate: async () => {
      throw new ProviderError('PROVIDER_AUTH', 'there is no key', {
        next: 'Put ANYFAST_API_KEY=… (or, for Google itself, GEMINI_API_KEY=…) into .env.local, which must not be committed.',
      });
    },
  };
}

function defaultCacheDir(root: string): string {
  const base = existsSync(join(root, 'node_modules')) ? join('node_modules', '.cache') : '.cache';
  return join(base, 'prompt-image');
}

function realFolder(folder: string, option: string): string {
  try {
    return realpathSync(folder);
  } catch (error) {
    if (!isErrno(error)) throw error;
    const what = error.code === 'ENOENT' ? 'does not exist' : `cannot be looked at (${error.code})`;
    throw new PromptImageError('CONFIG_INVALID', `${option} names ${folder}, which ${what}`, { cause: error });
  }
}
