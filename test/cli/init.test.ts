import { parse } from 'jsonc-parser';
import { expect, test } from 'vitest';
import { startInTerminal } from '../e2e/support/terminal.js';
import { createWorkspace, type FileContent, repositoryRoot, run, type Workspace } from '../support/workspace.js';

const CLI = `${repositoryRoot}dist/cli.js`;
const TYPES = 'unplugin-prompt-image/client';

const init = (workspace: Workspace, ...args: string[]) =>
  run(process.execPath, [CLI, 'init', ...args], { cwd: workspace.root });

const solution =
  '{\n  "files": [],\n  "references": [{ "path": "./tsconfig.node.json" }, { "path": "./tsconfig.app.json" }]\n}\n';
/** What create-vite makes of a project, comments included. */
const app = `{
  "compilerOptions": {
    "target": "es2023",
    "types": ["vite/client"],

    /* Bundler mode */
    "moduleResolution": "bundler", // and so on
  },
  "include": ["src"]
}
`;
const viteProject: Record<string, FileContent> = {
  'package.json': { type: 'module', devDependencies: { vite: '^8.0.0', typescript: '^5.9.0' } },
  'vite.config.ts': 'export default {};\n',
  'tsconfig.json': solution,
  'tsconfig.app.json': app,
  'tsconfig.node.json': '{ "compilerOptions": { "types": ["node"] }, "include": ["vite.config.ts"] }',
  '.gitignore': 'node_modules\ndist',
};

test('without a terminal it writes what there is not, and only shows what it would change', async () => {
  await using workspace = await createWorkspace(viteProject, { git: true });
  const { code, stdout, stderr } = await init(workspace);
  expect([code, stderr]).toEqual([0, '']);
  expect((await workspace.git('status', '--porcelain', '-uall')).trim().split('\n')).toEqual([
    '?? prompt-image.config.ts',
    '?? src/hero.image.json',
  ]);
  expect(stdout).toContain(
    '-    "types": ["vite/client"],\n+    "types": ["vite/client", "unplugin-prompt-image/client"],\n',
  );
  expect(stdout).toContain('\n+.env.local\n');
  expect(stdout.match(/^To do: the change above .*npx prompt-image init --yes$/gm)).toHaveLength(2);
  expect(stdout).toContain(
    "To do: in vite.config.ts\n\n  import promptImage from 'unplugin-prompt-image/vite';\n  plugins: [promptImage()],\n",
  );
  expect(stdout).toMatch(/\nNext: npx prompt-image generate --dry-run\n$/);
});

test('what it writes is taken by the other commands, with the model pinned', async () => {
  await using workspace = await createWorkspace(viteProject, { git: true });
  await init(workspace, '--yes');
  expect(await workspace.read('prompt-image.config.ts')).toContain("model: 'gemini-3.1-flash-lite-image'");
  const { stdout } = await run(process.execPath, [CLI, 'generate', '--dry-run'], { cwd: workspace.root });
  expect(stdout).toBe('  src/hero.image.json  not bought yet\n1 to buy, ≈ $0.034\n');
  expect(JSON.parse(await workspace.read('src/hero.image.json')).$schema).toBe(
    '../node_modules/unplugin-prompt-image/schema.json',
  );
});

test('--yes changes tsconfig and .gitignore; the second time nothing', async () => {
  await using workspace = await createWorkspace(viteProject, { git: true });
  const first = await init(workspace, '--yes');
  expect(first.stdout).toContain('✓ changed tsconfig.app.json');
  expect(await workspace.read('tsconfig.app.json')).toBe(
    app.replace('["vite/client"]', '["vite/client", "unplugin-prompt-image/client"]'),
  );
  expect(await workspace.read('.gitignore')).toBe('node_modules\ndist\n.env.local\n');
  expect(await workspace.read('tsconfig.json')).toBe(solution);
  const before = await workspace.hashTree();
  const second = await init(workspace, '--yes');
  expect(second.code).toBe(0);
  expect(second.stdout).toContain('\nNothing was changed.\n');
  expect(second.stdout).toContain('tsconfig.app.json has the types already');
  expect(await workspace.hashTree()).toBe(before);
});

test('on a terminal it asks for each change', async () => {
  await using workspace = await createWorkspace(viteProject, { git: true });
  await using program = await startInTerminal(process.execPath, [CLI, 'init'], { cwd: workspace.root });
  await program.waitFor(/Change tsconfig\.app\.json\?/);
  program.write('y');
  await program.waitFor(/Change \.gitignore\?/);
  program.write('n');
  expect((await program.exited).code).toBe(0);
  expect(await workspace.read('tsconfig.app.json')).toContain(TYPES);
  expect(await workspace.read('.gitignore')).toBe('node_modules\ndist');
});

test('nothing is overwritten', async () => {
  const own = { 'prompt-image.config.json': '{}', 'src/deep/own.image.json': { prompt: 'Mine' }, '.env.local': 'A=1' };
  await using workspace = await createWorkspace(
    { ...own, 'package.json': {}, '.gitignore': '.env*.local\n' },
    { git: true },
  );
  const before = await workspace.hashTree();
  const { code, stdout } = await init(workspace, '--yes');
  expect(code).toBe(0);
  expect(stdout).toContain('prompt-image.config.json is there already');
  expect(stdout).toContain('src/deep/own.image.json for one');
  expect(stdout).toContain('Nothing was changed.');
  expect(stdout).toContain('No bundler was found.');
  expect(await workspace.hashTree()).toBe(before);
});

test('it works before the package is installed, and twice', async () => {
  await using workspace = await createWorkspace(viteProject);
  await workspace.remove('node_modules');
  for (const lockfile of ['package-lock.json', 'bun.lock', 'yarn.lock', 'pnpm-lock.yaml']) {
    await workspace.write(lockfile, '');
    const { code, stdout } = await init(workspace);
    expect(code).toBe(0);
    const commands = {
      'package-lock.json': 'npm install --save-dev',
      'bun.lock': 'bun add -d',
      'yarn.lock': 'yarn add -D',
    };
    const command = commands[lockfile as keyof typeof commands] ?? 'pnpm add -D';
    expect(stdout).toContain(`To do: install the package\n\n  ${command} unplugin-prompt-image\n`);
    await workspace.remove(lockfile);
  }
});

test('the lockfile of a workspace is at its top', async () => {
  const files = { 'pnpm-lock.yaml': '', 'apps/site/package.json': {} };
  await using workspace = await createWorkspace(files, { git: true });
  const { stdout } = await run(process.execPath, [CLI, 'init'], { cwd: workspace.path('apps/site') });
  expect(stdout).toContain('pnpm add -D unplugin-prompt-image');
  expect(await workspace.list('apps/site')).toEqual(['package.json', 'prompt-image.config.mjs', 'src/hero.image.json']);
});

test.each<[string, Record<string, FileContent>, string]>([
  [
    'Rollup',
    { 'rollup.config.mjs': '' },
    "To do: in rollup.config.mjs\n\n  import promptImage from 'unplugin-prompt-image/rollup';",
  ],
  [
    'webpack in CommonJS',
    { 'package.json': {}, 'webpack.config.js': 'module.exports = {}' },
    "const promptImage = require('unplugin-prompt-image/webpack');",
  ],
  [
    'webpack in a module',
    { 'webpack.config.js': 'export default {}' },
    "import promptImage from 'unplugin-prompt-image/webpack';",
  ],
  [
    'Rolldown',
    { 'rolldown.config.ts': '' },
    "To do: in rolldown.config.ts\n\n  import promptImage from 'unplugin-prompt-image/rolldown';",
  ],
  [
    'Rspack without a config',
    { 'package.json': { type: 'module', devDependencies: { '@rspack/core': '2' } } },
    "To do: in the config of Rspack\n\n  import promptImage from 'unplugin-prompt-image/rspack';",
  ],
  [
    'esbuild, which has no config',
    { 'package.json': { type: 'module', devDependencies: { esbuild: '0.28' } } },
    "To do: in the config of esbuild\n\n  import promptImage from 'unplugin-prompt-image/esbuild';",
  ],
  [
    'a framework on Vite',
    { 'package.json': { devDependencies: { vite: '8', rollup: '4' } } },
    "To do: in the config of Vite\n\n  import promptImage from 'unplugin-prompt-image/vite';",
  ],
  [
    'Next.js',
    { 'next.config.ts': 'export default {};', 'package.json': { dependencies: { next: '16' } } },
    "To do: in next.config.ts\n\n  import withPromptImage from 'unplugin-prompt-image/next';\n  export default withPromptImage(nextConfig);",
  ],
  [
    'Next.js in CommonJS',
    { 'next.config.js': 'module.exports = {};', 'package.json': {} },
    "const withPromptImage = require('unplugin-prompt-image/next');\n  module.exports = withPromptImage(nextConfig);",
  ],
  [
    'Nuxt',
    { 'nuxt.config.ts': 'export default defineNuxtConfig({});' },
    "To do: in nuxt.config.ts\n\n  modules: ['unplugin-prompt-image/nuxt'],",
  ],
  [
    'Astro',
    { 'astro.config.mjs': 'export default {};' },
    "  import promptImage from 'unplugin-prompt-image/astro';\n  integrations: [promptImage()],",
  ],
  [
    'a config with the plugin',
    { 'vite.config.js': "import p from 'unplugin-prompt-image/vite';" },
    'vite.config.js has the plugin already',
  ],
])('the bundler: %s', async (_, files, words) => {
  await using workspace = await createWorkspace(files);
  const { code, stdout } = await init(workspace);
  expect(code).toBe(0);
  expect(stdout).toContain(words);
});

test('a framework that tells TypeScript by itself needs no change of the tsconfig', async () => {
  await using workspace = await createWorkspace({ 'astro.config.mjs': 'export default {};', 'tsconfig.json': '{}' });
  expect((await init(workspace, '--yes')).code).toBe(0);
  expect(await workspace.read('tsconfig.json')).toBe('{}');
});

const types = (tsconfig: string) => parse(tsconfig, [], { allowTrailingComma: true }).compilerOptions.types;

test.each<[string, string, Record<string, FileContent>, string[], string?]>([
  [
    'a list of several lines',
    '{\r\n\t"compilerOptions": {\r\n\t\t"types": [\r\n\t\t\t"a", // why\r\n\t\t],\r\n\t},\r\n}',
    {},
    ['a', TYPES],
    '{\r\n\t"compilerOptions": {\r\n\t\t"types": [\r\n\t\t\t"a",\r\n\t\t\t"unplugin-prompt-image/client", // why\r\n\t\t],\r\n\t},\r\n}',
  ],
  ['an empty list', '{"compilerOptions":{"types":[]}}', {}, [TYPES], `{"compilerOptions":{"types":["${TYPES}"]}}`],
  // A list switches off what TypeScript takes by itself.
  [
    'no list',
    '{\n  "compilerOptions": {\n    "strict": true // why\n  }\n}',
    {},
    ['node', TYPES],
    `{\n  "compilerOptions": {\n    "types": ["node", "${TYPES}"],\n    "strict": true // why\n  }\n}`,
  ],
  ['no options', '{}', {}, ['node', TYPES]],
  [
    'an inherited list',
    '{ "extends": ["./a.json", "./base"] }',
    {
      'a.json': '{ "compilerOptions": { "types": ["no"] } }',
      'base.json': '{ "compilerOptions": { "types": ["vite/client"] } }',
    },
    ['vite/client', TYPES],
  ],
  [
    'a list inherited from a package',
    '{ "extends": "base" }',
    { 'node_modules/base/tsconfig.json': '{ "compilerOptions": { "types": ["x"] } }' },
    ['x', TYPES],
  ],
])('tsconfig: %s', async (_, before, files, expected, text) => {
  const manifest = { devDependencies: { '@types/node': '20', typescript: '5' } };
  await using workspace = await createWorkspace({ 'package.json': manifest, 'tsconfig.json': before, ...files });
  await init(workspace, '--yes');
  const after = await workspace.read('tsconfig.json');
  expect(types(after)).toEqual(expected);
  if (text !== undefined) expect(after).toBe(text);
});

test('a tsconfig that cannot be read is left to a person', async () => {
  await using workspace = await createWorkspace({ 'tsconfig.json': '{ "compilerOptions": ' });
  const { code, stdout } = await init(workspace, '--yes');
  expect(code).toBe(0);
  expect(stdout).toContain('To do: add "unplugin-prompt-image/client" to compilerOptions.types in tsconfig.json');
  expect(await workspace.read('tsconfig.json')).toBe('{ "compilerOptions": ');
});

test('a package.json that cannot be read is told without a stack', async () => {
  await using workspace = await createWorkspace({ 'package.json': '{' });
  expect(await init(workspace)).toMatchObject({ code: 1, stderr: '[CONFIG_INVALID] package.json: is not JSON\n' });
});
