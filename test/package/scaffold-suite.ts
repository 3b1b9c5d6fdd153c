import { describe, expect, test } from 'vitest';
import { createWorkspace, repositoryRoot, run, type Workspace } from '../support/workspace.js';
import { npm } from './support/managers.js';
import { succeed, type Tarball } from './support/tarball.js';

const createVite = `${repositoryRoot}node_modules/create-vite/index.js`;

const apps = [
  {
    template: 'react-ts',
    main: 'src/App.tsx',
    tsconfig: 'tsconfig.app.json',
    page: page('<img alt={hero.alt} src={hero.src} />'),
  },
  { template: 'vanilla-ts', main: 'src/main.ts', tsconfig: 'tsconfig.json', page: page('document.title + hero.src') },
];

/** Both routes of types in one module, and what the template's entry wants of it. */
function page(content: string): string {
  return `
    import hero from './hero.image.json';
    import same from './hero.image';

    console.log(same.srcset, hero.sources.avif);
    export default function App() {
      return ${content};
    }
    console.log(App());
  `;
}

/** What TypeScript and Vite make of the types in the apps that people start with. */
export function testScaffolds(tarball: () => Tarball): void {
  describe.concurrent.each(apps)('create-vite $template', ({ template, main, tsconfig, page }) => {
    test('type-checks and builds by both routes', { timeout: 300_000 }, async () => {
      await using app = await scaffold(template, tarball());
      const command = (...args: string[]) => succeed('npx', ['prompt-image', ...args], { cwd: app.root });
      expect(await command('init', '--yes')).toContain(`changed ${tsconfig}`);
      await app.write('prompt-image.config.json', { missing: 'draft' });
      await app.remove('prompt-image.config.ts');
      await addPlugin(app);
      await app.write(main, page);

      // What TypeScript takes for the JSON has no picture.
      expect((await build(app)).output).toMatch(/error TS2339: Property '(?:src|alt)' does not exist/);
      const { output } = await run('npx', ['prompt-image', 'types'], { cwd: app.root });
      // The templates set the flag.
      expect(output).toBe('✓ src/hero.image.d.json.ts\n1 file written, 0 unchanged.\n');
      expect(await build(app)).toMatchObject({ code: 0, output: expect.stringContaining('1 draft') });
      expect((await app.list('dist/assets')).filter((file) => /^hero-\d+w-.*\.avif$/.test(file))).not.toEqual([]);

      await app.write(main, `${page}\nconsole.log(hero.variants.landscape);\n`);
      expect((await build(app)).output).toMatch(/error TS2339: Property 'variants' does not exist/);
    });
  });
}

async function scaffold(template: string, { path }: Tarball): Promise<Workspace> {
  const app = await createWorkspace();
  await app.remove('node_modules');
  await app.remove('package.json');
  await succeed(process.execPath, [createVite, '.', '--template', template, '--no-interactive'], { cwd: app.root });
  const [program, ...args] = npm.install;
  await succeed(program, [...args, path], { cwd: app.root, timeout: 240_000 });
  return app;
}

/** As `init` says it, whether the template has a config or not. */
async function addPlugin(app: Workspace): Promise<void> {
  const has = (await app.list()).includes('vite.config.ts');
  const config = has
    ? await app.read('vite.config.ts')
    : "import { defineConfig } from 'vite';\nexport default defineConfig({ plugins: [] });\n";
  await app.write(
    'vite.config.ts',
    `import promptImage from 'unplugin-prompt-image/vite';\n${config.replace('plugins: [', 'plugins: [promptImage(), ')}`,
  );
}

/** As the template's own script. */
function build(app: Workspace) {
  return run('npm', ['run', 'build'], { cwd: app.root });
}
