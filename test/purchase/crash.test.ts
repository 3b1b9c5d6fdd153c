import { expect, test } from 'vitest';
import { STACK } from '../e2e/support/site.js';
import { run, start } from '../support/workspace.js';
import { dieAt, PICTURE_NAMED, RECORD_NAMED } from './faults.js';
import { createShop, expectStored, type Shop } from './shop.js';

const dying = `if (existsSync(folder + '/die')) process.kill(process.pid, 'SIGKILL'); return { bytes: picture };`;

test('killed during a call, it is asked for once more, and that is told', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' }, generate: dying });
  await shop.write('die', '');
  expect((await shop.command(['generate'])).signal).toBe('SIGKILL');
  expect(await shop.intents()).toHaveLength(1);
  await shop.remove('die');
  const { code, output } = await shop.command(['generate']);
  expect(code).toBe(0);
  expect(output).toMatch(/src\/barn\.image\.json: possibly billed twice \(asked for at \d{4}-\S+, never answered\)/);
  expect(await shop.calls()).toHaveLength(2);
  await expectStored(shop);
});

test('killed twice during a call, a person decides', async () => {
  await using shop = await createShop({ images: { barn: 'A barn', canal: 'A canal' }, generate: dying });
  await shop.write('die', '');
  for (const _ of [1, 2]) expect((await shop.command(['generate', 'src/barn.image.json'])).signal).toBe('SIGKILL');
  await shop.remove('die');
  for (const _ of [1, 2]) {
    const { code, output } = await shop.command(['generate']);
    expect(code).toBe(1);
    expect(output).toContain('[PURCHASE_UNRESOLVED] src/barn.image.json: it was asked for twice, and no picture came');
    expect(output.match(/ {2}asked for at \S+, never answered/g)).toHaveLength(2);
    expect(output).toContain('npx prompt-image generate --retry');
    expect(output).not.toMatch(STACK);
  }
  expect(await shop.calls()).toEqual(['A barn', 'A barn', 'A canal']);
  expect((await shop.command(['status'])).output).toMatch(/✗ src\/barn\.image\.json {2}it was asked for twice/);
  const { code } = await shop.command(['generate', '--retry']);
  expect(code).toBe(0);
  expect(await shop.calls()).toHaveLength(4);
  expect(await shop.intents()).toEqual([]);
  expect(await shop.command(['generate'])).toMatchObject({ code: 0, output: '0 to buy · 2 to reprocess (free)\n' });
});

test('a call that ended without an answer is asked for once more by the next run, then a person decides', async () => {
  const generate = `throw new ProviderError('PROVIDER_UNAVAILABLE', 'the line went dead', { retry: 'once' });`;
  await using shop = await createShop({ images: { barn: 'A barn' }, generate });
  expect((await shop.command(['generate'])).output).toContain('[PROVIDER_UNAVAILABLE] src/barn.image.json: the line');
  const second = await shop.command(['generate']);
  expect(second.output).toContain('src/barn.image.json: possibly billed twice (the line went dead)');
  const third = await shop.command(['generate']);
  expect(third.output).toContain('[PURCHASE_UNRESOLVED]');
  expect(third.output.match(/ {2}the line went dead/g)).toHaveLength(2);
  expect(await shop.calls()).toHaveLength(2);
});

/** Leaves an intent behind. */
async function crashedShop(images: Record<string, string> = { barn: 'A barn' }): Promise<Shop> {
  const shop = await createShop({ images });
  expect((await shop.command(['generate'], { preload: dieAt(PICTURE_NAMED) })).signal).toBe('SIGKILL');
  expect(await shop.intents()).toHaveLength(1);
  return shop;
}

test('the command completes it in CI, too, where nothing else may write', async () => {
  await using shop = await crashedShop();
  const before = await shop.hashTree('.prompt-image');
  const checked = await shop.command(['check'], { env: { CI: 'true' } });
  expect(checked.code).toBe(1);
  expect(await shop.hashTree('.prompt-image')).toBe(before);
  const { code } = await shop.command(['generate'], { env: { CI: 'true' } });
  expect(code).toBe(0);
  expect(await shop.calls()).toHaveLength(1);
  await expectStored(shop);
});

test('a process that is under way completes what another left behind meanwhile', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  // Its plan is made, and says that the picture is to be bought.
  const script = `
    import { createPromptImage } from 'unplugin-prompt-image';
    const images = await createPromptImage();
    console.log('before', (await images.status())[0].state);
    process.stdin.once('data', async () => {
      console.log(JSON.stringify(await images.generate()));
      await images.dispose();
      process.exit();
    });`;
  await shop.write('script.mjs', script);
  await using running = await start(process.execPath, ['script.mjs'], { cwd: shop.root });
  await running.waitFor(/before missing/);
  await shop.command(['generate'], { preload: dieAt(RECORD_NAMED) });
  running.write('go\n');
  await running.waitFor(/"failed":\[\]/);
  expect(await shop.calls()).toHaveLength(1);
  await expectStored(shop);
});

test('what cannot be decoded is put aside, named, and not bought again; the others are', async () => {
  const generate = `return { bytes: request.prompt === 'Noise' ? Buffer.from('no picture') : picture };`;
  await using shop = await createShop({ images: { barn: 'A barn', noise: 'Noise' }, generate });
  const first = await shop.command(['generate']);
  expect(first.output).toContain('1 image bought, 1 failed');
  const [bytes = '', known = ''] = await shop.list('.prompt-image/.local/quarantine');
  const expectKept = ({ code, output }: { code: number | null; output: string }) => {
    expect(code).toBe(1);
    expect(output).toContain('[IMAGE_INVALID] src/noise.image.json: ');
    expect(output).toContain('what came for src/noise.image.json cannot be decoded');
    expect(output).toContain(`kept in ${shop.path('.prompt-image/.local/quarantine', bytes)}`);
    expect(output).not.toMatch(STACK);
  };
  expectKept(first);
  expectKept(await shop.command(['generate']));
  expectKept(await shop.command(['generate'], { env: { CI: 'true' } }));
  expect(await shop.calls()).toHaveLength(2);
  expect(await shop.intents()).toEqual([]);
  expect(await shop.read(`.prompt-image/.local/quarantine/${bytes}`)).toBe('no picture');
  expect(JSON.parse(await shop.read(`.prompt-image/.local/quarantine/${known}`))).toMatchObject({
    for: 'src/noise.image.json',
    provider: 'shop',
  });
  await shop.command(['generate', '--retry']);
  expect(await shop.calls()).toHaveLength(3);
});

test.each([
  ['is no JSON any more', (text: string) => text.slice(0, -20)],
  ['was edited', (text: string) => text.replace('"prompt":"A barn"', '"prompt":"A bank"')],
])('an intent that %s is told, kept, and nothing is bought in its place', async (_, damage) => {
  await using shop = await crashedShop({ barn: 'A barn' });
  const [intent = ''] = await shop.intents();
  const file = `.prompt-image/.local/intents/${intent}`;
  await shop.write(file, damage(await shop.read(file)));
  await shop.write('src/canal.image.json', { prompt: 'A canal', alt: '' });
  const { code, output } = await shop.command(['generate']);
  expect(code).toBe(1);
  expect(output).toContain('[CACHE_CORRUPT] src/barn.image.json: ');
  expect(output).toContain(`${shop.path(file)} may hold a picture that was paid for`);
  expect(output).toContain('1 to buy · 1 not asked for again');
  expect(output).toContain('1 image bought, 0 failed');
  expect(output).not.toMatch(STACK);
  expect(await shop.calls()).toEqual(['A barn', 'A canal']);
  expect(await shop.intents()).toEqual([intent]);
  expect(await shop.originals('.json')).toHaveLength(1);
});

test('a damaged file in the way of a paid picture is told; without it the picture is stored', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  await shop.command(['generate'], { preload: dieAt(RECORD_NAMED) });
  const [picture = ''] = await shop.originals('.png');
  await shop.write(`.prompt-image/${picture}`, shop.picture.subarray(0, 40));
  const { code, output } = await shop.command(['generate'], { env: { CI: 'true' } });
  expect(code).toBe(1);
  expect(output).toMatch(/\[CACHE_(CORRUPT|ORPHAN)\]/);
  expect(output).toContain('npx prompt-image generate --replace');
  await shop.remove(`.prompt-image/${picture}`);
  expect((await shop.command(['generate'])).code).toBe(0);
  expect(await shop.calls()).toHaveLength(1);
  await expectStored(shop);
});

test('a build stores what it can, and is not stopped by what it cannot', async () => {
  await using shop = await crashedShop({ barn: 'A barn' });
  const files = {
    'src/main.js': "import barn from './barn.image.json'; console.log(barn);",
    'rollup.config.js': `
      import promptImage from 'unplugin-prompt-image/rollup';
      export default { input: 'src/main.js', output: { dir: 'dist' }, plugins: [promptImage()] };`,
    [`.prompt-image/.local/intents/${'0'.repeat(16)}-00000000.json`]: 'damaged',
    '.prompt-image/.local/served.json': '{',
  };
  for (const [file, text] of Object.entries(files)) await shop.write(file, text);
  const build = (env: Record<string, string>) =>
    run(process.execPath, [shop.bin('rollup'), '--config'], { cwd: shop.root, env });

  const originals = await shop.hashTree('.prompt-image');
  const frozen = await build({ CI: 'true' });
  expect([frozen.code, frozen.output]).toEqual([1, expect.stringContaining('[IMAGE_MISSING]')]);
  expect(await shop.hashTree('.prompt-image')).toBe(originals);

  const { code, output } = await build({});
  expect(output).toMatch(/1 image: 1 reused, 0 bought/);
  expect(code).toBe(0);
  expect(await shop.calls()).toHaveLength(1);
  expect(await shop.intents()).toEqual([`${'0'.repeat(16)}-00000000.json`]);
});
