import type { Workspace } from '../../support/workspace.js';

/** The ways in which tools write a text down: as it is, in JSON, in a URL, and in base64 wherever it starts there. */
export function spellings(secret: string): string[] {
  const aligned = [0, 1, 2].flatMap((offset) =>
    (['base64', 'base64url'] as const).map((encoding) =>
      // The first and the last digits also depend on the neighbours.
      Buffer.from(`${'_'.repeat(offset)}${secret}`)
        .toString(encoding)
        .replace(/=+$/, '')
        .slice(offset === 0 ? 0 : 4, -4),
    ),
  );
  return [...new Set([secret, JSON.stringify(secret).slice(1, -1), encodeURIComponent(secret), ...aligned])];
}

/** Where secrets stand in texts or bytes, by name. */
export function leaksIn(contents: Record<string, string | Buffer>, secrets: readonly string[]): string[] {
  const wanted = secrets.flatMap(spellings);
  return Object.entries(contents).flatMap(([name, content]) => {
    const bytes = Buffer.from(content as string);
    const found = wanted.filter((spelling) => bytes.includes(spelling) || name.includes(spelling));
    return found.map((spelling) => `${name}: ${spelling}`);
  });
}

/** Contents of all files in folders of a workspace. */
export async function contentsOf(workspace: Workspace, ...folders: string[]): Promise<Record<string, Buffer>> {
  const contents: Record<string, Buffer> = {};
  for (const folder of folders) {
    for (const file of await workspace.list(folder)) {
      contents[`${folder}/${file}`] = await workspace.readBytes(`${folder}/${file}`);
    }
  }
  return contents;
}
