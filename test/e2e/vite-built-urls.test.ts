import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PromptImage } from '../../src/index.js';
import type { Gemini } from '../loopback/gemini.js';
import { run } from '../support/workspace.js';
import { type Bundler, configured, vites } from './support/bundlers.js';
import { createSite, loadImages, type Site, startSmallGemini, urlsOf } from './support/site.js';

const images = { barn: { prompt: 'A barn', alt: '', output: { formats: ['webp', 'jpeg'], widths: [32, 64] } } };

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

/** Builds a site for browsers into `dist`, then for servers into `server`. */
async function build(bundler: Bundler, renderBuiltUrl: string) {
  const site = await createSite(gemini, {
    bundler: configured(bundler, `experimental: { renderBuiltUrl: ${renderBuiltUrl} }`),
    images,
    consent: true,
  });
  const built = await site.build();
  expect(built.code, built.output).toBe(0);
  const args = [site.bin('vite'), 'build', '--ssr', 'src/main.js', '--outDir', 'server'];
  const server = await run(process.execPath, args, { cwd: site.root, timeout: 60_000 });
  expect(server.code, server.output).toBe(0);
  const [client, ofServer] = await Promise.all([site.images(), loadImages(site.path('server/main.js'))]);
  return { site, client: client.barn!, server: ofServer.barn! };
}

/** All of an image's files are in the output, each at its URL. */
async function expectFiles(site: Site, image: PromptImage, prefix: string): Promise<void> {
  const urls = urlsOf(image);
  expect(urls).toHaveLength(4);
  const files = await site.list('dist');
  for (const url of urls) {
    expect(url.startsWith(prefix), url).toBe(true);
    expect(files).toContain(url.slice(prefix.length));
  }
}

describe.concurrent.each(vites)('$name: renderBuiltUrl', (bundler) => {
  test('gives a URL', async () => {
    const { site, client, server } = await build(bundler, "(file) => 'https://cdn.example/' + file");
    await using _ = site;
    await expectFiles(site, client, 'https://cdn.example/');
    expect(server).toEqual(client);
  });

  test('gives code that makes the URL', async () => {
    const code = "'(globalThis.cdn ?? `https://cdn.example/`) + ' + JSON.stringify(file)";
    // HTML takes no code.
    const { site, client, server } = await build(
      bundler,
      `(file, { hostType }) => hostType === 'js' ? { runtime: ${code} } : '/' + file`,
    );
    await using _ = site;
    await expectFiles(site, client, 'https://cdn.example/');
    expect(server).toEqual(client);
  });

  test('asks for a relative one, which is the base on servers', async () => {
    const { site, client, server } = await build(bundler, '() => ({ relative: true })');
    await using _ = site;
    await expectFiles(site, client, `file://${site.path('dist')}/`);
    await expectFiles(site, server, '/');
  });

  test('tells images by where they are named', async () => {
    const { site, client, server } = await build(
      bundler,
      "(file, { type, hostType, ssr }) => ['https://cdn.example', [type, hostType, ssr], file].join('/')",
    );
    await using _ = site;
    await expectFiles(site, client, 'https://cdn.example/asset,js,false/');
    await expectFiles(site, server, 'https://cdn.example/asset,js,true/');
  });
});
