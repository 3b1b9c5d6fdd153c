import { rename } from 'node:fs/promises';
import { describe, expect, test, vi } from 'vitest';
import { resolveConfig } from '../../src/config/config.js';
import { createWorkspace } from '../support/workspace.js';
import { configure, refusal } from './configure.js';

const load = async (files: Record<string, string | object>) => configure({ files, git: false });
const refuse = async (files: Record<string, string | object>) => refusal({ files, git: false });

describe('every kind of file', () => {
  test.each<[string, string | object]>([
    ['prompt-image.config.ts', 'const missing: string = "draft"; export default { missing } as const;'],
    [
      'prompt-image.config.mts',
      "import { defineConfig } from 'unplugin-prompt-image'; export default defineConfig({ missing: 'draft' });",
    ],
    ['prompt-image.config.js', "export default { missing: 'draft' };"],
    ['prompt-image.config.mjs', "export default await Promise.resolve({ missing: 'draft' });"],
    ['prompt-image.config.ts', "export default Promise.resolve({ missing: 'draft' });"],
    ['prompt-image.config.json', { $schema: './any.json', missing: 'draft' }],
    ['prompt-image.config.json', '\uFEFF{ "missing": "draft" }'],
  ])('%s', async (file, content) => {
    expect((await load({ [file]: content })).missing).toBe('draft');
  });

  test('CommonJS, as it is and as a compiler writes it', async () => {
    const commonjs = { 'package.json': '{ "type": "commonjs" }' };
    const plain = "module.exports = { missing: 'draft' };";
    expect((await load({ ...commonjs, 'prompt-image.config.js': plain })).missing).toBe('draft');
    const compiled = "exports.__esModule = true; exports.default = { missing: 'draft' };";
    expect((await load({ ...commonjs, 'prompt-image.config.js': compiled })).missing).toBe('draft');
  });

  test.each([
    'prompt-image.config.mjs',
    'prompt-image.config.ts',
    'prompt-image.config.cjs.js',
    'prompt-image.config.json',
  ])('%s is read anew when it has changed', async (name) => {
    const isCommonJs = name.includes('.cjs');
    const file = name.replace('.cjs', '');
    const start = isCommonJs ? 'module.exports =' : file.endsWith('.json') ? '' : 'export default';
    const type = isCommonJs ? 'commonjs' : 'module';
    await using workspace = await createWorkspace({ 'package.json': { type }, [file]: `${start} { "retries": 1 }` });
    expect((await resolveConfig(workspace.root, {})).retries).toBe(1);
    await new Promise((resolve) => setTimeout(resolve, 20));
    await workspace.write(file, `${start} { "retries": 2 }`);
    expect((await resolveConfig(workspace.root, {})).retries).toBe(2);
  });

  test('the first kind of several, the nearest folder of several', async () => {
    const files = {
      'prompt-image.config.json': { retries: 1 },
      'prompt-image.config.ts': 'export default { retries: 2 }',
      'app/package.json': {},
      'app/prompt-image.config.json': { retries: 3 },
      'app/deep/index.html': '',
    };
    expect((await configure({ files })).retries).toBe(2);
    await configure({ files, start: 'app/deep' }, ({ config, workspace }) => {
      expect(config).toMatchObject({ retries: 3, root: workspace.path('app') });
    });
  });

  test('not beyond the repository, and without one the nearest package.json', async () => {
    await using around = await createWorkspace({
      'prompt-image.config.json': { retries: 9 },
      'repository/package.json': {},
      'repository/app/index.html': '',
    });
    await around.git('init', '--quiet', 'repository');
    const config = await resolveConfig(around.path('repository/app'), {});
    expect(config).toMatchObject({ retries: 4, root: around.path('repository'), configFile: undefined });
  });
});

describe('a file that is wrong', () => {
  test.each<[string, string, string | object, words: string]>([
    [
      'throws',
      'prompt-image.config.mjs',
      "\nthrow new Error('no sk-literal-1');",
      ':2:7: cannot be loaded: no sk-literal-1',
    ],
    [
      'throws a key',
      'prompt-image.config.mjs',
      'throw new Error(process.env.GEMINI_API_KEY);',
      'cannot be loaded: [key]',
    ],
    [
      'throws a key, in TypeScript',
      'prompt-image.config.ts',
      'throw process.env.GEMINI_API_KEY as string;',
      'cannot be loaded: [key]',
    ],
    ['throws nothing', 'prompt-image.config.mjs', 'throw undefined;', 'cannot be loaded: undefined'],
    ['ends too early', 'prompt-image.config.mjs', "export default { provider: 'sk-literal-1'", 'cannot be loaded: '],
    [
      'ends too early, in TypeScript',
      'prompt-image.config.ts',
      "\nexport default { provider: 'sk-literal-1'",
      ':2:41: cannot be loaded: ParseError: Unexpected token',
    ],
    ['is no JSON', 'prompt-image.config.json', '{\n  "provider": "sk-literal-1",\n}', ':3:1: is not JSON'],
    ['is empty', 'prompt-image.config.json', '', 'is not JSON'],
    [
      'imports what is not there',
      'prompt-image.config.mjs',
      "import './nothing.js'; export default {};",
      'cannot be loaded: Cannot find module',
    ],
    ['exports nothing', 'prompt-image.config.mjs', '', 'has no default export of an object'],
    [
      'exports nothing, in TypeScript',
      'prompt-image.config.ts',
      'export const config = {};',
      'has no default export of an object',
    ],
    [
      'exports a function',
      'prompt-image.config.mjs',
      'export default () => ({});',
      'has no default export of an object',
    ],
    ['exports a list', 'prompt-image.config.mjs', 'export default [];', 'has no default export of an object'],
    ['holds null', 'prompt-image.config.json', 'null', 'has no default export of an object'],
    ['is a folder', 'prompt-image.config.json/x', '', 'cannot be read (EISDIR)'],
  ])('%s', async (_, file, content, words) => {
    vi.stubEnv('GEMINI_API_KEY', undefined);
    const error = await refusal({ files: { [file]: content }, git: false, env: { GEMINI_API_KEY: 'sk-in-shell+1/=' } });
    expect(error.code).toBe('CONFIG_INVALID');
    expect(error.message).toContain(file.replace('/x', ''));
    expect(error.message).toContain(words);
    expect(error.message).not.toMatch(/^\s+at |sk-in-shell/m);
    expect(String(error.cause)).not.toContain('sk-');
    if (!words.includes('sk-')) expect(error.message).not.toContain('sk-');
  });

  test('is named and not there', async () => {
    const setting = { inline: { configFile: 'other.config.mjs' }, git: false };
    expect((await refusal(setting)).message).toMatch(/there is no config file \/.*other\.config\.mjs/);
    expect((await refusal({ inline: { root: 'nowhere' }, git: false })).message).toContain(
      'nowhere, which does not exist',
    );
  });
});

test('the root that a config names', async () => {
  const files = {
    'config/prompt-image.config.json': { root: '../site' },
    'site/package.json': {},
    'other/package.json': {},
  };
  const inline = { configFile: 'config/prompt-image.config.json' };
  await configure({ files, inline }, ({ config, workspace }) => {
    expect(config).toMatchObject({ root: workspace.path('site'), originalsDir: workspace.path('site/.prompt-image') });
  });
  await configure(
    { files, inline: { configFile: '../config/prompt-image.config.json', root: 'other' } },
    ({ config, workspace }) => {
      expect(config.root).toBe(workspace.path('other'));
    },
  );
});

test('a config that is moved away is gone', async () => {
  await using workspace = await createWorkspace({ 'prompt-image.config.json': { retries: 1 } });
  expect((await resolveConfig(workspace.root, {})).retries).toBe(1);
  await rename(workspace.path('prompt-image.config.json'), workspace.path('x.json'));
  expect((await resolveConfig(workspace.root, {})).retries).toBe(4);
});

test('nothing is written while configs are read', async () => {
  await using workspace = await createWorkspace({ 'prompt-image.config.ts': 'export default { retries: 1 }' });
  const before = await workspace.hashTree();
  await resolveConfig(workspace.root, {});
  expect(await workspace.hashTree()).toBe(before);
  expect((await refuse({ 'prompt-image.config.json': { configFile: 'x' } })).message).toContain(
    'unknown option "configFile"',
  );
});
