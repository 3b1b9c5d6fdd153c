import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, relative, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import type { Disclosure, PictureDiff, Project } from '../project.js';
import { reportToGithub } from './github.js';
import { jsonError, printJson } from './json.js';
import { withProject } from './project.js';
import { diffDocument, reportDocument } from './report-documents.js';
import { kindOf, renderDiff, renderDisclosure } from './report-markdown.js';
import { styled } from './terminal.js';

interface Options {
  out?: string;
  diff?: string;
  sheet?: string;
  json?: boolean;
}

export function reportCommand(): Command {
  return new Command('report')
    .description('how every image came to be, in Markdown; or what changed since a commit')
    .option('--out <file>', 'write the Markdown there instead of on stdout')
    .option('--diff <commit>', 'instead: which pictures are others than in that commit, with a contact sheet of both')
    .option('--sheet <file>', 'where that contact sheet goes; default: .local/sheets/report.png among the originals')
    .addHelpText(
      'after',
      `
--diff reads that commit's manifests and pictures with the config of now. For a pull request, name where it
branched off: git merge-base origin/main HEAD. In CI, fetch that commit first.

Examples:
  $ npx prompt-image report --out IMAGES.md
  $ npx prompt-image report --diff main
  $ npx prompt-image report --diff "$(git merge-base origin/main HEAD)" --sheet sheet.png --out comment.md`,
    )
    .action((options: Options, command: Command) => withProject(command, (project) => report(project, options)));
}

async function report(project: Project, options: Options): Promise<void> {
  const { out, diff, sheet, json } = options;
  // Like a shell's redirection it replaces what it wrote before, but no source that somebody named by mistake.
  if (out !== undefined && existsSync(out) && !/\.(?:md|markdown|txt)$/i.test(out)) {
    throw new InvalidArgumentError(`${out} is there, and is no Markdown. Name another place with --out.`);
  }
  if (sheet !== undefined && diff === undefined) throw new InvalidArgumentError('--sheet is for --diff <commit>.');
  const markdown = diff === undefined ? await discloseAll(project, json) : await compare(project, diff, options);
  if (out !== undefined) {
    await mkdir(dirname(resolve(out)), { recursive: true });
    await writeFile(out, markdown);
    if (!json) console.log(`${styled('green', '✓')} ${out} written`);
  } else if (!json) process.stdout.write(markdown);
}

/** @returns Markdown @param json whether the document is printed */
async function discloseAll(project: Project, json = false): Promise<string> {
  const curation = await project.curate();
  const images = await curation.disclose();
  // What is not told of is missing from the report.
  if (images.some(({ state }) => state === 'invalid')) process.exitCode = 1;
  if (json) printDisclosure(images);
  return renderDisclosure(images);
}

/** @returns Markdown */
async function compare(project: Project, base: string, { sheet, json = false }: Options): Promise<string> {
  const curation = await project.curate();
  const diff = await curation.diff({ base, sheet: sheet === undefined ? undefined : resolve(sheet) });
  if (diff.unreadable.some(({ when }) => when === 'now')) process.exitCode = 1;
  if (json) printDiff(diff, base);
  const markdown = renderDiff(diff, base, diff.sheet && relative(process.cwd(), diff.sheet).replaceAll('\\', '/'));
  reportToGithub(project, { errors: [], summary: markdown });
  return markdown;
}

function printDisclosure(images: readonly Disclosure[]): void {
  printJson(reportDocument, {
    version: 1,
    command: 'report',
    errors: [],
    images: images.map(({ address, state, alt, picture, error }) => ({
      address,
      state,
      alt,
      picture: picture && { ...picture, references: [...picture.references] },
      error: error && jsonError(error),
    })),
  });
}

function printDiff({ changes, unreadable, sheet }: PictureDiff, base: string): void {
  const sideOf = (original: PictureDiff['changes'][number]['before']) =>
    original && { file: basename(original.path), sha256: original.record.image.sha256 };
  printJson(diffDocument, {
    version: 1,
    command: 'report',
    errors: [],
    base,
    changes: changes.map((change) => ({
      address: change.address,
      change: kindOf(change),
      before: sideOf(change.before),
      after: sideOf(change.after),
      fields: [...change.changed],
    })),
    unreadable: unreadable.map(({ address, when, error }) => ({ address, when, error: jsonError(error) })),
    sheet,
  });
}
