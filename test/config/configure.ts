import { vi } from 'vitest';
import { type ResolvedConfig, resolveConfig } from '../../src/config/config.js';
import type { InlineOptions } from '../../src/config/options.js';
import { PromptImageError } from '../../src/failure.js';
import { createWorkspace, type FileContent, type Workspace } from '../support/workspace.js';

const names = ['ANYFAST_API_KEY', 'GEMINI_API_KEY', 'GOOGLE_API_KEY'];

/** What `.env.local` and others say, and what the shell says. */
export interface Setting {
  files?: Record<string, FileContent>;
  /** Written after the first commit. */
  untracked?: Record<string, FileContent>;
  env?: Record<string, string>;
  /** @default true */
  git?: boolean;
  /** The bundler's root below the workspace. */
  start?: string;
  inline?: InlineOptions;
}

export interface Outcome {
  config: ResolvedConfig;
  workspace: Workspace;
}

/** Resolves the config of a project in a workspace of its own, with keys in the environment only where `env` says so. */
export async function configure(
  { files = {}, untracked = {}, env = {}, git = true, start = '.', inline = {} }: Setting,
  use: (outcome: Outcome) => unknown = () => {},
): Promise<ResolvedConfig> {
  await using workspace = await createWorkspace({ '.gitignore': '.env.local\n', ...files }, { git });
  for (const [file, content] of Object.entries(untracked)) await workspace.write(file, content);
  for (const name of [...names, ...names.map((key) => `VITE_${key}`), 'PROMPT_IMAGE_BUY']) {
    vi.stubEnv(name, env[name]);
  }
  try {
    const config = await resolveConfig(workspace.path(start), inline);
    await use({ config, workspace });
    return config;
  } finally {
    vi.unstubAllEnvs();
  }
}

/** The error that a setting gives. */
export async function refusal(setting: Setting): Promise<PromptImageError> {
  try {
    await configure(setting);
  } catch (error) {
    if (error instanceof PromptImageError) return error;
    throw error;
  }
  throw new Error('It was accepted');
}
