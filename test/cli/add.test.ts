import { expect, test } from 'vitest';
import { STACK } from '../e2e/support/site.js';
import { startInTerminal } from '../e2e/support/terminal.js';
import { createShop, type Shop } from '../purchase/shop.js';
import { run } from '../support/workspace.js';

const create = (config: object = {}): Promise<Shop> => createShop({ images: {}, config });

/** Runs it on a terminal and gives the answer. */
async function answer(shop: Shop, args: readonly string[], key: string, env: Record<string, string> = {}) {
  const bin = shop.bin('unplugin-prompt-image', 'prompt-image');
  await using program = await startInTerminal(process.execPath, [bin, ...args], { cwd: shop.root, env });
  await program.waitFor(/Buy it/);
  program.write(key);
  const { code } = await program.exited;
  return { code, output: program.output() };
}

test('without a terminal it writes the manifest and names the command that buys', async () => {
  await using shop = await create();
  const args = ['add', 'src/team/ada', 'Portrait of a cat', '--ratio', '4:5', '--alt', 'Ada'];
  expect(await shop.command(args)).toMatchObject({
    code: 0,
    stderr: '',
    stdout: [
      'Wrote src/team/ada.image.json',
      '1 to buy, ≈ $0.034',
      'Not bought. To buy it: npx prompt-image generate src/team/ada.image.json',
      '',
      "  import ada from './ada.image.json';",
      '',
      '',
    ].join('\n'),
  });
  expect(await shop.read('src/team/ada.image.json')).toBe(
    '{\n  "prompt": "Portrait of a cat",\n  "alt": "Ada",\n  "aspectRatio": "4:5"\n}\n',
  );
  expect(await shop.calls()).toEqual([]);
});

test('--yes buys, but not in CI', async () => {
  await using shop = await create({ budget: { maxImages: 0 } });
  const { code, stdout } = await shop.command(['add', 'src/hero.image.json', 'A hero', '--yes']);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^1 image bought, 0 failed, 0 unchanged\. Commit what arrived\.$/m);
  expect(stdout).toContain("import hero from './hero.image.json';");
  expect(await shop.command(['status'])).toMatchObject({ stdout: '✓ src/hero.image.json\n1 image: 1 ok\n' });
  const inCi = await shop.command(['add', 'src/other', 'Another', '--yes'], { env: { CI: 'true' } });
  expect(inCi.stdout).toContain('Not bought. To buy it: npx prompt-image generate src/other.image.json');
  expect(await shop.calls()).toEqual(['A hero']);
});

test('on a terminal it asks', async () => {
  await using shop = await create();
  const no = await answer(shop, ['add', 'src/barn', 'A barn'], 'n');
  expect(no.code).toBe(0);
  expect(no.output).toContain('Not bought. To buy it: npx prompt-image generate src/barn.image.json');
  expect(await shop.calls()).toEqual([]);
  const yes = await answer(shop, ['add', 'src/canal', 'A canal'], 'y');
  expect(yes.code).toBe(0);
  expect(yes.output).toContain('Buy it, ≈ $0.034?');
  expect(yes.output).toContain('1 image bought');
  expect(await shop.calls()).toEqual(['A canal']);
});

test('Ctrl-C at the question is a no', async () => {
  await using shop = await create({ budget: { maxImages: 0 } });
  const { output } = await answer(shop, ['add', 'src/barn', 'A barn'], '\x03');
  expect(output).toContain('Buy it, ≈ $0.034, which is over the budget?');
  expect(output).toContain('Not bought.');
  expect(await shop.calls()).toEqual([]);
});

test('a picture that is there is not bought again', async () => {
  await using shop = await create();
  await shop.command(['add', 'src/one', 'A barn', '--yes']);
  const { code, stdout } = await shop.command(['add', 'src/two', 'A barn', '--yes']);
  expect(code).toBe(0);
  expect(stdout).toContain('The picture of this prompt is here already: nothing to buy.');
  expect(await shop.calls()).toEqual(['A barn']);
});

test('a failed purchase leaves the manifest, and fails', async () => {
  await using shop = await createShop({
    images: {},
    generate: "throw new ProviderError('PROVIDER_REFUSED', 'No barns');",
  });
  const { code, stderr, stdout } = await shop.command(['add', 'src/barn', 'A barn', '--yes']);
  expect(code).toBe(1);
  expect(stderr).toContain('[PROVIDER_REFUSED] src/barn.image.json: No barns');
  expect(stdout).toContain('Not bought. To buy it: npx prompt-image generate src/barn.image.json');
  expect(await shop.list('src')).toEqual(['barn.image.json']);
});

test.each([
  ['a ratio that there is not', ['src/a', 'A barn', '--ratio', '16:8'], 1, 'Did you mean "16:9"? It takes 1:1, '],
  ['a ratio in another form', ['src/a', 'A barn', '--ratio', '16x9'], 1, 'width:height, for example "16:9"'],
  ['a blank prompt', ['src/a', ' '], 1, '[MANIFEST_INVALID] src/a.image.json:2:13: "prompt" must say what'],
  ['a template', ['src/a', 'A {{fruit}}'], 1, '[MANIFEST_INVALID] src/a.image.json:2:16:'],
  ['a collection', ['src/a.images.json', 'A barn'], 2, 'src/a.images.json is none. Items and variants are written'],
  [
    'a variant',
    ['src/a.image.json@dark', 'A barn'],
    2,
    'src/a.image.json@dark is none. Items and variants are written',
  ],
  ['a place outside', ['../a', 'A barn'], 1, '[MANIFEST_OUTSIDE_ROOT] ../a.image.json'],
  ['a folder', ['src/', 'A barn'], 2, 'src/ is a folder'],
  ['a misspelt option', ['src/a', 'A barn', '--ratoi', '1:1'], 2, 'Did you mean --ratio?'],
])('%s is told before anything is written', async (_, args, code, words) => {
  await using shop = await create();
  const result = await shop.command(['add', ...args]);
  expect(result.code).toBe(code);
  expect(result.stderr).toContain(words);
  expect(result.output).not.toMatch(STACK);
  expect(await shop.list('src')).toEqual([]);
});

test('nothing is overwritten, be it the same', async () => {
  await using shop = await create();
  await shop.command(['add', 'src/a', 'A barn']);
  for (const prompt of ['A barn', 'Another']) {
    const { code, stderr } = await shop.command(['add', 'src/a.image.json', prompt]);
    expect(code).toBe(1);
    expect(stderr).toBe(
      '[MANIFEST_EXISTS] src/a.image.json: is there already, and nothing is overwritten\nEdit it, or choose another name.\n',
    );
  }
  expect(JSON.parse(await shop.read('src/a.image.json'))).toEqual({ prompt: 'A barn' });
});

test('a file that include does not match is named', async () => {
  await using shop = await create({ include: ['src/**/*.image.json'] });
  const { code, stderr } = await shop.command(['add', 'other/a', 'A barn']);
  expect(code).toBe(0);
  expect(stderr).toContain('! other/a.image.json is not matched by include');
});

test.each([
  ['hero', 'src/hero.image.json', 'hero'],
  ['hero.image', 'src/hero.image.json', 'hero'],
  ['hero.json', 'src/hero.image.json', 'hero'],
  ['404-Page', 'src/404-Page.image.json', 'image404Page'],
  ['new', 'src/new.image.json', 'newImage'],
  ["it's.image.json", "src/it's.image.json", 'itS'],
])('the name %s', async (name, address, identifier) => {
  await using shop = await create();
  const bin = shop.bin('unplugin-prompt-image', 'prompt-image');
  await shop.write('src/.keep', '');
  // From wherever one is, as a shell means it.
  const { stdout } = await run(process.execPath, [bin, 'add', name, 'A barn'], { cwd: shop.path('src') });
  expect(stdout).toContain(`Wrote ${address}\n`);
  expect(stdout).toContain(`import ${identifier} from './${address.slice(4).replace("'", "\\'")}';`);
});
