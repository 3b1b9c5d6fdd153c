import { describe, expect, test } from 'vitest';
import { bundlers, rollup } from './support/bundlers.js';
import { createSite, STACK, startSmallGemini } from './support/site.js';

const images = { barn: 'A barn', canal: 'A canal', dune: 'A dune' };
const addresses = Object.keys(images).map((name) => `src/${name}.image.json`);

/** Everything that a build which may not buy says, once. */
function expectMissing(output: string, missing = addresses): void {
  expect(output.match(/IMAGE_MISSING/g), output).toHaveLength(1);
  for (const address of missing) expect(output).toContain(`${address}  not bought yet`);
  expect(output).toContain(`Buy them (≈ $${(0.034 * missing.length).toFixed(2)})`);
  expect(output).toContain('npx prompt-image generate');
  expect(output).not.toMatch(STACK);
}

describe.concurrent.each(bundlers)('$name', (bundler) => {
  test('a key in the shell is no consent, PROMPT_IMAGE_BUY is', async () => {
    await using gemini = await startSmallGemini();
    await using site = await createSite(gemini, { bundler, images });
    const refused = await site.build({ GEMINI_API_KEY: gemini.key });
    expect(refused.code).toBe(1);
    expectMissing(refused.output);
    expect(refused.output).toContain('put GEMINI_API_KEY=… into .env.local');
    expect(await site.list('dist')).toEqual([]);
    expect(gemini.requests).toHaveLength(0);

    const frozen = await site.build({ GEMINI_API_KEY: gemini.key, PROMPT_IMAGE_BUY: '1', CI: 'true' });
    expect(frozen.code).toBe(1);
    expectMissing(frozen.output);
    expect(frozen.output).toContain('In CI, in Bun and under a test runner nothing is bought.');
    expect(await site.list('dist')).toEqual([]);
    expect(await site.list('.prompt-image')).toEqual([]);
    expect(gemini.requests).toHaveLength(0);

    const bought = await site.build({ GEMINI_API_KEY: gemini.key, PROMPT_IMAGE_BUY: '1' });
    expect(bought.output).toContain('3 images: 0 reused, 3 bought (3 new originals to commit)');
    expect(bought.code).toBe(0);
    expect(gemini.calls).toBe(3);
  });
});

test.each(['VITEST', 'JEST_WORKER_ID', 'JENKINS_URL'])('with %s nothing is bought', async (mark) => {
  await using gemini = await startSmallGemini();
  await using site = await createSite(gemini, { bundler: rollup, images, consent: true });
  const { code, output } = await site.build({ [mark]: '1', PROMPT_IMAGE_BUY: '1' });
  expect(code).toBe(1);
  expectMissing(output);
  expect(await site.list('.prompt-image')).toEqual([]);
  expect(gemini.requests).toHaveLength(0);
});

describe.concurrent.each(bundlers)('$name', (bundler) => {
  test("missing: 'draft' builds with stand-ins, 'error' never buys", async () => {
    await using gemini = await startSmallGemini();
    await using site = await createSite(gemini, { bundler, images, consent: true, config: { missing: 'draft' } });
    const drafts = await site.build();
    expect(drafts.output).toContain('3 images: 0 reused, 0 bought, 3 drafts');
    expect(drafts.output).toContain(`Drafts stand in for: ${addresses.join(', ')}`);
    expect(drafts.code).toBe(0);
    for (const image of Object.values(await site.images())) expect(image).toMatchObject({ draft: true, width: 64 });

    const config = await site.read('prompt-image.config.js');
    await site.write('prompt-image.config.js', config.replace('"draft"', '"error"'));
    const error = await site.build();
    expect(error.code).toBe(1);
    expectMissing(error.output);
    expect(error.output).toContain("With missing: 'error', builds buy nothing.");
    expect(await site.list('.prompt-image')).toEqual([]);
    expect(gemini.requests).toHaveLength(0);
  });
});
