import { describe, expect, test } from 'vitest';
import { type OriginalRecord, parseRecord, RecordError, renderRecord } from '../../src/originals/record.js';
import { barn } from './records.js';

const { text } = renderRecord(barn());
const bytes = Buffer.from(text);

function refusalOf(changed: Uint8Array): RecordError | undefined {
  try {
    parseRecord(changed);
    return undefined;
  } catch (error) {
    if (error instanceof RecordError) return error;
    throw error;
  }
}

test('a record reads back as it was written, keys sorted, newline at the end', () => {
  const record = parseRecord(bytes);
  expect(record).toMatchObject(barn());
  expect(text).toMatch(/^\{\n {2}"caption"/);
  expect(text.endsWith('}\n')).toBe(true);
  const keys = Object.keys(JSON.parse(text) as object);
  expect(keys).toEqual(keys.toSorted());
});

test('of an adopted picture nobody need know who made it, and how', () => {
  const { provider, model, sourceType, caption, usage, ...known } = barn();
  expect([provider, model, sourceType, caption, usage]).not.toContain(undefined);
  const adopted = { ...known, origin: 'adopted' } as const;
  const { self, ...record } = parseRecord(Buffer.from(renderRecord(adopted).text));
  expect(self).toMatch(/^[0-9a-f]{64}$/);
  expect(record).toEqual(adopted);
});

describe('every edit shows', () => {
  test.each([
    [
      'a flipped bit',
      (index: number) => [0, 1, 2, 3, 4, 5, 6, 7].map((bit) => put(index, [bytes[index]! ^ (1 << bit)])),
    ],
    ['another byte', (index: number) => [0x20, 0x30, 0x7d, 0xc3, 0xff].map((other) => put(index, [other]))],
    ['a byte less', (index: number) => [put(index, [])]],
    ['a byte more', (index: number) => [0x20, 0x0a, 0x31].map((other) => put(index, [other, bytes[index]!]))],
  ])('%s', (_, edits) => {
    const missed: string[] = [];
    for (let index = 0; index < bytes.length; index++) {
      for (const edited of edits(index)) {
        if (!edited.equals(bytes) && refusalOf(edited)?.kind !== 'damaged' && !isNewer(edited)) {
          missed.push(`${index}: ${edited.toString('latin1', index - 5, index + 5)}`);
        }
      }
    }
    expect(missed).toEqual([]);
  });

  test.each([
    ['a new key for its request', (record: OriginalRecord) => ({ ...record, key: '0'.repeat(64) })],
    [
      'another request for its key',
      (record: OriginalRecord) => ({ ...record, request: { ...record.request, take: 2 } }),
    ],
  ])('also one that is signed again: %s', (_, edit) => {
    const { self, ...fields } = edit(parseRecord(bytes));
    expect(self).toMatch(/^[0-9a-f]{64}$/);
    const forged = Buffer.from(renderRecord(fields).text);
    expect(refusalOf(forged)?.message).toBe('names a key that its request does not have');
  });

  test('a field twice, a byte order mark, another layout', () => {
    for (const edited of [
      text.replace('"caption"', '"caption": "Lie",\n  "caption"'),
      `\uFEFF${text}`,
      JSON.stringify(JSON.parse(text)),
      text.replace('A barn', 'A\\u0020barn'),
      text.replace('A barn', '\\ud800 barn'),
    ]) {
      expect(refusalOf(Buffer.from(edited))?.kind).toBe('damaged');
    }
  });
});

test('git may rewrite line ends', () => {
  expect(parseRecord(Buffer.from(text.replaceAll('\n', '\r\n')))).toEqual(parseRecord(bytes));
});

test('a later version is told from damage', () => {
  const later = Buffer.from(text.replace('"version": 1', '"version": 2'));
  expect(refusalOf(later)).toMatchObject({ kind: 'newer' });
});

test.each(['<<<<<<< HEAD', '=======', '>>>>>>> theirs'])('a conflict that nobody settled: %s', (marker) => {
  expect(refusalOf(Buffer.from(text.replace('\n', `\n${marker}\n`)))?.message).toContain('unfinished merge');
});

test.each(['', '{}', '[]', 'null', '1', '{"version":1}', '\0\0'])('what is no record at all: %j', (junk) => {
  expect(refusalOf(Buffer.from(junk))?.kind).toBe('damaged');
});

function put(index: number, replacement: readonly number[]): Buffer {
  return Buffer.concat([bytes.subarray(0, index), Buffer.from(replacement), bytes.subarray(index + 1)]);
}

/** An edit of the version's digit may say a later version, which is told as such. */
function isNewer(edited: Buffer): boolean {
  return /"version": [2-9]\d*/.test(edited.toString()) || /"version": 1\d/.test(edited.toString());
}
