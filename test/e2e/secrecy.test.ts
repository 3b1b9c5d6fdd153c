import { describe, expect, test } from 'vitest';
import {
  type Answer,
  apiError,
  blocked,
  emptyCandidates,
  type Flavour,
  finishReason,
  htmlError,
  json,
  never,
  notJson,
  picture,
  redirect,
  resetBeforeAnswer,
  textOnly,
  truncatedBody,
} from '../loopback/gemini.js';
import { type Bundler, bundlers } from './support/bundlers.js';
import { startDev } from './support/dev-server.js';
import { contentsOf, leaksIn } from './support/leaks.js';
import { createSite, STACK, startSmallGemini } from './support/site.js';

/** What stands in the manifests and must not be published; `alt` is. */
const secrets = ['quetzal "over" the obsidian temple', 'in the manner of nobody', 'https://schema.invalid/ours.json'];
const [prompt, style, $schema] = secrets;
const output = { formats: ['avif', 'webp', 'jpeg', 'png'], widths: [32], placeholder: 'blur', effort: { avif: 0 } };
const images = {
  temple: { $schema, prompt, style, alt: 'A temple', output },
  field: { prompt: `${prompt} (the field)`, alt: '', output: { placeholder: 'thumbhash' } },
};

/** The bundler's config with source maps, and with whatever else describes the output. */
function withSourceMaps({ files }: Bundler): Record<string, string> {
  const options = [
    ['build: {', 'build: { sourcemap: true, manifest: true,'],
    ["dir: 'dist'", "dir: 'dist', sourcemap: true"],
    ["mode: 'production',", "mode: 'production', devtool: 'source-map',"],
  ] as const;
  return Object.fromEntries(
    Object.entries(files).map(([file, text]) => [
      file,
      options.reduce((config, [before, after]) => config.replace(before, after), String(text)),
    ]),
  );
}

test('a leak would be found', () => {
  const raw = Buffer.from(`x${JSON.stringify(images)}`);
  const hidden = { raw, url: encodeURIComponent(`${prompt}`), base64: raw.toString('base64'), clean: 'A temple' };
  const found = leaksIn(hidden, secrets).map((leak) => leak.split(':')[0]);
  expect(new Set(found)).toEqual(new Set(['raw', 'url', 'base64']));
});

describe.concurrent.each(bundlers)('$name', (bundler) => {
  test('neither prompts nor manifests nor paths are in the output', async () => {
    await using gemini = await startSmallGemini();
    await using site = await createSite(gemini, { bundler, images, files: withSourceMaps(bundler), consent: true });
    const built = await site.build();
    expect(built.code, built.output).toBe(0);
    const contents = await contentsOf(site, 'dist');
    expect(Object.keys(contents).filter((file) => file.endsWith('.map'))).not.toHaveLength(0);
    expect(Object.keys(contents).filter((file) => /\.(avif|webp|jpg|png)$/.test(file))).toHaveLength(5);
    expect(leaksIn(contents, [...secrets, '"prompt"', site.root, gemini.key])).toEqual([]);
    expect(leaksIn({ output: built.output }, [gemini.key])).toEqual([]);
  });
});

test('nor are they in what the dev server gives to pages', async () => {
  await using gemini = await startSmallGemini();
  await using site = await createSite(gemini, { images });
  await using dev = await startDev(site, { env: { GEMINI_API_KEY: gemini.key } });
  const drafts = [await dev.image('temple'), await dev.image('field')];
  await dev.logs(/image update \/src\/temple/, () => site.command(['generate']));
  const pictures = [await dev.image('temple'), await dev.image('field')];
  const contents: Record<string, string | Buffer> = { log: dev.output(), objects: JSON.stringify([drafts, pictures]) };
  for (const { src } of [...drafts, ...pictures]) contents[src] = Buffer.from(await (await dev.get(src)).arrayBuffer());
  expect(Object.keys(contents)).toHaveLength(6);
  expect(leaksIn(contents, [...secrets, gemini.key])).toEqual([]);
});

/** Every way to fail, each with the key in as many places as there are. */
function failures(key: string): Record<string, Answer> {
  const echo = `${key} ${encodeURIComponent(key)} ${Buffer.from(key).toString('base64')}`;
  const url = `http://127.0.0.1:1/?key=${encodeURIComponent(key)}`;
  return {
    'bad request': apiError(400, { message: echo, violations: [{ field: echo, description: echo }] }),
    'rate limit': apiError(429, { message: echo }),
    'server error': apiError(500, { message: echo, status: echo, code: echo, type: echo, reason: echo }),
    unavailable: apiError(503, { message: echo }),
    timeout: apiError(504, { message: echo }),
    page: htmlError(502),
    'no JSON': notJson(echo),
    'other JSON': json({ message: echo }),
    'error in a success': json({ error: { message: echo, code: 400 } }),
    words: textOnly(echo),
    refused: finishReason('SAFETY', { message: echo, text: echo }),
    'unknown reason': finishReason(`REASON ${echo}`, { message: echo }),
    blocked: blocked('OTHER', echo),
    nothing: emptyCandidates(),
    redirect: redirect(url),
    'hosted file': picture({ via: 'URL in inlineData.data', url }),
    'hosted elsewhere': picture({ via: 'fileData.fileUri', url }),
    'no picture': picture({ bytes: Buffer.from('There is none today') }),
    'half an answer': truncatedBody(picture()),
    'cut connection': resetBeforeAnswer(),
    silence: never(),
  };
}

/** These end a run at once, so each needs one of its own. */
function finalFailures(key: string): Record<string, Answer> {
  return {
    'wrong key': apiError(401, { message: key }),
    'forbidden key': apiError(403, { message: `Key ${key} is not permitted`, reason: 'API_KEY_INVALID' }),
    'no credit': apiError(402, { message: encodeURIComponent(key) }),
    'no quota': apiError(429, { message: key, perDay: true, code: 'insufficient_user_quota' }),
    'no model': apiError(404, { message: Buffer.from(key).toString('base64') }),
  };
}

describe.concurrent.each<[Flavour, string]>([
  ['google', 'GEMINI_API_KEY'],
  ['anyfast', 'ANYFAST_API_KEY'],
])('the key of %s', (flavour, name) => {
  const config = (url: string) => `
    import { ${flavour} } from 'unplugin-prompt-image';
    export default { provider: ${flavour}({ baseUrl: '${url}' }), retries: 0, timeout: 3000, concurrency: 50 };`;

  test('is in no message and in no file, whatever the answer', async () => {
    await using gemini = await startSmallGemini({ flavour });
    const answers = failures(gemini.key);
    const names = Object.keys(answers);
    for (const [index, answer] of Object.values(answers).entries()) gemini.whenPrompt(RegExp(`^${index}\\.`), answer);
    await using site = await createSite(gemini, {
      images: Object.fromEntries(names.map((each, index) => [`image${index}`, `${index}. ${each}`])),
      files: { 'prompt-image.config.js': config(gemini.url) },
    });
    const env = { [name]: gemini.key };
    const failed = await site.command(['generate'], env);
    expect(failed.code).toBe(1);
    expect(failed.output).toContain(`0 images bought, ${names.length} failed`);
    expect(failed.output).not.toMatch(STACK);
    expect(gemini.calls).toBe(names.length);
    const built = await site.build({ ...env, PROMPT_IMAGE_BUY: '1' });
    expect(built.code).toBe(1);
    const contents = await contentsOf(site, '.', 'node_modules/.cache');
    expect(leaksIn({ ...contents, failed: failed.output, built: built.output }, [gemini.key])).toEqual([]);
  });

  test('is not told where a run ends at once', async () => {
    await using gemini = await startSmallGemini({ flavour });
    await using site = await createSite(gemini, {
      images: { temple: 'A temple' },
      files: { 'prompt-image.config.js': config(gemini.url) },
    });
    const env = { [name]: gemini.key };
    for (const [what, answer] of Object.entries(finalFailures(gemini.key))) {
      gemini.script(answer);
      const { code, output } = await site.command(['generate'], env);
      expect(code, what).toBe(1);
      expect(output).toMatch(/\[PROVIDER_(AUTH|QUOTA|MODEL_GONE)\]/);
      expect(leaksIn({ output }, [gemini.key]), what).toEqual([]);
    }
    const bought = await site.command(['generate'], env);
    expect(bought.code, bought.output).toBe(0);
    await site.command(['status'], env);
    const built = await site.build(env);
    expect(built.code, built.output).toBe(0);
    const contents = await contentsOf(site, '.', 'node_modules/.cache');
    expect(Object.keys(contents).filter((file) => /\.prompt-image\/temple-.*\.json$/.test(file))).toHaveLength(1);
    expect(leaksIn({ ...contents, bought: bought.output, built: built.output }, [gemini.key])).toEqual([]);
  });
});
