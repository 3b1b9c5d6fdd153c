import { describe, expect, test } from 'vitest';
import { apiError, blocked, delayed, picture, textOnly } from '../loopback/gemini.js';
import { type Bundler, bundlers, rollup } from './support/bundlers.js';
import { startDev } from './support/dev-server.js';
import { configOf, createSite, STACK, startSmallGemini } from './support/site.js';

const images = { barn: 'A barn', canal: 'A canal', dune: 'A dune' };

describe.concurrent.each(bundlers)('$name', (bundler) => {
  test('a refusal is told in the words of the model, and the others are bought', async () => {
    await using gemini = await startSmallGemini();
    gemini.whenPrompt(/canal/, blocked('PROHIBITED_CONTENT', 'No canals, please'));
    await using site = await createSite(gemini, { bundler, images, consent: true });
    const { code, output } = await site.build();
    expect(code).toBe(1);
    expect(output.match(/PROVIDER_REFUSED/g), output).toHaveLength(1);
    expect(output).toContain('src/canal.image.json');
    expect(output).toContain('No canals, please');
    expect(output).not.toMatch(STACK);
    expect(await site.list('dist')).toEqual([]);
    expect(gemini.calls).toBe(3);

    const again = await site.build();
    expect(again.output).toContain('No canals, please');
    expect(gemini.calls, 'barn and dune are there, and nobody asks for a canal again').toBe(3);
  });
});

test.concurrent.each([
  ['a key that is wrong', apiError(401), 'PROVIDER_AUTH', 'does not accept the key'],
  ['an account without credit', apiError(402), 'PROVIDER_QUOTA', 'has no quota left'],
  ['a model that is gone', apiError(404), 'PROVIDER_MODEL_GONE', 'Set defaults.model'],
])('%s is found out by one call', async (_, answer, code, words) => {
  await using gemini = await startSmallGemini();
  gemini.always(answer);
  await using site = await createSite(gemini, { bundler: rollup, images, consent: true, config: { concurrency: 1 } });
  const built = await site.build();
  expect(built.code).toBe(1);
  expect(built.output).toContain(`[${code}]`);
  expect(built.output).toContain(words);
  expect(built.output).not.toMatch(STACK);
  expect(gemini.calls).toBe(1);
});

test('what fails for a moment is tried again', async () => {
  await using gemini = await startSmallGemini();
  gemini.whenPrompt(/canal/, apiError(503), apiError(429, { retryDelay: '0.1s' }), textOnly());
  const files = { 'prompt-image.config.js': configOf(gemini.url, { retries: 2 }) };
  await using site = await createSite(gemini, { bundler: rollup, images, consent: true, files });
  const { code, output } = await site.build();
  expect(code).toBe(1);
  expect(output).toContain('[PROVIDER_NO_IMAGE] src/canal.image.json');
  expect(gemini.calls).toBe(5);
});

/** The bundler's config with a plugin that gives the purchase time to begin before the build fails. */
function withLateFailure({ files }: Bundler): Record<string, string> {
  const late = `promptImage(), {
    name: 'late',
    async load(id) {
      if (id.endsWith('broken.js')) await new Promise((resolve) => setTimeout(resolve, 4000));
      return null;
    },
  }`;
  return Object.fromEntries(
    Object.entries(files).map(([file, text]) => [
      file,
      // webpack builds all modules whatever becomes of one.
      /vite|rollup/.test(file) ? String(text).replace('promptImage()', late) : String(text),
    ]),
  );
}

test.concurrent.each(bundlers)(
  '$name: what is under way when a build fails is stored, and nothing more is asked for',
  async (bundler) => {
    await using gemini = await startSmallGemini();
    let answer = () => {};
    const gate = new Promise<void>((resolve) => {
      answer = resolve;
    });
    gemini.always(delayed(gate, picture({ size: { width: 64, height: 64 } })));
    const main = Object.keys(images).map((name) => `import './${name}.image.json';`);
    const files = {
      ...withLateFailure(bundler),
      'src/main.js': [...main, "import './broken.js';"].join('\n'),
      'src/broken.js': 'this is no JavaScript',
    };
    await using site = await createSite(gemini, { bundler, images, files, consent: true, config: { concurrency: 1 } });
    const building = site.build();
    await gemini.called(1);
    // The build fails first, where it fails at once.
    setTimeout(answer, 6000);
    const { code, output } = await building;
    expect(code).toBe(1);
    expect(output).toContain('broken.js');
    const stored = (await site.list('.prompt-image')).filter((file) => /-[0-9a-f]{8}\.json$/.test(file));
    expect(stored, output).toHaveLength(gemini.calls);
    if (bundler.name === 'vite 7' || bundler.name === 'rollup') expect(gemini.calls).toBe(1);
  },
);

test('what the model refused is remembered beyond the restart of a dev server', async () => {
  await using gemini = await startSmallGemini();
  gemini.whenPrompt(/canal/, blocked('PROHIBITED_CONTENT', 'No canals, please'));
  await using site = await createSite(gemini, { images: { canal: 'A canal', dune: 'A dune' }, consent: true });
  await using dev = await startDev(site);
  await dev.image('canal');
  await dev.waitFor(/\[PROVIDER_REFUSED\].*No canals, please/);
  await dev.logs(/server restarted/, () => site.replace('vite.config.js', `${bundlers[0]?.files['vite.config.js']}\n`));
  await dev.image('canal');
  // What would be asked for again would be asked for before this one.
  await dev.image('dune');
  await dev.waitFor(/image update \/src\/dune/);
  expect(gemini.requests.map(({ prompt }) => prompt)).toEqual(['A canal', 'A dune']);
});
