import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type ImageModelMiddleware, wrapImageModel } from 'ai6';
import { afterAll, beforeAll, describe, expect, expectTypeOf, test } from 'vitest';
import { aiSdk, type ImageModel } from '../../src/index.js';
import { repositoryRoot, run } from '../support/workspace.js';
import { type Installation, installed, installV4, startModel } from './ai-sdk-models.js';
import { reference, testModels, testReferences } from './ai-sdk-suite.js';
import { context, failureOf, imageRequest } from './calls.js';

type ImageModelV3 = Parameters<typeof wrapImageModel>[0]['model'];

describe('AI SDK 5', () => {
  testModels('v2', () => installed.v2);

  test('a model that takes no references is not asked', async () => {
    const model = installed.v2({ baseURL: 'http://127.0.0.1:9/v1', apiKey: 'k' }).image('gpt-image-1');
    const error = await failureOf(aiSdk(model).generate(imageRequest({ references: [await reference()] }), context()));
    expect(error).toMatchObject({ code: 'PROVIDER_BAD_REQUEST', retry: 'never' });
    expect(error.message).toMatch(/openai\.image gpt-image-1 takes no references[\s\S]+AI SDK 6 or 7/);
  });

  test('every image model is taken, and no language model', () => {
    expectTypeOf<Exclude<import('ai5').ImageModel, string>>().toExtend<ImageModel>();
    expectTypeOf<
      ReturnType<ReturnType<typeof import('ai-sdk-openai2').createOpenAI>['image']>
    >().toExtend<ImageModel>();
    expectTypeOf<Exclude<import('ai5').LanguageModel, string>>().not.toExtend<ImageModel>();
  });
});

describe('AI SDK 6', () => {
  testModels('v3', () => installed.v3);
  testReferences(() => installed.v3);

  test('what a manifest has no field for is set on the model', async () => {
    await using started = await startModel(installed.v3);
    const middleware: ImageModelMiddleware = {
      specificationVersion: 'v3',
      transformParams: async ({ params }) => ({
        ...params,
        size: params.aspectRatio === '3:2' ? '1536x1024' : params.size,
        providerOptions: { openai: { quality: 'low' } },
      }),
    };
    const model = wrapImageModel({ model: started.model as ImageModelV3, middleware });
    await aiSdk(model).generate(imageRequest({ aspectRatio: '3:2' }), context());
    expect(started.openai.calls[0]?.fields).toMatchObject({ size: '1536x1024', quality: 'low' });
  });

  test('every image model is taken, and no language model', () => {
    expectTypeOf<Exclude<import('ai6').ImageModel, string>>().toExtend<ImageModel>();
    expectTypeOf<
      ReturnType<ReturnType<typeof import('ai-sdk-openai3').createOpenAI>['image']>
    >().toExtend<ImageModel>();
    expectTypeOf<Exclude<import('ai6').LanguageModel, string>>().not.toExtend<ImageModel>();
  });
});

describe('AI SDK 7', () => {
  let installation: Installation;
  beforeAll(async () => {
    installation = await installV4();
  });
  afterAll(() => installation[Symbol.asyncDispose]());

  testModels('v4', () => installation.createOpenAI);
  testReferences(() => installation.createOpenAI);

  test('every image model is taken, and no language model', async () => {
    const { folder } = installation;
    const types = await readFile(join(repositoryRoot, 'src/providers/ai-sdk/model.ts'), 'utf8');
    await writeFile(join(folder, 'model.ts'), types);
    await writeFile(
      join(folder, 'check.ts'),
      `import { createOpenAI } from '@ai-sdk/openai';
       import type { ImageModelV4, LanguageModelV4 } from '@ai-sdk/provider';
       import type { ImageModel } from './model.js';
       const take = (model: ImageModel) => model;
       take(createOpenAI({ apiKey: 'k' }).image('gpt-image-1'));
       take({} as ImageModelV4);
       // @ts-expect-error
       take({} as LanguageModelV4);
       // @ts-expect-error
       take(createOpenAI({ apiKey: 'k' })('gpt-5'));`,
    );
    const tsc = join(repositoryRoot, 'node_modules', 'typescript', 'bin', 'tsc');
    const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', '--target', 'es2022'];
    const { code, output } = await run(process.execPath, [tsc, ...options, 'check.ts'], { cwd: folder });
    expect(code, output).toBe(0);
  });
});
