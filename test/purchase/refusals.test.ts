import { expect, test } from 'vitest';
import { STACK } from '../e2e/support/site.js';
import { run } from '../support/workspace.js';
import { createShop, type Shop } from './shop.js';

const generate = `await sleep(300); throw new ProviderError('PROVIDER_REFUSED', 'the model declined: no ' + request.prompt);`;
const rollup = {
  'src/main.js': "import barn from './barn.image.json'; console.log(barn);",
  'rollup.config.js': `
    import promptImage from 'unplugin-prompt-image/rollup';
    export default { input: 'src/main.js', output: { dir: 'dist' }, plugins: [promptImage()] };`,
};
const build = (shop: Shop) =>
  run(process.execPath, [shop.bin('rollup'), '--config'], { cwd: shop.root, env: { PROMPT_IMAGE_BUY: '1' } });

test('what is refused is asked for once, by however many processes, until somebody asks again', async () => {
  await using shop = await createShop({ images: { barn: 'A barn', twin: 'A barn' }, generate });
  const runs = await Promise.all([1, 2].map(() => shop.command(['generate'])));
  for (const { code, output } of runs) {
    expect(code).toBe(1);
    // Whoever comes late is told what is remembered of each.
    expect(output).toMatch(/\[PROVIDER_REFUSED\] (?:src\/barn\.image\.json: )?the model declined: no A barn/);
    expect(output).toContain('npx prompt-image generate --retry');
    expect(output).not.toMatch(STACK);
  }
  for (const [file, text] of Object.entries(rollup)) await shop.write(file, text);
  const [again, built, status] = await Promise.all([shop.command(['generate']), build(shop), shop.command(['status'])]);
  for (const { output } of [again, built]) expect(output).toContain('[PROVIDER_REFUSED]');
  expect([again.code, built.code]).toEqual([1, 1]);
  expect(status.output).toContain('the model declined: no A barn');
  expect(await shop.calls()).toHaveLength(1);
  expect((await shop.command(['generate', '--retry'])).code).toBe(1);
  expect(await shop.calls()).toHaveLength(2);

  // Another painter may have another opinion.
  const config = await shop.read('prompt-image.config.mjs');
  await shop.write('prompt-image.config.mjs', config.replace("name: 'shop'", "name: 'bazaar'"));
  expect((await shop.command(['generate'])).code).toBe(1);
  expect(await shop.calls()).toHaveLength(3);
  expect(await shop.intents()).toEqual([]);
});

test('a refusal that cannot be understood is told, and nothing is bought in its place', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' }, generate });
  await shop.command(['generate']);
  const [file = ''] = await shop.list('.prompt-image/.local/refusals');
  for (const text of ['{', '{}', '']) {
    await shop.write(`.prompt-image/.local/refusals/${file}`, text);
    const { code, output } = await shop.command(['generate']);
    expect([code, output]).toEqual([1, expect.stringContaining('[CACHE_CORRUPT] ')]);
    expect(output).toContain(shop.path('.prompt-image/.local/refusals', file));
    expect(output).not.toMatch(STACK);
  }
  expect(await shop.calls()).toHaveLength(1);
});

test('to ask again takes no earlier refusal', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  const { code, output } = await shop.command(['generate', '--retry']);
  expect([code, output]).toEqual([0, expect.stringContaining('1 image bought, 0 failed')]);
});
