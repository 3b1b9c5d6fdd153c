import { describe, expect, test } from 'vitest';
import { bundlers, rollup } from './support/bundlers.js';
import { createSite, STACK, startSmallGemini } from './support/site.js';

const images = { barn: 'A barn', canal: 'A canal', dune: 'A dune', elm: 'An elm', farm: 'A farm' };

describe.concurrent.each(bundlers)('$name', (bundler) => {
  test('a build buys up to the budget and lists the rest', async () => {
    await using gemini = await startSmallGemini();
    const config = { budget: { maxImages: 2 } };
    await using site = await createSite(gemini, { bundler, images, consent: true, config });
    const { code, output } = await site.build();
    expect(code).toBe(1);
    expect(gemini.calls).toBe(2);
    expect(output).not.toMatch(STACK);
    const bought = gemini.requests.map(({ prompt }) => prompt);
    expect(output.match(/\[BUDGET_EXCEEDED\] 3 images are over the budget of 2 images:/g)).toHaveLength(1);
    for (const [name, prompt] of Object.entries(images)) {
      const listed = output.includes(`  src/${name}.image.json  not bought yet`);
      expect(listed, name).toBe(!bought.includes(prompt));
    }
    expect(output).toContain('Buy them (≈ $0.10): npx prompt-image generate');
    // What was paid for is said, although the build fails.
    expect(output).toContain('5 images: 0 reused, 2 bought, 3 failed (2 new originals to commit)');
    expect(await site.list('dist')).toEqual([]);
  });
});

test('what is over the budget takes a --yes', async () => {
  await using gemini = await startSmallGemini();
  await using site = await createSite(gemini, { bundler: rollup, images, config: { budget: { maxImages: 2 } } });
  const refused = await site.command(['generate']);
  expect(refused.code).toBe(1);
  expect(refused.output).toContain('5 to buy');
  expect(refused.output).toContain('[BUDGET_EXCEEDED] 5 images are over the budget of 2 images');
  expect(refused.output).toContain('--yes');
  expect(refused.output).not.toMatch(STACK);
  expect(gemini.requests).toHaveLength(0);

  const within = await site.command(['generate', 'src/{barn,canal}.image.json']);
  expect(within.output).toContain('2 images bought, 0 failed');
  expect(within.code).toBe(0);
  const confirmed = await site.command(['generate', '--yes']);
  expect(confirmed.output).toContain('3 images bought, 0 failed, 2 unchanged');
  expect(confirmed.code).toBe(0);
  expect(gemini.calls).toBe(5);
});

test('a budget in dollars counts the prices of the project', async () => {
  await using gemini = await startSmallGemini();
  const prices = { 'gemini-3.1-flash-lite-image': 1.5 };
  const config = { budget: { maxCost: 4 }, prices };
  await using site = await createSite(gemini, { bundler: rollup, images, config, consent: true });
  const refused = await site.command(['generate']);
  expect(refused.output).toContain('5 to buy, ≈ $7.50');
  expect(refused.output).toContain('25 images or $4');
  expect(refused.code).toBe(1);
  expect((await site.build()).code).toBe(1);
  expect(gemini.calls).toBe(2);
});
