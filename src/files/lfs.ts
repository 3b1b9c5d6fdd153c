/**
 * The SHA-256 that a Git-LFS pointer stands for; `undefined` for anything else.
 *
 * @see https://github.com/git-lfs/git-lfs/blob/main/docs/spec.md
 */
export function lfsOid(bytes: Uint8Array): string | undefined {
  // The specification limits a pointer to 1024 bytes.
  if (bytes.length > 1024) return undefined;
  const text = Buffer.from(bytes).toString('latin1');
  if (!text.startsWith('version https://git-lfs.github.com/spec/')) return undefined;
  return /^oid sha256:([0-9a-f]{64})$/m.exec(text)?.[1];
}
