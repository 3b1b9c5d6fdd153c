import { createHash, randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { expect, test } from 'vitest';
import { digestFile } from '../../src/files/digest.js';
import { createWorkspace } from '../support/workspace.js';

const CHUNK = 256 * 1024;

test('a file of any size is hashed whole, and its first bytes are given', async () => {
  await using workspace = await createWorkspace();
  const path = workspace.path('file');
  // Larger ones before smaller ones: what the last file left in memory is not part of the next.
  for (const size of [3 * CHUNK + 7, 2 * CHUNK, CHUNK + 1, CHUNK, CHUNK - 1, 2049, 2048, 1, 0, CHUNK]) {
    const bytes = randomBytes(size);
    await writeFile(path, bytes);
    const { hash, head, size: read } = digestFile(path);
    expect({ hash, read }).toEqual({ hash: createHash('sha256').update(bytes).digest('hex'), read: size });
    expect(head.equals(bytes.subarray(0, 2048))).toBe(true);
  }
});
