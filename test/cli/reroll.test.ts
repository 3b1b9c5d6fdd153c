import sharp from 'sharp';
import { expect, test } from 'vitest';
import { startInTerminal } from '../e2e/support/terminal.js';
import { createShop, type Shop } from '../purchase/shop.js';
import { commit, createCuratedShop, everyOneDifferent, records } from './curated.js';

const BARN = 'src/barn.image.json';
const takesIn = (output: string) => [...output.matchAll(/^ {2}"take": "(\w+)"/gm)].map(([, take = '']) => take);
const SHEET = '.prompt-image/.local/sheets/barn.png';

async function reroll(shop: Shop, ...args: string[]): Promise<string[]> {
  const { code, output } = await shop.command(['reroll', BARN, ...args]);
  expect(code, output).toBe(0);
  return takesIn(output);
}

test('buys takes with names of their own, shows all of them, and leaves the image as it is', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn' } });
  const { code, stdout, stderr } = await shop.command(['reroll', BARN, '--count', '2']);
  expect([code, stderr]).toEqual([0, '']);
  const takes = takesIn(stdout);
  expect(takes).toHaveLength(2);
  for (const take of takes) {
    expect(take).toMatch(/^[a-z][a-z0-9]{0,11}$/);
    expect(stdout).toContain(`npx prompt-image pick ${BARN} ${take}`);
  }
  expect(stdout).toContain('2 to buy, ≈ $0.067');
  expect(stdout).toMatch(/^✓ 2\/2 src\/barn\.image\.json · ≈ \$0\.067$/m);
  expect(stdout).toMatch(/2 takes bought\. Commit what arrived\.\n$/);
  expect(await shop.calls()).toEqual(['A barn', 'A barn', 'A barn']);
  expect(await shop.git('diff', '--stat')).toBe('');
  expect((await shop.command(['status'])).stdout).toContain('1 image: 1 ok');

  expect(stdout).toContain(`${SHEET}\n`);
  const { format, width = 0, height = 0 } = await sharp(shop.path(SHEET)).metadata();
  expect(format).toBe('png');
  // Three side by side.
  expect(width).toBeGreaterThan(height * 2);
  // What is shown is nobody's to commit.
  expect(await shop.git('status', '--porcelain', '--untracked-files=all')).not.toContain('.local');
});

test('one that fails does not lose the others', async () => {
  const generate = `
    if (readFileSync(folder + '/calls.log', 'utf8').split('\\n').length === 3) throw new ProviderError('PROVIDER_REFUSED', 'no barns');
    ${everyOneDifferent}`;
  await using shop = await createCuratedShop({ images: { barn: 'A barn' }, generate, config: { concurrency: 1 } });
  const { code, stdout, stderr } = await shop.command(['reroll', BARN, '--count', '3']);
  expect(code).toBe(1);
  expect(takesIn(stdout)).toHaveLength(2);
  expect(stdout).toContain('2 takes bought, 1 failed. Commit what arrived.');
  expect(stderr).toContain('[PROVIDER_REFUSED] src/barn.image.json: no barns');
  expect(await records(shop)).toHaveProperty('size', 3);
});

test('over the budget nothing is bought without a yes', async () => {
  const config = { budget: { maxImages: 1 } };
  await using shop = await createCuratedShop({ images: { barn: 'A barn' }, config });
  const refused = await shop.command(['reroll', BARN, '--count', '2']);
  expect(refused.code).toBe(1);
  expect(refused.stderr).toContain('[BUDGET_EXCEEDED] 2 images are over the budget of 1 images');
  expect(await shop.calls()).toHaveLength(1);
  expect(await reroll(shop, '--count', '2', '--yes')).toHaveLength(2);
});

test('in CI it buys nothing', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn' } });
  const { code, stderr } = await shop.command(['reroll', BARN], { env: { CI: 'true' } });
  expect([code, stderr.split('\n')[0]]).toEqual([
    1,
    '[PURCHASE_FROZEN] reroll buys, and in CI, in Bun and under a test runner nothing but generate does',
  ]);
  expect(await shop.calls()).toHaveLength(1);
});

test('two branches buy takes that do not collide, and each can be picked', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn' } });
  await shop.git('branch', 'other');
  const [mine = ''] = await reroll(shop);
  await commit(shop);
  await shop.git('checkout', '--quiet', 'other');
  const [theirs = ''] = await reroll(shop);
  await commit(shop);
  await shop.git('merge', '--quiet', '--no-edit', 'main');
  expect(theirs).not.toBe(mine);
  for (const take of [mine, theirs]) {
    expect((await shop.command(['pick', BARN, take])).code).toBe(0);
    const { code, output } = await shop.command(['check', '--strict']);
    expect([code, output.split('\n').at(-2)]).toEqual([0, '1 image checked: all in order']);
  }
  expect(await shop.calls()).toHaveLength(3);
});

test('--json is one document; a wrong use is told', async () => {
  await using shop = await createCuratedShop({ images: { barn: 'A barn', canal: 'A canal' } });
  const { stdout } = await shop.command(['reroll', BARN, '--json']);
  const stems = [...(await records(shop)).keys()];
  const document = JSON.parse(stdout) as { takes: { take: string; original: string }[] };
  expect(document).toEqual({
    version: 1,
    command: 'reroll',
    errors: [],
    address: BARN,
    takes: [{ take: expect.stringMatching(/^[a-z][a-z0-9]{3}$/), original: expect.stringMatching(/^barn-/) }],
    cost: expect.closeTo(0.0336),
    sheet: SHEET,
    failed: [],
    notes: [],
  });
  expect(stems).toContain(document.takes[0]?.original);
  for (const args of [['src/*'], [BARN, '--count', '0'], ['src/nowhere.image.json']]) {
    expect(await shop.command(['reroll', ...args]), args.join(' ')).toMatchObject({ code: 2, stdout: '' });
  }
  expect(await shop.calls()).toHaveLength(3);
});

test.each([
  ['kitty', { TERM: 'xterm-kitty' }, '\x1b_Ga=T,f=100,m='],
  ['WezTerm', { TERM: 'xterm-256color', TERM_PROGRAM: 'WezTerm' }, '\x1b]1337;File=inline=1;preserveAspectRatio=1:'],
  ['any other', { TERM: 'xterm-256color' }, undefined],
])('a terminal that can show the sheet does: %s', async (_, env, picture) => {
  await using shop = await createShop({ images: { barn: 'A barn' }, generate: everyOneDifferent });
  const command = [shop.bin('unplugin-prompt-image', 'prompt-image'), 'reroll', BARN];
  await using terminal = await startInTerminal(process.execPath, command, { cwd: shop.root, env });
  expect(await terminal.exited).toMatchObject({ code: 0 });
  const shown = terminal.output().includes('iVBORw0KGgo');
  expect([shown, terminal.output().includes(picture ?? '\x1b_G')]).toEqual([
    picture !== undefined,
    picture !== undefined,
  ]);
  expect(terminal.output()).toContain(SHEET);
});
