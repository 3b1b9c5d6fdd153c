import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { launchChromium } from '../support/chromium.js';
import { createWorkspace, type FileContent, run, type Workspace } from '../support/workspace.js';
import { type Bundler, vites } from './support/bundlers.js';
import { type Server, startDev, startPreview } from './support/dev-server.js';
import { html, openPage, untilShown } from './support/pages.js';
import { createSite, startSmallGemini } from './support/site.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

/** Builds a library and packs it as npm would publish it. @returns the files of the package */
async function pack(vite: Bundler): Promise<Record<string, FileContent>> {
  await using gemini = await startSmallGemini();
  await using library = await createSite(gemini, {
    bundler: vite,
    images: { barn: 'A barn' },
    consent: true,
    files: {
      'package.json': { name: 'ui', version: '1.0.0', type: 'module', exports: './dist/ui.js', files: ['dist'] },
      'vite.config.js': `
        import promptImage from 'unplugin-prompt-image/vite';
        const lib = { entry: 'src/main.js', name: 'ui', fileName: 'ui', formats: ['es', 'umd', 'iife'] };
        export default { base: './', plugins: [promptImage()], build: { lib } };`,
      'src/main.js': "export { default as barn } from './barn.image.json';",
    },
  });
  const { code, output } = await library.build();
  expect(code, output).toBe(0);
  const packed = await run('npm', ['pack', '--json', '--ignore-scripts'], { cwd: library.root });
  expect(packed.code, packed.output).toBe(0);
  const [{ files }] = JSON.parse(packed.stdout) as [{ files: { path: string }[] }];
  const contents = files.map(async ({ path }) => [path, await library.readBytes(path)] as const);
  return Object.fromEntries(await Promise.all(contents));
}

const show =
  "Object.assign(document.body.appendChild(new Image()), { src: ui.barn.src, srcset: ui.barn.srcset, id: 'barn' });";
const formats = ['umd.cjs', 'iife.js'];

/** A site that knows nothing of prompts and has the library in `node_modules`, and for `<script>`s in `public`. */
function siteFiles(library: Record<string, FileContent>): Record<string, FileContent> {
  const placed = Object.entries(library).flatMap(([path, content]) => [
    [`node_modules/ui/${path}`, content],
    [`public/ui/${path}`, content],
  ]);
  const pages = formats.map((format) => [
    `public/${format}.html`,
    html(`<script src="ui/dist/ui.${format}"></script><script>${show}</script>`),
  ]);
  return {
    'index.html': html('<script type="module" src="/src/main.js"></script>'),
    'src/main.js': `import * as ui from 'ui'; ${show}`,
    ...Object.fromEntries([...placed, ...pages]),
  };
}

describe.each(vites)('$name: the packed library', (vite) => {
  let site: Workspace;
  beforeAll(async () => {
    site = await createWorkspace(siteFiles(await pack(vite)), { vite: vite.vite });
  });
  afterAll(() => site?.[Symbol.asyncDispose]());

  const expectShown = async (server: Server, path = '') => {
    const { page, complaints } = await openPage(browser, new URL(path, server.url).href);
    await untilShown(page, '#barn');
    expect(complaints).toEqual([]);
    await page.close();
  };

  test.each([
    ['its files', 'build: { assetsInlineLimit: 0 }', 1],
    ['its files inlined', '', 0],
  ])('in a site that is built, with %s', async (_, options, emitted) => {
    await site.write('vite.config.js', `export default { ${options} };`);
    const { code, output } = await run(process.execPath, [site.bin('vite'), 'build'], { cwd: site.root });
    expect(code, output).toBe(0);
    expect((await site.list('dist/assets')).filter((file) => file.endsWith('.webp'))).toHaveLength(emitted);
    await using server = await startPreview(site);
    await expectShown(server);
    for (const format of formats) await expectShown(server, `${format}.html`);
  });

  test('in a dev server', async () => {
    // Vite 7 bundles it into one file with others, from where no relative URL leads to it.
    const apart = vite.vite === 'vite7' ? "optimizeDeps: { exclude: ['ui'] }" : '';
    await site.write('vite.config.js', `export default { ${apart} };`);
    await using server = await startDev(site);
    await expectShown(server);
  });
});
