import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Gemini, picture, startGemini } from '../loopback/gemini.js';
import { createWorkspace, repositoryRoot, run, type Workspace } from '../support/workspace.js';
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

  test('Jest 29 takes the transform', { timeout: 180_000 }, async () => {
    await using project = await createWorkspace({
      'package.json': { private: true },
      'jest.config.json': { transform: { '\\.images?\\.json$': 'unplugin-prompt-image/jest' } },
      'hero.image.json': { prompt: 'A lighthouse', alt: 'Lighthouse', aspectRatio: '16:9' },
      'hero.test.js': `
        test('hero', () => {
          const { default: hero } = require('./hero.image');
          expect(hero).toMatchObject({ draft: true, alt: 'Lighthouse', width: 1376, src: '/hero-1376w.jpg' });
          expect(hero.blurDataURL).toMatch(/^data:image/);
        });`,
    });
    await project.remove('node_modules');
    await inProject(project, npm.install, [tarball().path, 'jest@29']);
    expect(await inProject(project, npm.exec, ['jest', '--version'])).toMatch(/^29\./);
    expect(await inProject(project, npm.exec, ['jest'])).toMatch(/Tests: +1 passed/);
  });

  test('React 18 renders the component, with nothing to complain about', { timeout: 120_000 }, async () => {
    await using project = await createWorkspace({
      'package.json': { private: true, type: 'module' },
      'render.js': `
        import { createElement } from 'react';
        import { renderToStaticMarkup } from 'react-dom/server';
        import { Picture } from 'unplugin-prompt-image/react';
        const [src, size] = ['/a.jpg', { width: 10, height: 5 }];
        const image = { src, ...size, format: 'jpeg', alt: 'A', srcset: '/a.jpg 10w', sources: {}, img: { src, w: 10, h: 5 } };
        console.log(renderToStaticMarkup(createElement(Picture, { src: image, priority: true })));`,
    });
    await project.remove('node_modules');
    await inProject(project, npm.install, [tarball().path, 'react@18', 'react-dom@18']);
    const { stdout, stderr } = await run(process.execPath, ['render.js'], { cwd: project.root });
    expect(stdout).toMatch(/^<picture><img loading="eager" .* fetchpriority="high".*><\/picture>$/m);
    expect(stderr).toBe('');
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
