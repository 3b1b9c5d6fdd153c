import { expect, onTestFinished, test } from 'vitest';
import { openServed } from '../../src/originals/served.js';
import { createWorkspace } from '../support/workspace.js';

const FILE = '.prompt-image/.local/served.json';

async function setUp(files: Record<string, string> = {}) {
  const workspace = await createWorkspace(files);
  const { [Symbol.asyncDispose]: dispose } = workspace;
  onTestFinished(() => dispose());
  return { workspace, open: (frozen = false) => openServed(workspace.path('.prompt-image'), frozen) };
}

test('what was served is remembered by the next process, beside what others served', async () => {
  const { open } = await setUp();
  const [one, other] = [open(), open()];
  one.remember('a', 'stem-a');
  other.remember('b', 'stem-b');
  expect(await one.stemOf('a')).toBe('stem-a');
  expect(await open().stemOf('a')).toBeUndefined();
  await one.save();
  await other.save();
  expect(await open().stemOf('a')).toBe('stem-a');
  expect(await open().stemOf('b')).toBe('stem-b');
  one.remember('a', 'later');
  const saving = one.save();
  one.remember('c', 'meanwhile');
  await Promise.all([saving, one.save()]);
  expect(await open().stemOf('a')).toBe('later');
  expect(await open().stemOf('c')).toBe('meanwhile');
});

test('frozen, nothing is remembered or written', async () => {
  const { workspace, open } = await setUp();
  const served = open(true);
  served.remember('a', 'stem');
  await served.save();
  expect(await served.stemOf('a')).toBeUndefined();
  expect(await workspace.list('.prompt-image')).toEqual([]);
});

test.each(['', '{', 'null', '[]', '{"a":1}', '<<<<<<< HEAD', '\0\0'])(
  'a damaged memory (%j) is none, and is mended',
  async (text) => {
    const { open } = await setUp({ [FILE]: text });
    const served = open();
    expect(await served.stemOf('a')).toBeUndefined();
    served.remember('a', 'stem');
    await served.save();
    expect(await open().stemOf('a')).toBe('stem');
  },
);

test.each([
  ['a folder in its place', `${FILE}/file`],
  ['a file in place of its folder', '.prompt-image/.local'],
])('%s stops nobody', async (_, file) => {
  const { open } = await setUp({ [file]: '' });
  const served = open();
  served.remember('a', 'stem');
  await served.save();
  expect(await served.stemOf('a')).toBe('stem');
});
