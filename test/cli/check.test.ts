import { afterAll, beforeAll, expect, test } from 'vitest';
import { rollup } from '../e2e/support/bundlers.js';
import { createSite, type Site, type SiteOptions, STACK, startSmallGemini } from '../e2e/support/site.js';
import { type Gemini, picture } from '../loopback/gemini.js';

const images = { barn: 'A barn', canal: 'A canal' };
let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

async function boughtSite(options: Partial<SiteOptions> = {}): Promise<Site> {
  const site = await createSite(gemini, { bundler: rollup, images, ...options });
  const { code, output } = await site.command(['generate']);
  expect(code, output).toBe(0);
  return site;
}

const problems = (output: string) => output.match(/^\[\w+\].*$/gm) ?? [];

test('all in order, found without key, network or a single write', async () => {
  await using site = await boughtSite();
  await site.commit();
  const state = async () => [await site.hashTree('.'), await site.list('node_modules/.cache')];
  const before = await state();
  const calls = gemini.requests.length;
  const { code, stdout, stderr } = await site.command(['check'], { CI: 'true' });
  expect([code, stdout, stderr]).toEqual([0, '2 images checked: all in order\n', '']);
  expect(await state()).toEqual(before);
  expect(gemini.requests).toHaveLength(calls);
});

test('every failure is told at once', async () => {
  await using site = await boughtSite();
  await site.edit('canal', 'A deep canal');
  await site.edit('dune', 'A dune');
  await site.write('src/elm.image.json', '{');
  await site.edit('farm', { prompt: 'A farm', alt: '', references: ['./photo.jpg'] });
  const { code, output } = await site.command(['check'], {});
  expect(code).toBe(1);
  expect(problems(output).sort()).toEqual([
    expect.stringMatching(/^\[IMAGE_MISSING\] src\/canal\.image\.json: is stale: prompt changed since it was bought$/),
    '[IMAGE_MISSING] src/dune.image.json: has no picture',
    expect.stringMatching(/^\[MANIFEST_INVALID\] src\/elm\.image\.json:1:2: is not JSON/),
    expect.stringMatching(/^\[REFERENCE_NOT_FOUND\] src\/farm\.image\.json:5:5: there is no picture/),
  ]);
  expect(output).toContain('Run: npx prompt-image generate, and commit what arrives.');
  expect(output).toMatch(/^5 images checked: 4 problems$/m);
  expect(output).not.toMatch(STACK);
});

test('an original that nothing uses is a note, or with --strict a failure', async () => {
  await using site = await boughtSite();
  await site.remove('src/canal.image.json');
  const relaxed = await site.command(['check']);
  expect(relaxed.output).toMatch(/^note: canal-\S+ is not used \(bought for src\/canal\.image\.json\)$/m);
  expect(relaxed.code).toBe(0);
  const strict = await site.command(['check', '--strict']);
  expect(problems(strict.output)).toEqual([expect.stringMatching(/^\[CACHE_ORPHAN\] canal-\S+ is not used/)]);
  expect(strict.code).toBe(1);
});

test('another take is no note, and fails nothing', async () => {
  await using site = await boughtSite();
  await site.edit('canal', { prompt: 'A canal', alt: '', take: 2 });
  expect((await site.command(['generate'])).code).toBe(0);
  const { code, output } = await site.command(['check', '--strict']);
  expect(output).not.toContain('canal');
  expect(code).toBe(0);
});

test('originals that git ignores are a failure, unless the config permits it', async () => {
  await using site = await boughtSite();
  await site.write('.gitignore', '*.jpg\n');
  const ignored = await site.command(['check']);
  expect(problems(ignored.output)).toEqual([expect.stringMatching(/^\[CACHE_IGNORED\]/)]);
  expect(ignored.code).toBe(1);
  const config = await site.read('prompt-image.config.js');
  await site.write('prompt-image.config.js', config.replace('"retries"', '"commit":false,"retries"'));
  expect((await site.command(['check'])).code).toBe(0);
});

test('a picture in another shape than asked for is a note', async () => {
  await using own = await startSmallGemini();
  own.always(picture({ size: { width: 200, height: 100 } }));
  await using site = await createSite(own, { bundler: rollup, images: { barn: 'A barn' } });
  await site.command(['generate']);
  const { code, output } = await site.command(['check']);
  expect(output).toContain('note: src/barn.image.json: 200×100 is not the 1:1 that was asked for');
  expect(code).toBe(0);
});

test('a checkout with other line ends is in order, too', async () => {
  await using site = await boughtSite();
  await site.commit();
  await site.git('config', 'core.autocrlf', 'true');
  await site.git('rm', '--quiet', '-r', '--cached', '.');
  await site.git('reset', '--quiet', '--hard');
  expect(await site.read('src/barn.image.json')).toContain('\r\n');
  const { code, output } = await site.command(['check']);
  expect(output).toBe('2 images checked: all in order\n');
  expect(code).toBe(0);
});
