import { chmod, readdir } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { run } from '../support/workspace.js';
import { bundlers, vites } from './support/bundlers.js';
import { cloneSite, createSite, type Site, startSmallGemini } from './support/site.js';

const names = ['harbour', 'lighthouse', 'market', 'orchard', 'station'];
const prompts = Object.fromEntries(names.map((name) => [name, `A ${name} at dawn`]));

describe.each(bundlers)('$name', (bundler) => {
  let gemini: Gemini;
  let site: Site;
  /** Builds, and checks how many calls that took. */
  const buildWith = async (calls: number, receipt: string) => {
    const before = gemini.calls;
    const { code, output } = await site.build();
    expect(output).toMatch(new RegExp(`${receipt.replace(/[()]/g, '\\$&')}$`, 'm'));
    expect(code).toBe(0);
    expect(gemini.calls - before).toBe(calls);
    expect(output.match(/\d reused/g), 'one receipt').toHaveLength(1);
  };

  beforeAll(async () => {
    gemini = await startSmallGemini();
    const output = { formats: ['avif', 'webp', 'jpeg', 'png'], widths: [64, 'original'], placeholder: 'blur' };
    const images = { ...prompts, orchard: { prompt: prompts.orchard, alt: '', output } };
    site = await createSite(gemini, { bundler, images, consent: true });
  });
  afterAll(async () => {
    await site[Symbol.asyncDispose]();
    await gemini.close();
  });

  test('every picture is bought once', async () => {
    await buildWith(5, '5 images: 0 reused, 5 bought (5 new originals to commit)');
    expect(gemini.requests.map(({ prompt }) => prompt).sort()).toEqual(Object.values(prompts).sort());
    await site.commit();
    await buildWith(0, '5 images: 5 reused, 0 bought');
  });

  test('what only concerns the output buys nothing', async () => {
    const before = await site.hashTree('dist');
    await site.edit('harbour', { prompt: prompts.harbour, alt: 'Boats in the morning' });
    await site.edit('market', { prompt: prompts.market, alt: '', output: { quality: { webp: 20 } } });
    await buildWith(0, '5 images: 5 reused, 0 bought');
    expect((await site.images()).harbour).toMatchObject({ alt: 'Boats in the morning' });
    expect(await site.hashTree('dist')).not.toBe(before);
  });

  test('one changed prompt is one call', async () => {
    await site.edit('station', 'A station at noon');
    await buildWith(1, '5 images: 4 reused, 1 bought (1 new original to commit)');
    expect(gemini.requests.at(-1)).toMatchObject({ prompt: 'A station at noon' });
    await site.commit();
  });

  test('every URL is a file of the output', async () => {
    const files = await site.list('dist');
    const images = Object.values(await site.images());
    expect(images).toHaveLength(5);
    for (const image of images) {
      const named = site.filesOf(image);
      expect(named.length).toBeGreaterThan(0);
      for (const file of named) expect(files).toContain(file);
    }
  });

  test('another checkout builds the same bytes, offline, without a key, from what it may only read', async () => {
    // Not every bundler clears the output of what earlier builds left there.
    await site.remove('dist');
    await buildWith(0, '5 images: 5 reused, 0 bought');
    const output = await site.hashTree('dist');
    await gemini.close();
    const seen = gemini.requests.length;
    await using checkout = await cloneSite(site, bundler);
    const originals = await checkout.list('.prompt-image');
    await setReadOnly(checkout.path('.prompt-image'), true);
    const { code, output: printed } = await checkout.build({ CI: 'true' });
    expect(printed).toMatch(/5 images: 5 reused, 0 bought$/m);
    expect(code).toBe(0);
    expect(await checkout.hashTree('dist')).toBe(output);
    expect(await checkout.git('status', '--porcelain')).toBe('');
    expect(await checkout.list('.prompt-image'), 'nothing is written, ignored or not').toEqual(originals);
    expect(gemini.requests).toHaveLength(seen);

    // The same for a person, who is not frozen.
    await checkout.remove('dist');
    expect((await checkout.build()).code).toBe(0);
    expect(await checkout.hashTree('dist')).toBe(output);
    expect(await checkout.git('status', '--porcelain')).toBe('');
    await setReadOnly(checkout.path('.prompt-image'), false);
  });
});

describe.each(vites)('$name with two environments', (bundler) => {
  test('one purchase, one receipt, the same URLs', async () => {
    await using gemini = await startSmallGemini();
    await using site = await createSite(gemini, {
      bundler,
      images: { ...prompts, twin: { prompt: prompts.harbour, alt: 'The same picture' } },
      consent: true,
      files: {
        'vite.config.js': `
          import promptImage from 'unplugin-prompt-image/vite';
          const environment = (outDir) => ({
            build: { outDir, emitAssets: true, rollupOptions: { input: 'src/main.js', output: { entryFileNames: 'assets/index-[hash].js' } } },
          });
          export default {
            plugins: [promptImage()],
            builder: {},
            environments: { client: environment('dist/client'), ssr: environment('dist/server') },
          };`,
      },
    });
    const { code, output } = await site.build();
    expect(output.match(/^.*\d reused.*$/gm)).toEqual(['5 images: 0 reused, 5 bought (5 new originals to commit)']);
    expect(code).toBe(0);
    expect(gemini.calls).toBe(5);
    const client = await site.images('dist/client');
    expect(Object.keys(client)).toHaveLength(6);
    expect(await site.images('dist/server')).toEqual(client);
    expect(client.twin?.alt).toBe('The same picture');
  });
});

test('processes that build at once buy each picture once', async () => {
  await using gemini = await startSmallGemini();
  const [first, ...others] = bundlers.filter(({ name }) => name !== 'vite 7');
  if (!first) throw new RangeError();
  const files = Object.assign({}, ...others.map((other) => other.files));
  await using site = await createSite(gemini, { bundler: first, images: prompts, consent: true, files });
  const builds = [first, ...others].map(({ command }) =>
    run(process.execPath, command(site), { cwd: site.root, timeout: 60_000 }),
  );
  for (const { code, output } of await Promise.all(builds)) expect(code, output).toBe(0);
  expect(gemini.calls).toBe(5);
  expect((await site.list('.prompt-image')).filter((file) => /^[\w-]+\.jpg$/.test(file))).toHaveLength(5);
});

/** A privileged user writes all the same; the tests then see by the folder's content whether something was written. */
async function setReadOnly(folder: string, readOnly: boolean): Promise<void> {
  for (const entry of await readdir(folder)) await chmod(`${folder}/${entry}`, readOnly ? 0o444 : 0o644);
  await chmod(folder, readOnly ? 0o555 : 0o755);
}
