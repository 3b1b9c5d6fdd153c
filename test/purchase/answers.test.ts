import { readdir, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Original, openOriginals } from '../../src/originals/originals.js';
import { STACK } from '../e2e/support/site.js';
import { run } from '../support/workspace.js';
import { createShop, type Shop } from './shop.js';

/** What a provider gives that is no picture, as JavaScript, and what is said of it. */
const junk: Record<string, [source: string, words: string]> = {
  nothing: ['return undefined', 'gave undefined in place of a picture'],
  nil: ['return null', 'gave null in place of a picture'],
  word: ["return 'a picture'", 'gave a string in place of a picture'],
  bare: ['return {}', 'gave undefined in place of a picture'],
  base64: ["return { bytes: picture.toString('base64') }", 'gave a string in place of a picture'],
  list: ['return { bytes: [...picture] }', 'gave an array in place of a picture'],
  empty: ['return { bytes: new Uint8Array() }', 'gave no bytes at all in place of a picture'],
};

/** What is thrown, and how it is told. */
const thrown: Record<string, [source: string, words: string]> = {
  'thrown-word': ["throw 'out of ink'", '[PROVIDER_FAILED] the provider failed: out of ink'],
  'thrown-nothing': ['throw undefined', '[PROVIDER_FAILED] the provider failed: it did not say why'],
  'thrown-object': ['throw Object.create(null)', '[PROVIDER_FAILED] the provider failed: it did not say why'],
  'thrown-lines': ["throw new Error('one\\ntwo\\u001b[31m')", '[PROVIDER_FAILED] the provider failed: one two [31m'],
  'thrown-key': [
    "throw new Error('GET /?key=' + process.env.GEMINI_API_KEY)",
    '[PROVIDER_FAILED] the provider failed: GET /?key=[key]',
  ],
  'refused-key': [
    "throw new ProviderError('PROVIDER_REFUSED', 'no ' + process.env.GEMINI_API_KEY)",
    '[PROVIDER_REFUSED] no [key]',
  ],
};

/** Pictures with junk beside them, and what becomes of it in the record. */
const beside: Record<string, [source: string, kept: object]> = {
  words: ['caption: 7, model: {}, responseId: () => 1', {}],
  'empty-words': ["caption: '', model: ''", {}],
  surrogate: ["caption: 'half \\ud83d of it'", { caption: 'half \ufffd of it' }],
  key: ["caption: 'it is ' + process.env.GEMINI_API_KEY", { caption: 'it is [key]' }],
  bigint: ['usage: { tokens: 12n, of: undefined, by: () => 1, nan: NaN }', { usage: { tokens: '12', nan: null } }],
  cycle: ['usage: (() => { const usage = {}; usage.usage = usage; return usage; })()', {}],
  getter: ["usage: { get tokens() { throw new Error('no') } }", {}],
  array: ['usage: [1]', {}],
  proto: [
    `usage: JSON.parse('{"__proto__":{"a":1},"b":"\\\\ud83d"}')`,
    { usage: JSON.parse('{"__proto__":{"a":1},"b":"\ufffd"}') },
  ],
  json: ["usage: { toJSON: () => 'text' }", {}],
  view: ['bytes: new DataView(new Uint8Array(picture).buffer)', {}],
  buffer: ['bytes: new Uint8Array(picture).buffer', {}],
};

/** Buys everything. @returns what failed, by name: code and message */
async function generateAll(shop: Shop, env: Record<string, string> = {}) {
  const script = `
    import { createPromptImage } from 'unplugin-prompt-image';
    const images = await createPromptImage();
    const { failed } = await images.generate();
    const told = failed.map(({ address, error }) => [address.slice(4, -11), '[' + error.code + '] ' + error.message]);
    console.log(JSON.stringify(Object.fromEntries(told)));
    await images.dispose();`;
  await shop.write('script.mjs', script);
  const { stdout, output } = await run(process.execPath, ['script.mjs'], { cwd: shop.root, env });
  return { output, failures: JSON.parse(stdout) as Record<string, string> };
}

const KEY = 'sk-answers+0123456789/=';

describe('whatever a provider gives', () => {
  let shop: Shop;
  let result: { output: string; failures: Record<string, string> };
  beforeAll(async () => {
    const rows = [
      ...Object.entries({ ...junk, ...thrown }).map(([name, [source]]) => [name, source]),
      ...Object.entries(beside).map(([name, [source]]) => [name, `return { bytes: picture, ${source} }`]),
    ];
    const cases = rows.map(([name, source]) => `case '${name}': { ${source}; }`);
    shop = await createShop({
      images: Object.fromEntries(rows.map(([name = '']) => [name, name])),
      generate: `switch (request.prompt) { ${cases.join('\n')} }`,
      config: { budget: { maxImages: 100 } },
    });
    result = await generateAll(shop, { GEMINI_API_KEY: KEY });
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  test.each(Object.entries(junk))('no picture: %s', (name, [, words]) => {
    expect(result.failures[name]).toContain(`[PROVIDER_BAD_RESPONSE] the provider ${words}\nIts generate() must give`);
  });

  test.each(Object.entries(thrown))('%s', (name, [, words]) => {
    expect(result.failures[name]).toBe(
      `${words}\nTo ask again all the same: npx prompt-image generate --retry src/${name}.image.json`,
    );
  });

  test.each(Object.entries(beside))('a picture is kept whatever stands beside it: %s', async (name, [, kept]) => {
    const originals = openOriginals(shop.path('.prompt-image'));
    const all = await Promise.all((await originals.stems()).map(originals.read));
    const [original, ...more] = all.filter(({ record }: Original) => record.for === `src/${name}.image.json`);
    expect(more).toEqual([]);
    const { caption, modelVersion, responseId, usage } = original?.record ?? {};
    expect(JSON.parse(JSON.stringify({ caption, modelVersion, responseId, usage }))).toEqual(kept);
  });

  test('each is asked once, nothing is left open, and the key is nowhere', async () => {
    expect(result.output).not.toMatch(STACK);
    expect((await shop.calls()).sort()).toEqual(Object.keys({ ...junk, ...thrown, ...beside }).sort());
    expect(await shop.intents()).toEqual([]);
    expect(result.output).not.toContain(KEY);
    for (const file of await shop.list('.prompt-image')) {
      expect((await shop.readBytes(`.prompt-image/${file}`)).includes(KEY)).toBe(false);
    }
  });
});

test('a model that the provider does not have is told before anything is spent', async () => {
  await using shop = await createShop({
    images: { barn: { prompt: 'A barn', alt: '', model: 'another' }, canal: 'A canal' },
    provider: "models: ['gemini-3.1-flash-lite-image', 'best'],",
    config: { budget: { maxImages: 1 } },
  });
  const script = `
    import { createPromptImage } from 'unplugin-prompt-image';
    const images = await createPromptImage();
    const reports = [await images.generate(['src/barn.image.json']), await images.generate(['src/canal.image.json'])];
    console.log(JSON.stringify(reports.map(({ bought, failed }) => [bought, failed.map(({ error }) => error.message)])));
    await images.dispose();`;
  await shop.write('script.mjs', script);

  const { stdout, output } = await run(process.execPath, ['script.mjs'], { cwd: shop.root });
  expect(JSON.parse(stdout), output).toEqual([
    [
      [],
      [expect.stringMatching(/^shop has no model another\nSet defaults\.model .* gemini-3\.1-flash-lite-image, best/)],
    ],
    [['src/canal.image.json'], []],
  ]);
  expect(await shop.calls()).toEqual(['A canal']);
});

test.each(['PROVIDER_AUTH', 'PROVIDER_QUOTA'])('after %s no further picture is asked for', async (code) => {
  const names = ['barn', 'canal', 'dune', 'elm', 'farm', 'gate'];
  await using shop = await createShop({
    images: Object.fromEntries(names.map((name) => [name, `A ${name}`])),
    generate: `await sleep(100); throw new ProviderError('${code}', 'no more');`,
    config: { concurrency: 2 },
  });
  const { failures } = await generateAll(shop);
  expect(failures).toEqual(Object.fromEntries(names.map((name) => [name, `[${code}] no more`])));
  expect(await shop.calls()).toHaveLength(2);
});

test('a call that may have been billed counts, and so does the one after it', async () => {
  const generate = `
    if (request.prompt === 'A canal') return { bytes: picture };
    throw new ProviderError('PROVIDER_UNAVAILABLE', 'cut', { retry: 'once', retryAfter: 1 });`;
  const buy = async (maxImages: number) => {
    const config = { retries: 2, concurrency: 1, budget: { maxImages } };
    await using shop = await createShop({ images: { barn: 'A barn' }, generate, config });
    const { output } = await shop.command(['generate']);
    return { output, calls: await shop.calls() };
  };
  const [tight, wide] = await Promise.all([buy(1), buy(2)]);
  expect(tight.calls).toHaveLength(1);
  expect(tight.output, 'what happened, rather than that there is no money for another call').toContain(
    '[PROVIDER_UNAVAILABLE]',
  );
  expect(wide.calls).toHaveLength(2);
  expect(wide.output).toContain('src/barn.image.json: possibly billed twice (cut)');
});

test('a provider that never settles is given up in time', async () => {
  await using shop = await createShop({
    images: { barn: 'A barn' },
    generate: 'await new Promise(() => {});',
    config: { timeout: 300 },
  });
  const { code, output } = await shop.command(['generate']);
  expect([code, output]).toEqual([1, expect.stringContaining('[PROVIDER_TIMEOUT]')]);
});

describe('what cannot be kept is not paid for', () => {
  test.each([
    ['the folder is a file', '.prompt-image', 'CACHE_CORRUPT'],
    ['the place for what is paid is a file', '.prompt-image/.local/intents', 'CACHE_UNWRITABLE'],
    ['the place for locks is a file', '.prompt-image/.local/locks', 'CACHE_UNWRITABLE'],
  ])('%s', async (_, file, code) => {
    await using shop = await createShop({ images: { barn: 'A barn' } });
    await shop.write(file, '');
    const result = await shop.command(['generate']);
    expect(result.code).toBe(1);
    expect(result.output).toContain(`[${code}]`);
    expect(result.output).not.toMatch(STACK);
    expect(await shop.calls()).toEqual([]);
  });

  test('what can no longer be kept goes where there is room, and comes back from there', async () => {
    const intents = '.prompt-image/.local/intents';
    await using shop = await createShop({
      images: { barn: 'A barn' },
      generate: `
        rmSync(folder + '/${intents}', { recursive: true });
        writeFileSync(folder + '/${intents}', '');
        return { bytes: picture };`,
    });
    const { code, output } = await shop.command(['generate']);
    expect(code).toBe(1);
    expect(output).not.toMatch(STACK);
    const told = /\[CACHE_UNWRITABLE\][\s\S]*The picture was paid for, and is in (\S+)\. Move it to (\S+): the next/;
    const [, from = '', to = ''] = told.exec(output) ?? [];
    expect(await readdir(dirname(from))).toHaveLength(1);
    await shop.remove(intents);

    await run('sh', ['-c', 'mkdir -p "$(dirname "$2")" && mv "$1" "$2"', 'sh', from, to]);
    await rm(dirname(from), { recursive: true });
    expect(await shop.command(['generate'])).toMatchObject({ code: 0, output: '0 to buy · 1 to reprocess (free)\n' });
    expect(await shop.calls()).toHaveLength(1);
    expect(await shop.originals('.png')).toHaveLength(1);
  });
});
