import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { createOpenAI as createOpenAI2 } from 'ai-sdk-openai2';
import { createOpenAI as createOpenAI3 } from 'ai-sdk-openai3';
import { expect } from 'vitest';
import { aiSdk, type ImageModel, type Provider } from '../../src/index.js';
import { type OpenAI, type OpenAIAnswer, startOpenAI } from '../loopback/openai.js';
import { run } from '../support/workspace.js';
import { context, failureOf, imageRequest } from './calls.js';

/** `createOpenAI` of any version. */
export type CreateOpenAI = (settings: { baseURL: string; apiKey: string }) => { image: (id: string) => ImageModel };

export const installed: Readonly<Record<'v2' | 'v3', CreateOpenAI>> = { v2: createOpenAI2, v3: createOpenAI3 };

export interface Installation extends AsyncDisposable {
  folder: string;
  createOpenAI: CreateOpenAI;
}

/** OpenAI's package for AI SDK 7, from the registry: its `engines` asks for a later Node than ours does, so it is no dependency. */
export async function installV4(): Promise<Installation> {
  const folder = await mkdtemp(join(tmpdir(), 'prompt-image-ai-sdk-'));
  const options = ['--prefix', folder, '--prefer-offline', '--no-audit', '--no-fund', '--engine-strict=false'];
  const { code, output } = await run('npm', ['install', ...options, '@ai-sdk/openai@4'], { cwd: folder });
  expect(code, output).toBe(0);
  const entry = join(folder, 'node_modules', '@ai-sdk', 'openai', 'dist', 'index.js');
  const { createOpenAI } = (await import(pathToFileURL(entry).href)) as { createOpenAI: CreateOpenAI };
  return { folder, createOpenAI, [Symbol.asyncDispose]: () => rm(folder, { recursive: true, force: true }) };
}

export interface StartedModel extends AsyncDisposable {
  openai: OpenAI;
  model: ImageModel;
  provider: Provider;
}

/** A real model and the loopback server that it calls. */
export async function startModel(
  createOpenAI: CreateOpenAI,
  id = 'gpt-image-1',
  apiKey?: string,
): Promise<StartedModel> {
  const openai = await startOpenAI();
  const model = createOpenAI({ baseURL: openai.url, apiKey: apiKey ?? openai.key }).image(id);
  return { openai, model, provider: aiSdk(model), [Symbol.asyncDispose]: () => openai[Symbol.asyncDispose]() };
}

/** Asks once and expects this answer to be a failure. */
export async function failureAfter(createOpenAI: CreateOpenAI, answer: OpenAIAnswer) {
  await using started = await startModel(createOpenAI);
  started.openai.script(answer);
  const error = await failureOf(started.provider.generate(imageRequest(), context()));
  expect(started.openai.requests).toBe(1);
  return error;
}
