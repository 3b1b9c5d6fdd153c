/** A change to a file of somebody else's, which nobody has agreed to yet. */
export interface Edit {
  /** Relative to the root. */
  file: string;
  before: string;
  after: string;
  /** What it is good for. */
  why: string;
}

/** The change as `diff -u` would show it. */
export async function renderDiff({ file, before, after }: Edit): Promise<string> {
  // Only here: the other commands need not wait for it.
  const { createTwoFilesPatch, FILE_HEADERS_ONLY } = await import('diff');
  return createTwoFilesPatch(file, file, before, after, undefined, undefined, {
    context: 2,
    headerOptions: FILE_HEADERS_ONLY,
  }).trimEnd();
}
