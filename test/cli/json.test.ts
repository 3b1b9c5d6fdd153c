import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import * as z from 'zod';
import { adoptDocument } from '../../src/cli/adopt.js';
import {
  addDocument,
  checkDocument,
  generateDocument,
  initDocument,
  statusDocument,
  typesDocument,
} from '../../src/cli/documents.js';
import { exportDocument } from '../../src/cli/export.js';
import { failureDocument } from '../../src/cli/json.js';
import { keepDocument } from '../../src/cli/keep.js';
import { pickDocument } from '../../src/cli/pick.js';
import { pruneDocument } from '../../src/cli/prune.js';
import { diffDocument, reportDocument } from '../../src/cli/report-documents.js';
import { rerollDocument } from '../../src/cli/reroll.js';
import { altDocument } from '../../src/cli/status-alt.js';
import { costsDocument } from '../../src/cli/status-costs.js';
import { createShop, type Shop } from '../purchase/shop.js';
import { repositoryRoot } from '../support/workspace.js';

const schemas: Record<string, z.ZodType> = {
  generate: generateDocument,
  status: z.union([statusDocument, costsDocument, altDocument]),
  check: checkDocument,
  add: addDocument,
  init: initDocument,
  keep: keepDocument,
  reroll: rerollDocument,
  pick: pickDocument,
  prune: pruneDocument,
  adopt: adoptDocument,
  export: exportDocument,
  report: z.union([reportDocument, diffDocument]),
  types: typesDocument,
};

test('the examples of docs/cli.md are what is promised, one for each command', async () => {
  const text = await readFile(join(repositoryRoot, 'docs/cli.md'), 'utf8');
  const examples = [...text.matchAll(/^```json\n(.*?)^```/gms)].map(([, json = '']) => JSON.parse(json));
  for (const example of examples) {
    const failed = Object.keys(example).length === 3;
    const schema = failed ? failureDocument : schemas[example.command];
    expect(
      () => schema?.parse(example) ?? expect.fail(`${example.command} has no schema`),
      example.command,
    ).not.toThrow();
  }
  expect(new Set(examples.map(({ command }) => command))).toEqual(new Set(Object.keys(schemas)));
});

describe('stdout is one document', () => {
  let shop: Shop;
  beforeAll(async () => {
    shop = await createShop({
      images: { barn: 'A barn', canal: 'A canal of gold', dune: { prompt: 'A dune', aspectRatio: '16:9', alt: '' } },
      generate:
        "if (/gold/.test(request.prompt)) throw new ProviderError('PROVIDER_REFUSED', 'No gold'); return { bytes: picture };",
      config: { prices: { 'gemini-3.1-flash-lite-image': 0.5 } },
    });
    await shop.write('src/elm.image.json', '{ "prompt": "An elm", "alts": "" }');
  });
  afterAll(() => shop[Symbol.asyncDispose]());

  const read = async (...args: string[]) => {
    const { code, stdout, stderr } = await shop.command([...args, '--json']);
    return { code, stderr, document: JSON.parse(stdout) };
  };
  const misspelt = {
    code: 'MANIFEST_INVALID',
    message: 'unknown field "alts"',
    file: 'src/elm.image.json',
    line: 1,
    column: 23,
    next: 'Did you mean "alt"?',
  };

  const refusal = {
    code: 'PROVIDER_REFUSED',
    message: 'No gold',
    next: 'To ask again all the same: npx prompt-image generate --retry src/canal.image.json',
  };

  test('a plan, and nothing is bought', async () => {
    const { code, stderr, document } = await read('generate', '--dry-run');
    expect([code, stderr]).toEqual([1, '']);
    const buy = (name: string) => ({
      address: `src/${name}.image.json`,
      state: 'missing',
      model: 'gemini-3.1-flash-lite-image',
    });
    expect(document).toEqual({
      version: 1,
      command: 'generate',
      errors: [],
      plan: {
        buy: [buy('barn'), buy('canal'), buy('dune')],
        waiting: [],
        count: 3,
        cost: 1.5,
        costUpTo: 1.5,
        overBudget: false,
        unchanged: 0,
        reprocess: 0,
        refused: [],
        invalid: [misspelt],
        warnings: [],
      },
    });
    expect(await shop.calls()).toEqual([]);
  });

  test('a purchase, whose progress goes to stderr', async () => {
    const { code, stderr, document } = await read(
      'generate',
      'src/barn.image.json',
      'src/canal.image.json',
      'src/dune.image.json',
    );
    expect(code).toBe(1);
    expect(stderr).toMatch(/^✓ 1\/3 src\/\w+\.image\.json · ≈ \$0\.50/m);
    expect(document.purchase).toEqual({
      bought: ['src/barn.image.json', 'src/dune.image.json'],
      failed: [{ address: 'src/canal.image.json', ...refusal }],
      notes: ['src/dune.image.json: 32×32 is not the 16:9 that was asked for'],
      cost: 1,
    });
  });

  test('the state of each image', async () => {
    await shop.write('src/barn.image.json', { prompt: 'A red barn', alt: '' });
    const { code, stderr, document } = await read('status');
    expect([code, stderr]).toEqual([1, '']);
    expect(document.images).toEqual([
      { address: 'src/barn.image.json', state: 'stale', changed: ['prompt'], price: 0.5, notes: [] },
      { address: 'src/canal.image.json', state: 'refused', price: 0.5, notes: [], error: refusal },
      { address: 'src/dune.image.json', state: 'ok', notes: ['32×32 is not the 16:9 that was asked for'] },
      { address: 'src/elm.image.json', state: 'invalid', notes: [], error: misspelt },
    ]);
  });

  test('what a check found', async () => {
    const { code, stderr, document } = await read('check');
    expect([code, stderr]).toEqual([1, '']);
    expect(document).toMatchObject({ images: 4, errors: [] });
    expect(document.problems).toContainEqual(misspelt);
    expect(document.problems).toHaveLength(3);
    expect(document.notes).toContain('src/dune.image.json: 32×32 is not the 16:9 that was asked for');
  });

  test('a new manifest, which nobody is asked about', async () => {
    const { code, stderr, document } = await read('add', 'src/new-hat', 'A hat');
    expect([code, stderr]).toEqual([0, '']);
    expect(document).toEqual({
      version: 1,
      command: 'add',
      errors: [],
      address: 'src/new-hat.image.json',
      price: 0.5,
      state: 'missing',
      import: "import newHat from './new-hat.image.json';",
      warnings: [],
    });
    expect((await read('add', 'src/other-hat', 'A hat', '--yes')).document).toMatchObject({ state: 'bought' });
    expect((await read('add', 'src/third-hat', 'A hat', '--yes')).document).toMatchObject({ state: 'had', price: 0 });
  });

  test('a project as it is set up', async () => {
    const { code, stderr, document } = await read('init');
    expect([code, stderr]).toEqual([0, '']);
    expect(document).toMatchObject({ root: shop.root, written: [], edits: [], bundlers: [] });
  });

  test.each([
    ['a pattern without a match', ['status', 'nothing'], 2, 'USAGE', /nothing matches no manifest/],
    ['an unknown option', ['check', '--strct'], 2, 'USAGE', /^unknown option '--strct'\n\(Did you mean --strict\?\)$/],
    ['an unknown command', ['statu'], 2, 'USAGE', /^unknown command 'statu'/],
    [
      'a variant that there is not',
      ['status', 'src/barn.image.json@dark'],
      1,
      'IMAGE_UNKNOWN',
      /has no variant "dark"/,
    ],
    ['a manifest that there is', ['add', 'src/barn', 'A barn'], 1, 'MANIFEST_EXISTS', /is there already/],
    ['a config that is not there', ['check', '--config', 'none.ts'], 1, 'CONFIG_INVALID', /there is no config file/],
  ])('also of a failure: %s', async (_, args, expected, errorCode, message) => {
    const { code, document } = await read(...args);
    expect(code).toBe(expected);
    expect(Object.keys(document)).toEqual(['version', 'command', 'errors']);
    expect(document.errors).toEqual([
      expect.objectContaining({ code: errorCode, message: expect.stringMatching(message) }),
    ]);
  });

  test('more than the budget is a failure, and --yes the answer', async () => {
    await using poor = await createShop({ images: { barn: 'A barn' }, config: { budget: { maxImages: 0 } } });
    const refused = await poor.command(['generate', '--json']);
    expect(refused.code).toBe(1);
    expect(JSON.parse(refused.stdout).errors).toEqual([expect.objectContaining({ code: 'BUDGET_EXCEEDED' })]);
    const bought = await poor.command(['generate', '--json', '--yes']);
    expect(JSON.parse(bought.stdout).purchase.bought).toEqual(['src/barn.image.json']);
  });
});
