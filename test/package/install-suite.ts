import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Gemini, picture, startGemini } from '../loopback/gemini.js';
import { createWorkspace, repositoryRoot, type Workspace } from '../support/workspace.js';
import { type Manager, npm, pnpm } from './support/managers.js';
import { fileInReadme } from './support/readme.js';
import { succeed, type Tarball } from './support/tarball.js';

const versionOf = (folder: string) =>
  (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
/** Vite at the version that the repository has under this name. */
const vite = (name: 'vite' | 'vite7') => `vite@${versionOf(join(repositoryRoot, 'node_modules', name))}`;

const installations = [
  { manager: npm, otherVites: [vite('vite7')] },
  { manager: pnpm, otherVites: [] },
];

/** What a person does who has nothing but the README and the registry. */
export function testInstallation(tarball: () => Tarball): void {
  describe.concurrent.each(installations)('$manager.name', ({ manager, otherVites }) => {
    test('install, buy by command, commit, build without a key', { timeout: 180_000 }, async () => {
      await using gemini = await startGemini();
      gemini.always(picture({ size: { width: 688, height: 384 } }));
      await using project = await createProject(tarball().folder, gemini);
      const install = (...packages: string[]) => inProject(project, manager.install, packages);
      const exec = (...words: string[]) => inProject(project, manager.exec, words);

      await install(tarball().path, vite('vite'));
      expect(await exec('unplugin-prompt-image', '--version')).toBe(`${versionOf(tarball().folder)}\n`);
      await expectEntries(project);

      await project.write('.env.local', `GEMINI_API_KEY=${gemini.key}\n`);
      expect(await exec('prompt-image', 'generate', '--dry-run')).toContain('1 to buy, ≈ $0.03');
      expect(gemini.requests).toHaveLength(0);
      expect(await exec('prompt-image', 'generate')).toContain('1 image bought, 0 failed');
      expect(gemini.requests.map(({ prompt }) => prompt)).toEqual([
        'A lighthouse above a calm sea at dusk, long exposure, muted teal and amber',
      ]);
      await project.remove('.env.local');
      await project.git('add', '--all');
      await project.git('commit', '--quiet', '--message', 'Buy the picture');
      expect(await project.git('ls-files', '.prompt-image')).toMatch(/^\.prompt-image\/hero-[\w-]+\.jpg$/m);
      expect(await exec('prompt-image', 'check')).toContain('1 image');

      const expectBuild = async () => {
        await project.remove('dist');
        expect(await exec('vite', 'build')).toContain('1 image: 1 reused, 0 bought\n');
        await expectOutput(project);
      };
      await expectBuild();
      for (const version of otherVites) {
        await install(version);
        await expectBuild();
      }
      expect(gemini.calls).toBe(1);
    });
  });
}

function inProject(project: Workspace, [program, ...args]: Manager['exec'], more: string[]): Promise<string> {
  return succeed(program, [...args, ...more], { cwd: project.root, env: { NO_COLOR: '1' } });
}

async function createProject(folder: string, gemini: Gemini): Promise<Workspace> {
  const project = await createWorkspace(
    {
      '.gitignore': 'node_modules\ndist\n.env.local\n',
      'index.html': '<!doctype html><title>Site</title><script type="module" src="/src/main.ts"></script>\n',
      'vite.config.ts': fileInReadme(folder, 'vite.config.ts'),
      'src/hero.image.json': fileInReadme(folder, 'src/hero.image.json'),
      'src/main.ts': "import hero from './hero.image.json';\nconsole.log(hero);\n",
      'prompt-image.config.ts': `
        import { type Config, defineConfig, google } from 'unplugin-prompt-image';
        const config: Config = { provider: google({ baseUrl: '${gemini.url}' }) };
        export default defineConfig(config);`,
    },
    { git: true },
  );
  await project.remove('node_modules');
  return project;
}

/** Both ways of loading each entry, without Rollup and webpack, which are not there. */
async function expectEntries(project: Workspace): Promise<void> {
  await project.write(
    'entries.cjs',
    `
    const names = ['vite', 'rollup', 'webpack'].map((name) => 'unplugin-prompt-image/' + name);
    (async () => {
      for (const name of names) {
        const required = require(name);
        const { default: imported } = await import(name);
        if (required !== imported) throw new Error(name + ' differs');
        if (typeof required() !== 'object') throw new Error(name + ' is no factory');
      }
      const api = ['defineConfig', 'createPromptImage', 'google', 'PromptImageError'];
      for (const entry of [require('unplugin-prompt-image'), await import('unplugin-prompt-image')]) {
        for (const name of api) if (typeof entry[name] !== 'function') throw new Error(name + ' is missing');
      }
      for (const { picture } of [require('unplugin-prompt-image/html'), await import('unplugin-prompt-image/html')]) {
        if (typeof picture !== 'function') throw new Error('picture() is missing');
      }
      for (const file of ['package.json', 'schema.json']) require('unplugin-prompt-image/' + file);
    })();`,
  );
  await inProject(project, [process.execPath], ['entries.cjs']);
  await project.remove('entries.cjs');
}

async function expectOutput(project: Workspace): Promise<void> {
  const files = await project.list('dist');
  const pictures = files.filter((file) => !/\.(?:html|js)$/.test(file));
  const names = ['320w', '640w', '688w'].flatMap((width) => ['avif', 'jpg', 'webp'].map((type) => [width, type]));
  expect(pictures.map((file) => /^assets\/hero-(\w+)-[\w-]{8}\.(\w+)$/.exec(file)?.slice(1)).sort()).toEqual(names);
  const [script = ''] = files.filter((file) => file.endsWith('.js'));
  const code = await project.read(`dist/${script}`);
  for (const file of pictures) expect(code).toContain(`/${file}`);
  expect(code).not.toContain('long exposure');
}
