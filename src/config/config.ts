import { existsSync, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { PromptImageError } from '../failure.js';
import { type Git, openGit } from '../files/git.js';
import { addressOf } from '../files/scan.js';
import type { DefaultsLayer } from '../manifest/resolve.js';
import { anyfast } from '../providers/anyfast.js';
import { google } from '../providers/google.js';
import { isKeyed, type Provider } from '../providers/provider.js';
import type { BudgetLimits } from '../purchase/budget.js';
import { type Consent, resolveConsent } from './consent.js';
import { type Environment, findKeyElsewhere, readEnvironment } from './environment.js';
import { isFrozen } from './frozen.js';
import { loadConfig } from './load.js';
import { locateProject, upward } from './locate.js';
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
  consent: Consent;
  frozen: boolean;
  git: Git;
}

/**
 * Finds and reads the config file, lays inline options over it, finds the key and asks git for consent.
 *
 * @param start where to look from: the bundler's root, or the working directory
 * @throws `CONFIG_INVALID`, `CONFIG_KEY_EXPOSED`, `NOT_BUILT_YET`
 */
export async function resolveConfig(start: string, options: InlineOptions): Promise<ResolvedConfig> {
  const inline = parseInline(options);
  const location = locateProject(realpathSync(start), inline);
  const root = realpathSync(location.root);
  const { configFile } = location;
  const config: Config = { ...(configFile ? await loadConfig(configFile) : {}), ...inline };
  const git = await openGit(root);
  const environment = readEnvironment(root);
  const provider = resolveProvider(config.provider, environment);
  const elsewhere = [start, ...upward(dirname(root))].filter((folder) => resolve(folder) !== root);
  return {
    root,
    configFile,
    include: config.include ?? ['**/*.image.json', '**/*.images.json'],
    exclude: config.exclude ?? [],
    provider,
    defaults: config.defaults && configFile ? { file: addressOf(root, configFile), input: config.defaults } : undefined,
    originalsDir: resolve(root, config.originalsDir ?? '.prompt-image'),
    commit: config.commit ?? true,
    budget: { maxImages: config.budget?.maxImages ?? 25, maxCost: config.budget?.maxCost },
    prices: config.prices ?? {},
    allowReferencesFrom: (config.allowReferencesFrom ?? []).map((folder) => realFolder(resolve(root, folder))),
    cacheDir: resolve(root, config.cacheDir ?? defaultCacheDir(root)),
    missing: config.missing ?? 'generate',
    concurrency: config.concurrency ?? 4,
    timeout: config.timeout ?? 60_000,
    retries: config.retries ?? 4,
    provenance: config.provenance ?? true,
    consent: await resolveConsent(root, provider, environment, git, findKeyElsewhere(elsewhere)),
    frozen: isFrozen(),
    git,
  };
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
  const googleOnly = !key('ANYFAST_API_KEY') && (key('GEMINI_API_KEY') ?? key('GOOGLE_API_KEY'));
  return choice === undefined && googleOnly ? google() : anyfast();
}

function defaultCacheDir(root: string): string {
  const base = existsSync(join(root, 'node_modules')) ? join('node_modules', '.cache') : '.cache';
  return join(base, 'prompt-image');
}

function realFolder(folder: string): string {
  try {
    return realpathSync(folder);
  } catch (cause) {
    throw new PromptImageError(
      'CONFIG_INVALID',
      `allowReferencesFrom names ${basename(folder)}, which does not exist`,
      { cause },
    );
  }
}
