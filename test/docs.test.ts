import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { repositoryRoot } from './support/workspace.js';

const pages = [
  'README.md',
  'docs/bundlers.md',
  'docs/cli.md',
  'docs/frameworks.md',
  'docs/html.md',
  'docs/manifest.md',
];

/** Links of Markdown, with their titles: of tests, which the tables of what works where stand on. */
function linksIn(page: string): { target: string; title: string | undefined }[] {
  const text = readFileSync(join(repositoryRoot, page), 'utf8').replace(/^```.*?^```/gms, '');
  return Array.from(text.matchAll(/\]\(([^()\s]+)(?:\s+"([^"]*)")?\)/g), ([, target = '', title]) => ({
    target,
    title,
  }));
}

/** As GitHub makes it. */
function anchorsIn(path: string): string[] {
  const headings = readFileSync(path, 'utf8').matchAll(/^#+ (.*)$/gm);
  return Array.from(headings, ([, heading = '']) =>
    heading
      .toLowerCase()
      .replace(/[^\w\s-]/g, '')
      .replaceAll(' ', '-'),
  );
}

test.each(pages)('%s links to what is there, and names tests that there are', (page) => {
  for (const { target, title } of linksIn(page)) {
    if (/^https?:/.test(target)) continue;
    const [file = '', anchor] = target.split('#');
    const path = file === '' ? join(repositoryRoot, page) : join(repositoryRoot, page, '..', file);
    expect(existsSync(path), `${page}: ${target}`).toBe(true);
    if (anchor !== undefined) expect(anchorsIn(path), `${page}: ${target}`).toContain(anchor);
    if (title !== undefined) expect(readFileSync(path, 'utf8'), `${page}: ${target}`).toContain(title);
  }
});

test('each cell of the tables of what works where names its test, or says that there is nothing', () => {
  const rows = ['docs/bundlers.md', 'docs/frameworks.md'].flatMap((page) => {
    const [, section = ''] = readFileSync(join(repositoryRoot, page), 'utf8').split(/^## What works where$/m);
    return section.split(/^## /m, 1)[0]?.match(/^\|(?! \||---).*\|$/gm) ?? [];
  });
  expect(rows.length).toBeGreaterThan(10);
  for (const row of rows) {
    const [, ...cells] = row.slice(1, -1).split(/(?<!\\)\|/);
    for (const cell of cells) expect(cell.trim(), row).toMatch(/^(–|\[[^\]]+\]\(\.\.\/test\/\S+ "[^"]+"\).*)$/);
  }
});
