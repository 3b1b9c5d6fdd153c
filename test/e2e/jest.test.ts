import { readdir } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { type RunResult, run, start } from '../support/workspace.js';
import { createSite, type Site, type SiteOptions, startSmallGemini } from './support/site.js';

/** What makes CommonJS of everything else. */
const tsJest = {
  '\\.[jt]sx?$': [
    'ts-jest',
    {
      diagnostics: false,
      tsconfig: { allowJs: true, esModuleInterop: true, jsx: 'react-jsx', module: 'commonjs', target: 'es2022' },
    },
  ],
};

interface Setup {
  /** Of our transform. */
  options?: object;
  /** Further transforms; without one a test is CommonJS. */
  transform?: object;
  type?: 'module';
}

function filesOf({ options = {}, transform = {}, type }: Setup = {}): SiteOptions['files'] {
  return {
    'package.json': { private: true, type },
    'jest.config.json': {
      cacheDirectory: '<rootDir>/node_modules/.cache/jest',
      transform: { '\\.images?\\.json$': ['unplugin-prompt-image/jest', options], ...transform },
    },
  };
}

function jest(site: Site, args: readonly string[] = [], env: Record<string, string> = {}): Promise<RunResult> {
  return run(process.execPath, [site.bin('jest'), ...args], {
    cwd: site.root,
    env: { NO_COLOR: '1', ...env },
    timeout: 60_000,
  });
}

async function createJestSite(gemini: Parameters<typeof createSite>[0], options: SiteOptions): Promise<Site> {
  return createSite(gemini, { ...options, files: { ...filesOf(), ...options.files } });
}

/** Of a page, and of its server. */
const environments = ['jsdom', 'node'];

test.concurrent('an import is what a build gives, else a draft, in CommonJS; nothing is bought or encoded', async () => {
  await using gemini = await startSmallGemini();
  const check = (environment: string) => `
    /** @jest-environment ${environment} */
    import { writeFileSync } from 'node:fs';
    import { renderToStaticMarkup } from 'react-dom/server.node';
    import { Picture } from 'unplugin-prompt-image/react';
    import barn from './barn.image.json';
    import short from './barn.image';
    import canal from './canal.image.json';
    test('images', () => {
      expect(short).toBe(barn);
      expect(barn.src).toBe('/src/barn-128w.webp');
      expect(canal).toMatchObject({ draft: true, alt: 'A canal', src: '/src/canal-64w.webp', width: 64 });
      const markup = renderToStaticMarkup(<Picture src={barn} priority />);
      expect(markup).toMatch(/^<picture><source media="[(]width &lt; 640px[)]" .*<img .*alt="A red barn"/);
      writeFileSync('dist/${environment}.json', JSON.stringify({ barn }));
    });`;
  await using site = await createJestSite(gemini, {
    images: {
      barn: {
        prompt: 'A barn',
        alt: 'A red barn',
        output: { formats: ['avif', 'webp'], widths: [64, 'original'], placeholder: 'blur' },
        variants: { near: { media: '(width < 640px)', output: { crop: '1:1', widths: [48] } } },
      },
      canal: { prompt: 'A canal', alt: 'A canal' },
    },
    consent: true,
    files: {
      ...filesOf({ transform: tsJest }),
      'dist/.keep': '',
      'src/main.js': "import barn from './barn.image.json';\nglobalThis.images = { barn };\n",
      ...Object.fromEntries(environments.map((name) => [`src/${name}.test.jsx`, check(name)])),
    },
  });
  expect((await site.command(['generate', 'src/barn.image.json'])).code).toBe(0);
  await site.commit();

  const consents = { PROMPT_IMAGE_BUY: '1', GEMINI_API_KEY: gemini.key, CI: 'false' };
  const { code, output } = await jest(site, ['--coverage', '--collectCoverageFrom=src/**'], consents);
  expect(code, output).toBe(0);
  expect(output).toMatch(/Tests:\s+2 passed/);
  expect(gemini.calls).toBe(1);
  expect(await site.git('status', '--porcelain')).toBe('?? coverage/\n');
  const made = await readdir(site.path('node_modules/.cache/prompt-image'));
  expect(made.filter((name) => /\.(?:avif|webp)$/.test(name))).toEqual([]);

  const seen = await Promise.all(environments.map((name) => site.read(`dist/${name}.json`)));
  expect((await site.build()).code).toBe(0);
  const built = JSON.stringify(await site.images()).replace(/\/assets\/([\w-]+w)-[\w-]{8}\./g, '/src/$1.');
  expect(seen.map((text) => JSON.parse(text))).toEqual([JSON.parse(built), JSON.parse(built)]);
});

const fruits = {
  prompt: 'A {{fruit}}',
  alt: '{{fruit}}',
  items: { apple: { fruit: 'apple' }, 'red-pear': { fruit: 'pear' } },
};

test.concurrent('a collection has its items as named exports in CommonJS', async () => {
  await using gemini = await startSmallGemini();
  await using site = await createJestSite(gemini, {
    images: {},
    files: {
      ...filesOf({ transform: tsJest }),
      'src/fruits.images.json': fruits,
      'src/fruits.test.js': `
        import fruits, { apple, list } from './fruits.images.json';
        import * as short from './fruits.images';
        test('fruits', () => {
          expect(Object.keys(fruits)).toEqual(['apple', 'red-pear']);
          expect(apple).toEqual(fruits.apple);
          expect(apple).toMatchObject({ name: 'apple', alt: 'apple', src: '/src/fruits-apple-64w.webp' });
          expect(list).toEqual([fruits.apple, fruits['red-pear']]);
          expect(short).toMatchObject({ default: fruits, apple, list });
          expect(short['red-pear']).toBeUndefined();
        });`,
    },
  });
  const { code, output } = await jest(site);
  expect(code, output).toBe(0);
});

test.concurrent("in Jest's ES modules a manifest is its default export", async () => {
  await using gemini = await startSmallGemini();
  await using site = await createJestSite(gemini, {
    images: { barn: 'A barn' },
    files: {
      ...filesOf({ type: 'module' }),
      'src/fruits.images.json': fruits,
      'src/fruits.test.js': `
        import { createRequire } from 'node:module';
        import { createElement } from 'react';
        import { renderToStaticMarkup } from 'react-dom/server';
        import { Picture } from 'unplugin-prompt-image/react';
        import barn from './barn.image' with { type: 'json' };
        import fruits from './fruits.images.json' with { type: 'json' };
        test('images', () => {
          expect(barn).toMatchObject({ draft: true, src: '/src/barn-64w.webp' });
          expect(Object.keys(fruits)).toEqual(['apple', 'red-pear']);
          expect(renderToStaticMarkup(createElement(Picture, { src: fruits['red-pear'] }))).toContain('alt="pear"');
          expect(createRequire(import.meta.url)('./barn.image').default).toEqual(barn);
        });`,
    },
  });
  const { code, output } = await jest(site, [], { NODE_OPTIONS: '--experimental-vm-modules' });
  expect(code, output).toBe(0);
});

/** Jest starts a dozen times. */
const LONG = { timeout: 120_000 };

/** Says what it saw. */
const teller = `
  const { writeFileSync } = require('node:fs');
  const { default: barn } = require('./barn.image.json');
  test('barn', () => writeFileSync('dist/seen.json', JSON.stringify(barn)));`;

test.concurrent("Jest's cache follows all that an image depends on", LONG, async () => {
  await using gemini = await startSmallGemini();
  const barn = { prompt: 'A barn', alt: '', extends: './small.image-preset.json', references: ['./photo.png'] };
  const config = (placeholder: string | false) => `
    import { google } from 'unplugin-prompt-image';
    const output = { formats: ['webp'], widths: [64], placeholder: ${JSON.stringify(placeholder)} };
    export default { provider: google({ baseUrl: '${gemini.url}' }), retries: 0, defaults: { output } };`;
  await using site = await createJestSite(gemini, {
    images: { barn },
    files: {
      'dist/.keep': '',
      'prompt-image.config.js': config(false),
      'src/small.image-preset.json': { output: { widths: [32] } },
      'src/barn.test.js': teller,
    },
  });
  const photo = (bytes: Uint8Array) => site.write('src/photo.png', bytes);
  const seen = async () => {
    const { code, output } = await jest(site);
    expect(code, output).toBe(0);
    return JSON.parse(await site.read('dist/seen.json'));
  };
  await photo(await pictureOf('red'));

  const first = await seen();
  expect(first).toMatchObject({ draft: true, width: 32 });
  expect(await seen()).toEqual(first);

  expect(await site.command(['generate'])).toMatchObject({ code: 0 });
  const bought = await seen();
  expect(bought).toMatchObject({ alt: '', width: 32 });
  expect(bought.draft ?? bought.stale ?? bought.color).toBeUndefined();

  await site.edit('barn', { ...barn, alt: 'A red barn' });
  expect(await seen()).toEqual({ ...bought, alt: 'A red barn' });

  await site.write('src/small.image-preset.json', { output: { widths: [48] } });
  expect(await seen()).toMatchObject({ width: 48, src: '/src/barn-48w.webp' });

  await site.write('prompt-image.config.js', config('color'));
  expect(await seen()).toMatchObject({ width: 48, color: expect.stringMatching(/^#/) });

  await photo(await pictureOf('blue'));
  expect(await seen()).toMatchObject({ stale: true });

  await photo(await pictureOf('red'));
  const record = (await site.list('.prompt-image')).find((name) => /^barn-.*\.json$/.test(name));
  await site.remove(`.prompt-image/${record}`);
  const orphaned = await jest(site);
  expect(orphaned.output).toContain('[CACHE_ORPHAN]');
  expect(orphaned.code).toBe(1);
  expect(gemini.calls).toBe(1);
});

async function pictureOf(color: string): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp');
  return sharp({ create: { width: 8, height: 8, channels: 3, background: color } })
    .png()
    .toBuffer();
}

test.concurrent('a mistake fails the test by its own words, and by the line that imports the manifest', async () => {
  await using gemini = await startSmallGemini();
  await using site = await createJestSite(gemini, {
    images: {},
    files: {
      'src/barn.image.json': '{\n  "prompt": "A barn",\n  "altt": ""\n}\n',
      'src/page.js': "exports.barn = require('./barn.image.json');\n",
      'src/page.test.js': "require('./page.js');\ntest('page', () => {});\n",
    },
  });
  const broken = await jest(site);
  expect(broken.code).toBe(1);
  expect(broken.output).toContain('[MANIFEST_INVALID] src/barn.image.json:3:3: unknown field "altt"');
  expect(broken.output).toContain('Did you mean "alt"?');
  expect(broken.output).toContain("> 1 | exports.barn = require('./barn.image.json');");
  expect(broken.output).not.toContain('jest-thread');
  expect(broken.output).not.toContain('dist/jest.js');

  await site.edit('barn', { prompt: 'A barn', alt: '' });
  await site.write('prompt-image.config.js', "export default { cachDir: '.cache' };\n");
  const misconfigured = await jest(site);
  expect(misconfigured.output).toMatch(/\[CONFIG_INVALID\] prompt-image\.config\.js.*"cachDir"/);
  expect(misconfigured.code).toBe(1);
});

test.concurrent("the transform takes the plugin's options", async () => {
  await using gemini = await startSmallGemini();
  await using site = await createJestSite(gemini, {
    images: { barn: 'A barn', canal: 'A canal' },
    files: {
      ...filesOf({ options: { exclude: ['src/canal.image.json'], missing: 'error' } }),
      'src/barn.test.js': "require('./barn.image.json');\ntest('barn', () => {});\n",
      'src/canal.test.js': `
        const canal = require('./canal.image.json');
        test('canal', () => expect(canal).toEqual({ prompt: 'A canal', alt: '' }));`,
    },
  });
  const { code, output } = await jest(site);
  expect(output).toContain('[IMAGE_MISSING]');
  expect(output).toContain('src/barn.image.json');
  expect(output).toMatch(/Tests:\s+1 passed, 1 total/);
  expect(code).toBe(1);
});

test.concurrent(
  'watching, one process sees a changed manifest, a changed config and a picture that came',
  LONG,
  async ({ expect }) => {
    await using gemini = await startSmallGemini();
    const barn = { prompt: 'A barn', alt: '' };
    await using site = await createJestSite(gemini, {
      images: { barn },
      files: { 'dist/.keep': '', 'src/barn.test.js': teller },
    });
    const command = [site.bin('jest'), '--watchAll', '--runInBand'];
    await using watching = await start(process.execPath, command, { cwd: site.root, env: { NO_COLOR: '1' } });
    const seen = async () => JSON.parse(await site.read('dist/seen.json'));
    await watching.waitFor(/Ran all test suites/);
    expect(await seen()).toMatchObject({ draft: true, alt: '', width: 64 });

    // Again and again: Jest takes no notice of what changes while it runs.
    const after = (change: (attempt: number) => Promise<void>) => {
      let attempt = 0;
      const changeAndSee = async () => {
        attempt += 1;
        await change(attempt);
        await delay(1500);
        return seen();
      };
      return expect.poll(changeAndSee, { timeout: 40_000 });
    };
    await after(() => site.edit('barn', { ...barn, alt: 'A red barn' })).toMatchObject({
      draft: true,
      alt: 'A red barn',
    });
    const config = (await site.read('prompt-image.config.js')).replace('"widths":[64]', '"widths":[32]');
    await after(() => site.replace('prompt-image.config.js', config)).toMatchObject({ draft: true, width: 32 });
    expect((await site.command(['generate'])).code).toBe(0);
    await after((attempt) => site.edit('barn', { ...barn, alt: `A barn ${attempt}` })).not.toHaveProperty('draft');
  },
);

test.concurrent('it buys nothing in a process that is not marked as one of Jest, either', async () => {
  await using gemini = await startSmallGemini();
  await using site = await createSite(gemini, { images: { barn: 'A barn' }, consent: true });
  // A dev server of this checkout buys after three seconds.
  const code = `
    const transform = require('unplugin-prompt-image/jest');
    const options = { config: { rootDir: process.cwd() }, transformerConfig: {}, supportsStaticESM: true };
    const { code } = transform.process('', process.cwd() + '/src/barn.image.json', options);
    console.log(JSON.parse(code).draft);
    setTimeout(() => {}, 5000);`;
  const env = { PROMPT_IMAGE_BUY: '1', GEMINI_API_KEY: gemini.key, CI: 'false' };
  const { output } = await run(process.execPath, ['--eval', code], { cwd: site.root, env });
  expect(output).toBe('true\n');
  expect(gemini.calls).toBe(0);
  expect(await site.git('status', '--porcelain')).toBe('');
});
