/** `String.replaceAll` whose replacements take time. */
export async function replaceAsync(
  text: string,
  pattern: RegExp,
  replace: (match: RegExpMatchArray) => Promise<string>,
): Promise<string> {
  const matches = [...text.matchAll(pattern)];
  const replacements = await Promise.all(matches.map(replace));
  let index = 0;
  return text.replace(pattern, () => replacements[index++] ?? '');
}
