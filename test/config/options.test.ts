import { describe, expect, test } from 'vitest';
import type { Config, InlineOptions } from '../../src/config/options.js';
import { configure, refusal } from './configure.js';

const file = (config: object) => ({ files: { 'prompt-image.config.json': config }, git: false });

test('what is not said has its default', async () => {
  await configure({}, ({ config, workspace }) => {
    expect(config).toMatchObject({
      root: workspace.root,
      include: ['**/*.image.json', '**/*.images.json'],
      exclude: [],
      originalsDir: workspace.path('.prompt-image'),
      commit: true,
      budget: { maxImages: 25, maxCost: undefined },
      prices: {},
      allowReferencesFrom: [],
      cacheDir: workspace.path('node_modules/.cache/prompt-image'),
      missing: 'generate',
      concurrency: 4,
      timeout: 60_000,
      retries: 4,
      provenance: true,
      requireAlt: 'warn',
    });
  });
});

test.each(['warn', 'error', false] as const)('requireAlt: %s', async (requireAlt) => {
  expect((await configure(file({ requireAlt }))).requireAlt).toBe(requireAlt);
  expect((await configure({ ...file({ requireAlt: 'warn' }), inline: { requireAlt } })).requireAlt).toBe(requireAlt);
});

test('dts: as the tsconfig says, unless somebody else does', async () => {
  expect((await configure({})).dts).toBeUndefined();
  expect((await configure(file({ dts: true }))).dts).toBe(true);
  expect((await configure({ ...file({ dts: true }), inline: { dts: false } })).dts).toBe(false);
});

test('what stands inline wins, unless it is undefined', async () => {
  const config = { missing: 'draft', retries: 1, exclude: ['a'] };
  const inline = { missing: undefined, retries: 2, originalsDir: undefined } as unknown as InlineOptions;
  expect(await configure({ ...file(config), inline })).toMatchObject({ missing: 'draft', retries: 2, exclude: ['a'] });
});

describe('a mistake is told with the file, the option and what it takes', () => {
  test.each<[Record<string, unknown>, words: string]>([
    [{ orignalsDir: 'x' }, 'unknown option "orignalsDir"\nDid you mean "originalsDir"?'],
    [{ entirelyElse: 1 }, 'unknown option "entirelyElse"\nRemove it.'],
    [{ missing: 'drafts' }, '"missing" is one of "generate", "draft", "error"; did you mean "draft"?'],
    [{ requireAlt: true }, '"requireAlt" is "warn" or "error" or false'],
    [{ requireAlt: null }, '"requireAlt"'],
    [{ dts: 'src' }, '"dts"'],
    [{ concurrency: 0 }, '"concurrency" is at least 1'],
    [{ timeout: 1e10 }, '"timeout" is at most 2147483647'],
    [{ retries: 1.5 }, '"retries" must be a whole number'],
    [{ budget: { maxImages: -1 } }, '"budget.maxImages" is at least 0'],
    [{ budget: { maxImage: 1 } }, 'unknown option "budget.maxImage"'],
    [{ prices: { 'some-model': '1' } }, '"prices.some-model" must be a number'],
    [{ defaults: { aspectRato: '1:1' } }, 'unknown option "defaults.aspectRato"\nDid you mean "aspectRatio"?'],
    [{ defaults: { output: { format: ['png'] } } }, 'unknown option "defaults.output.format"\nDid you mean "formats"?'],
    [{ defaults: { prompt: 'x' } }, 'unknown option "defaults.prompt"'],
    [{ provider: 'openai' }, '"provider" is "anyfast", "google", or an object'],
    [{ include: [] }, '"include" is empty'],
    [{ originalsDir: '.' }, 'originalsDir is a folder that holds other things'],
    [{ originalsDir: '..' }, 'originalsDir is a folder that holds other things'],
    [{ cacheDir: '.' }, 'cacheDir is a folder that holds other things'],
    [{ cacheDir: '.prompt-image' }, 'cacheDir is a folder that holds other things'],
    [{ allowReferencesFrom: ['../nowhere'] }, 'which does not exist'],
  ])('%j', async (config, words) => {
    const error = await refusal(file(config));
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(words);
    expect(error.message).not.toMatch(/^\s+at /m);
  });

  test.each([
    ['models that are no list', "{ name: 'p', models: 'one', generate() {} }"],
    ['no name', '{ generate() {} }'],
    ['no generate', "{ name: 'p', generate: 'x' }"],
    ['free by word', "{ name: 'p', free: 'yes', generate() {} }"],
    ['null', 'null'],
    ['a function', '() => {}'],
  ])('a provider with %s', async (_, provider) => {
    const files = { 'prompt-image.config.mjs': `export default { provider: ${provider} };` };
    expect(await refusal({ files, git: false })).toMatchObject({
      code: 'CONFIG_INVALID',
      what: expect.stringContaining('"provider"'),
    });
  });

  test('gallery is not built yet', async () => {
    const option = 'gallery';
    expect(await refusal(file({ [option]: true }))).toMatchObject({
      code: 'NOT_BUILT_YET',
      place: { file: 'prompt-image.config.json' },
    });
    expect(await refusal({ inline: { [option]: true } as InlineOptions })).toMatchObject({ code: 'NOT_BUILT_YET' });
  });

  test('drafts cannot be bought', async () => {
    const files = {
      'prompt-image.config.mjs': "import { draft } from 'unplugin-prompt-image'; export default { provider: draft() };",
    };
    expect((await refusal({ files, git: false })).message).toContain("set missing: 'draft'");
  });
});

test('what decides on purchases is refused inline, with the file to paste', async () => {
  const secret = { name: 'p', apiKey: 'sk-inline-1', generate: () => {} };
  const options: Partial<Config> = {
    originalsDir: 'pictures',
    budget: { maxImages: 3 },
    defaults: { style: 'Flat' },
    provider: secret as never,
    commit: false,
    prices: {},
    allowReferencesFrom: ['../x'],
  };
  const { code, message } = await refusal({ inline: options as InlineOptions });
  expect(code).toBe('CONFIG_INVALID');
  expect(message).toContain(
    [
      'Put it into prompt-image.config.ts:',
      '',
      "  import { defineConfig } from 'unplugin-prompt-image';",
      '  export default defineConfig({',
      '    originalsDir: "pictures",',
      '    budget: {"maxImages":3},',
      '    defaults: {"style":"Flat"},',
      '    provider: …,',
      '    commit: false,',
      '    prices: {},',
      '    allowReferencesFrom: ["../x"],',
      '  });',
    ].join('\n'),
  );
  expect(message).not.toContain('sk-inline');
});

test.each(['text', 7, [], () => {}])('options that are no object: %s', async (inline) => {
  expect(await refusal({ inline: inline as InlineOptions })).toMatchObject({
    code: 'CONFIG_INVALID',
    what: expect.stringContaining('must be an object'),
  });
});
