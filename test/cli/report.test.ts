import sharp from 'sharp';
import { expect, test } from 'vitest';
import { STACK } from '../e2e/support/site.js';
import { createShop, type Shop } from '../purchase/shop.js';
import { createWorkspace, run, type Workspace } from '../support/workspace.js';

type Colour = 'red' | 'blue' | 'lime';

function paint(background: Colour): Promise<Buffer> {
  return sharp({ create: { width: 120, height: 80, channels: 3, background } })
    .png()
    .toBuffer();
}

async function adopt(shop: Shop, name: string, colour: Colour): Promise<void> {
  await shop.write(`mine/${colour}.png`, await paint(colour));
  const { code, output } = await shop.command(['adopt', `src/${name}.image.json`, `mine/${colour}.png`]);
  expect(code, output).toBe(0);
}

async function commit(workspace: Workspace): Promise<void> {
  await workspace.git('add', '--all');
  await workspace.git('commit', '--quiet', '--message', 'Next');
}

/** The leftmost and the rightmost column of a colour in a picture; `undefined` where it is not there. */
async function extent(file: Buffer, isIt: (rgb: readonly number[]) => boolean, from = 0, to = 1) {
  const { data, info } = await sharp(file).raw().toBuffer({ resolveWithObject: true });
  const columns = new Set<number>();
  for (let at = 0; at < data.length; at += info.channels) {
    const column = (at / info.channels) % info.width;
    const inside = column >= from * info.width && column < to * info.width;
    if (inside && isIt([...data.subarray(at, at + 3)])) columns.add(column);
  }
  const found = [...columns].sort((a, b) => a - b);
  return found.length === 0 ? undefined : { first: found[0]! / info.width, last: found.at(-1)! / info.width };
}

const is =
  (...colour: number[]) =>
  (rgb: readonly number[]) =>
    colour.every((value, index) => Math.abs(value - rgb[index]!) < 16);
const [isRed, isBlue, isLime, isWords] = [is(255, 0, 0), is(0, 0, 255), is(0, 255, 0), is(250, 250, 250)];

test('the report tells of every image how it came to be', async () => {
  const images = {
    barn: { prompt: 'A barn', alt: 'A barn | red', references: ['./photo.png'] },
    canal: { prompt: 'A canal', alt: '' },
    dune: 'A dune',
    elm: { prompt: 'An elm' },
  };
  const generate = "return { bytes: picture, model: 'shop-9-001' };";
  await using shop = await createShop({ images, generate });
  await shop.write('src/photo.png', await paint('red'));
  expect((await shop.command(['generate', 'src/{barn,canal}.image.json'])).code).toBe(0);
  await adopt(shop, 'elm', 'blue');
  await shop.write('src/canal.image.json', { prompt: 'A wide canal', alt: '' });

  const { code, stdout, stderr } = await shop.command(['report']);
  expect([code, stderr]).toEqual([0, '']);
  const today = new Date().toISOString().slice(0, 10);
  expect(stdout).toContain('3 images: 2 generated, 1 adopted.');
  const rows = stdout.split('\n').filter((line) => line.startsWith('| src/'));
  expect(rows.map((row) => row.split(/(?<!\\) ?\| ?/).slice(1, -1))).toEqual([
    [
      'src/barn.image.json',
      expect.stringMatching(/^\.prompt-image\/barn-\w+-\w+\.png$/),
      'generated',
      'compositeWithTrainedAlgorithmicMedia',
      'gemini-3.1-flash-lite-image (shop-9-001)',
      'shop',
      today,
      'src/photo.png',
      'A barn \\| red',
    ],
    [
      'src/canal.image.json (stale: of an earlier prompt)',
      expect.stringMatching(/canal/),
      'generated',
      'trainedAlgorithmicMedia',
      'gemini-3.1-flash-lite-image (shop-9-001)',
      'shop',
      today,
      'none',
      'decorative',
    ],
    [
      'src/elm.image.json',
      expect.stringMatching(/elm/),
      'adopted',
      'unknown',
      'unknown',
      'unknown',
      today,
      'none',
      'missing',
    ],
  ]);
  expect(stdout).toContain('## Without a picture\n\n- src/dune.image.json\n');

  const written = await shop.command(['report', '--out', 'docs/IMAGES.md']);
  expect(written).toMatchObject({ code: 0, stdout: '✓ docs/IMAGES.md written\n' });
  expect(await shop.read('docs/IMAGES.md')).toBe(stdout);

  const json = JSON.parse((await shop.command(['report', '--json'])).stdout);
  expect(json).toMatchObject({ version: 1, command: 'report', errors: [] });
  expect(json.images.map(({ address, state }: Record<string, string>) => [address, state])).toEqual([
    ['src/barn.image.json', 'ok'],
    ['src/canal.image.json', 'stale'],
    ['src/dune.image.json', 'missing'],
    ['src/elm.image.json', 'ok'],
  ]);
  expect(json.images[3]).toEqual({
    address: 'src/elm.image.json',
    state: 'ok',
    picture: {
      file: expect.stringMatching(/elm/),
      origin: 'adopted',
      createdAt: expect.any(String),
      references: [],
    },
  });
  expect(stdout + JSON.stringify(json)).not.toMatch(/A wide canal|An elm/);
  await shop.write('src/barn.image.json', '{ "promt": "A barn" }');
  const broken = await shop.command(['report']);
  expect(broken.code).toBe(1);
  expect(broken.stdout).toContain('- src/barn.image.json: unknown field "promt"');
});

test('what changed since a commit, before on the left and after on the right', async () => {
  await using shop = await createShop({ images: { same: 'Same', hero: 'Hero', gone: 'Gone' }, git: true });
  for (const name of ['same', 'hero', 'gone']) await adopt(shop, name, 'red');
  await commit(shop);
  const nothing = await shop.command(['report', '--diff', 'HEAD']);
  expect(nothing).toMatchObject({
    code: 0,
    stderr: '',
    stdout: '### Pictures since HEAD\n\nNo picture changed since HEAD.\n',
  });
  expect(await shop.list('.prompt-image/.local/sheets')).toEqual([]);

  await shop.write('src/hero.image.json', { prompt: 'Heroine', alt: '' });
  await adopt(shop, 'hero', 'blue');
  await shop.write('src/fresh.image.json', { prompt: 'Fresh', alt: '' });
  await adopt(shop, 'fresh', 'lime');
  await shop.remove('src/gone.image.json');
  await shop.write('src/none.image.json', { prompt: 'Not bought', alt: '' });
  await shop.git('add', 'src');
  const [status, files] = [await shop.git('status', '--porcelain'), await shop.list()];

  const { code, stdout, stderr } = await shop.command(['report', '--diff', 'main', '--sheet', 'sheet.png']);
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout).toContain('### Pictures since main\n\n1 added, 1 changed, 1 removed.\n');
  const rows = stdout.split('\n').filter((line) => line.startsWith('| src/'));
  expect(rows.map((row) => row.split(' | ').slice(0, 2))).toEqual([
    ['| src/fresh.image.json', 'added'],
    ['| src/gone.image.json', 'removed'],
    ['| src/hero.image.json', 'changed: prompt'],
  ]);
  expect(rows[0]).toMatch(/ \| — \| fresh-[\w-]+\.png \|$/);
  expect(rows[1]).toMatch(/ \| gone-[\w-]+\.png \| — \|$/);
  expect(stdout).toContain('Contact sheet, before on the left and after on the right: sheet.png\n');
  // The repository, its index and what lies in it are as they were.
  expect(await shop.git('status', '--porcelain')).toBe(`${status}?? sheet.png\n`);
  expect(await shop.list()).toEqual([...files, 'sheet.png'].sort());

  const sheet = await shop.readBytes('sheet.png');
  expect((await extent(sheet, isRed))?.last).toBeLessThan(0.5);
  expect((await extent(sheet, isBlue))?.first).toBeGreaterThan(0.5);
  expect((await extent(sheet, isLime))?.first).toBeGreaterThan(0.5);
  // The words below each side are of one width a letter: "before" has six, "after" five.
  const [left, right] = [await extent(sheet, isWords, 0, 0.5), await extent(sheet, isWords, 0.5, 1)];
  const letters = (side: typeof left) => (side ? side.last - side.first : 0);
  expect(letters(left) / letters(right)).toBeCloseTo(6 / 5, 1);

  const env = { GITHUB_ACTIONS: 'true', GITHUB_STEP_SUMMARY: shop.path('summary.md') };
  const json = JSON.parse((await shop.command(['report', '--diff', 'main', '--json'], { env })).stdout);
  expect(await shop.read('summary.md')).toBe(
    `${stdout.replace('sheet.png', '.prompt-image/.local/sheets/report.png')}\n`,
  );
  expect(json).toMatchObject({ version: 1, command: 'report', errors: [], base: 'main', unreadable: [] });
  expect(json.changes.map(({ address, change, fields }: Record<string, unknown>) => [address, change, fields])).toEqual(
    [
      ['src/fresh.image.json', 'added', []],
      ['src/gone.image.json', 'removed', []],
      ['src/hero.image.json', 'changed', ['prompt']],
    ],
  );
  expect(json.changes[0]).not.toHaveProperty('before');
  expect(json.sheet).toBe(shop.path('.prompt-image/.local/sheets/report.png'));
  expect((await shop.readBytes('.prompt-image/.local/sheets/report.png')).equals(sheet)).toBe(true);
});

test('a project below the repository’s top, whose reference and whose config changed', async () => {
  const config = (style: string) => ({ allowReferencesFrom: ['../shared'], defaults: { style } });
  await using workspace = await createWorkspace(
    {
      'site/package.json': { name: 'site', private: true },
      'site/prompt-image.config.json': config('Flat'),
      'site/src/hero.image.json': { prompt: 'A hero', alt: '', references: ['../../shared/logo.png'] },
      'site/src/plain.image.json': { prompt: 'Plain', alt: '' },
      'shared/logo.png': await paint('lime'),
      'red.png': await paint('red'),
      'blue.png': await paint('blue'),
    },
    { git: true },
  );
  const command = async (...args: string[]) => {
    const bin = workspace.bin('unplugin-prompt-image', 'prompt-image');
    const result = await run(process.execPath, [bin, ...args], { cwd: workspace.path('site') });
    expect(result.code, result.output).toBe(0);
    return result.stdout;
  };
  await command('adopt', 'src/hero.image.json', '../red.png');
  await command('adopt', 'src/plain.image.json', '../red.png');
  await commit(workspace);
  await workspace.write('shared/logo.png', await paint('blue'));
  await command('adopt', 'src/hero.image.json', '../blue.png');
  const report = async () => JSON.parse(await command('report', '--diff', 'HEAD', '--json')).changes;
  expect(await report()).toMatchObject([{ address: 'src/hero.image.json', change: 'changed', fields: ['references'] }]);
  // Then all keys are others than in the commit, and the pictures that were shown there are still known.
  await workspace.write('site/prompt-image.config.json', config('Watercolour'));
  await command('adopt', 'src/hero.image.json', '../blue.png');
  await command('adopt', 'src/plain.image.json', '../blue.png');
  expect(await report()).toMatchObject([
    { address: 'src/hero.image.json', change: 'changed', fields: ['prompt', 'references'] },
    { address: 'src/plain.image.json', change: 'changed', fields: ['prompt'] },
  ]);
});

test('what cannot be compared is named', async () => {
  await using shop = await createShop({ images: { barn: 'A barn', canal: 'A canal' }, git: true });
  await shop.write('src/barn.image.json', '{ "promt": "A barn" }');
  await adopt(shop, 'canal', 'red');
  await commit(shop);
  await shop.write('src/barn.image.json', { prompt: 'A barn', alt: '' });
  await adopt(shop, 'barn', 'red');
  const before = await shop.command(['report', '--diff', 'HEAD']);
  expect(before).toMatchObject({ code: 0, stderr: '' });
  expect(before.stdout).toContain('Not compared:\n\n- src/barn.image.json, at HEAD: unknown field "promt"');
  const [record = ''] = (await shop.originals('.json')).filter((file) => file.startsWith('canal-'));
  await shop.write(`.prompt-image/${record}`, '{}');
  const now = await shop.command(['report', '--diff', 'HEAD']);
  expect(now.code).toBe(1);
  expect(now.stdout).toContain('- src/canal.image.json, now: the original');
});

test.each([
  ['an unknown commit', ['--diff', 'nowhere'], 1, '[GIT_FAILED] git knows no commit nowhere here'],
  ['an option in place of a commit', ['--diff=--all'], 1, '[GIT_FAILED] git knows no commit --all here'],
  [
    'a sheet among the originals',
    ['--diff', 'main', '--sheet', '.prompt-image/a.png'],
    1,
    'is in the folder of the originals, which never change\nName another place with --sheet.',
  ],
  ['a sheet of nothing', ['--sheet', 'sheet.png'], 2, '--sheet is for --diff <commit>.'],
])('%s is told', async (_, args, exit, words) => {
  await using shop = await createShop({ images: { barn: 'A barn' }, git: true });
  const { code, stdout, stderr } = await shop.command(['report', ...args]);
  expect([code, stdout]).toEqual([exit, '']);
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(STACK);
});

test('outside of a repository nothing can be compared', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  const { code, stderr } = await shop.command(['report', '--diff', 'main']);
  expect(code).toBe(1);
  expect(stderr).toContain('[GIT_FAILED] git cannot give the files of an earlier commit\nthis is not a git repository');
});

test('a source that somebody named by mistake is not replaced', async () => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  await shop.write('src/main.ts', 'export {};');
  const { code, output } = await shop.command(['report', '--out', 'src/main.ts']);
  expect([code, output]).toEqual([2, expect.stringContaining('src/main.ts is there, and is no Markdown')]);
  expect(await shop.read('src/main.ts')).toBe('export {};');
});
