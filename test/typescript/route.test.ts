import { describe, expect, test } from 'vitest';
import { createTypesRoutes } from '../../src/typescript/route.js';
import { createWorkspace, type FileContent } from '../support/workspace.js';

const flag = { compilerOptions: { allowArbitraryExtensions: true } };
const client = { compilerOptions: { types: ['node', 'unplugin-prompt-image/client'] } };

/** What is found for `src/pages`. Paths are relative to the project, whose `node_modules` is its own. */
async function routeOf(files: Record<string, FileContent>) {
  await using workspace = await createWorkspace({ 'src/pages/main.ts': '' }, { git: true });
  await workspace.remove('node_modules');
  for (const [file, content] of Object.entries(files)) await workspace.write(file, content);
  const route = createTypesRoutes(workspace.root).of(workspace.path('src/pages'));
  const named = (file: string) => file.slice(workspace.root.length + 1);
  return (
    route && {
      tsconfig: named(route.tsconfig),
      readsDeclarations: route.readsDeclarations,
      namesClient: route.namesClient(),
      unreadable: route.unreadable.map(named),
    }
  );
}

const solution = (...paths: string[]) => ({ files: [], references: paths.map((path) => ({ path })) });

describe('the flag is found', () => {
  test.each<[string, Record<string, FileContent>]>([
    ['in tsconfig.json', { 'tsconfig.json': flag }],
    [
      'among comments',
      { 'tsconfig.json': '\uFEFF{ // so\n "compilerOptions": { "allowArbitraryExtensions": true, }, }' },
    ],
    ['in what it extends', { 'tsconfig.json': { extends: './base.json' }, 'base.json': flag }],
    ['without the ending', { 'tsconfig.json': { extends: './base' }, 'base.json': flag }],
    [
      'up there',
      { 'src/tsconfig.json': { extends: '../base' }, 'base.json': { extends: './more' }, 'more.json': flag },
    ],
    [
      'in one of several',
      { 'tsconfig.json': { extends: ['./flag', './types'] }, 'flag.json': flag, 'types.json': client },
    ],
    [
      'beside one that is not there yet',
      { 'tsconfig.json': { extends: ['./flag', './.nuxt/tsconfig.json'] }, 'flag.json': flag },
    ],
    ['in a package', { 'tsconfig.json': { extends: '@acme/base' }, 'node_modules/@acme/base/tsconfig.json': flag }],
    [
      'in a file of a package that exports it',
      {
        'tsconfig.json': { extends: 'base/strict.json' },
        'node_modules/base/package.json': { name: 'base', exports: { './strict.json': './lib/strict.json' } },
        'node_modules/base/lib/strict.json': flag,
      },
    ],
    [
      'in a package without the ending',
      { 'tsconfig.json': { extends: 'base/strict' }, 'node_modules/base/strict.json': flag },
    ],
    [
      'in a file that it references',
      {
        'tsconfig.json': solution('./tsconfig.node.json', './tsconfig.app.json'),
        'tsconfig.app.json': flag,
        'tsconfig.node.json': {},
      },
    ],
    ['in a folder that it references', { 'tsconfig.json': solution('app'), 'app/tsconfig.json': flag }],
    [
      'in what a reference extends, in a circle',
      {
        'tsconfig.json': solution('./app.json', '.'),
        'app.json': { extends: './base', references: [{ path: './tsconfig.json' }] },
        'base.json': { extends: './app', ...flag },
      },
    ],
  ])('%s', async (_, files) => {
    expect(await routeOf(files)).toMatchObject({ readsDeclarations: true, unreadable: [] });
  });
});

describe('the flag is not found', () => {
  test.each<[string, Record<string, FileContent>]>([
    ['anywhere', { 'tsconfig.json': {} }],
    [
      'because it is taken back',
      {
        'tsconfig.json': { extends: './base', compilerOptions: { allowArbitraryExtensions: false } },
        'base.json': flag,
      },
    ],
    [
      'because the later one wins',
      {
        'tsconfig.json': { extends: ['./on', './off'] },
        'on.json': flag,
        'off.json': { compilerOptions: { allowArbitraryExtensions: false } },
      },
    ],
    ['above the nearest', { 'src/tsconfig.json': {}, 'tsconfig.json': flag }],
    ['as a text', { 'tsconfig.json': { compilerOptions: { allowArbitraryExtensions: 'true' } } }],
  ])('%s', async (_, files) => {
    expect(await routeOf(files)).toMatchObject({ readsDeclarations: false, namesClient: false, unreadable: [] });
  });
});

describe('the client is found', () => {
  test.each<[string, Record<string, FileContent>]>([
    ['in types', { 'tsconfig.json': client }],
    ['in inherited types', { 'tsconfig.json': { extends: './base' }, 'base.json': client }],
    ['in those of a reference', { 'tsconfig.json': solution('./app.json'), 'app.json': client }],
    ['by its path', { 'tsconfig.json': { include: ['src', 'node_modules/unplugin-prompt-image/client.d.ts'] } }],
    [
      'in src/vite-env.d.ts',
      { 'tsconfig.json': {}, 'src/vite-env.d.ts': '/// <reference types="unplugin-prompt-image/client" />' },
    ],
    ['in a declaration at the root', { 'src/tsconfig.json': {}, 'env.d.ts': "import 'unplugin-prompt-image/client';" }],
  ])('%s', async (_, files) => {
    expect(await routeOf(files)).toMatchObject({ readsDeclarations: false, namesClient: true });
  });
});

test('without a tsconfig in the repository there is none', async () => {
  expect(await routeOf({})).toBeUndefined();
});

test('what cannot be read is named, and the rest counts', async () => {
  const files = {
    'tsconfig.json': solution('./broken.json', './app.json'),
    'broken.json': '{ "compilerOptions": ',
    'app.json': flag,
  };
  expect(await routeOf(files)).toEqual({
    tsconfig: 'tsconfig.json',
    readsDeclarations: true,
    namesClient: false,
    unreadable: ['broken.json'],
  });
  expect(await routeOf({ 'tsconfig.json': '' })).toMatchObject({
    readsDeclarations: false,
    unreadable: ['tsconfig.json'],
  });
});

test('each tsconfig is read once', async () => {
  await using workspace = await createWorkspace({ 'tsconfig.json': flag, 'src/a/x': '', 'src/b/x': '' }, { git: true });
  const routes = createTypesRoutes(workspace.root);
  const first = routes.of(workspace.path('src/a'));
  await workspace.write('tsconfig.json', {});
  expect(routes.of(workspace.path('src/b'))).toBe(first);
  expect(first?.readsDeclarations).toBe(true);
});
