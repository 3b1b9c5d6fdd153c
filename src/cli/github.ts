import { appendFileSync } from 'node:fs';
import { relative, resolve } from 'node:path';
import type { PromptImageError } from '../failure.js';
import type { Project } from '../project.js';

/*
 * GitHub Actions: annotations where the mistakes stand, and a summary of the job. Annotations go to stderr, which GitHub
 * reads like stdout, so that --json has stdout to itself.
 * @see https://docs.github.com/en/actions/reference/workflows-and-actions/workflow-commands
 */

/** What a command found, for GitHub; nothing happens elsewhere. */
export interface Findings {
  errors: readonly PromptImageError[];
  warnings?: readonly string[];
  /** Markdown for the job's summary. */
  summary?: string;
}

/** @param project `undefined` where it could not be opened: then files are named from the working directory */
export function reportToGithub(project: Project | undefined, { errors, warnings = [], summary }: Findings): void {
  if (process.env.GITHUB_ACTIONS !== 'true') return;
  const root = project?.config.root ?? process.cwd();
  const top = project?.config.git.top ?? process.env.GITHUB_WORKSPACE ?? root;
  for (const error of flatten(errors)) console.error(annotation(error, root, top));
  for (const warning of warnings) console.error(`::warning title=prompt-image::${escapeData(warning)}`);
  const file = process.env.GITHUB_STEP_SUMMARY;
  if (file && summary !== undefined) appendFileSync(file, `${summary}\n`);
}

/** A table in Markdown. */
export function markdownTable(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.map(escapeCell).join(' | ')} |`;
  return [line(head), `|${' --- |'.repeat(head.length)}`, ...rows.map(line)].join('\n');
}

/** A row for each failure: where, code, what. */
export function failureTable(errors: readonly PromptImageError[]): string {
  const rows = flatten(errors).map(({ place, code, what }) => {
    const where = [place?.file, place?.line].filter((part) => part !== undefined).join(':');
    return [where, code, what];
  });
  return markdownTable(['Where', 'Code', 'What'], rows);
}

function flatten(errors: readonly PromptImageError[]): PromptImageError[] {
  return errors.flatMap((error) => (error.errors.length > 0 ? flatten(error.errors) : [error]));
}

function annotation({ code, what, next, place }: PromptImageError, root: string, top: string): string {
  const properties = {
    file: place && relative(top, resolve(root, place.file)).replaceAll('\\', '/'),
    line: place?.line,
    col: place?.column,
    title: code,
  };
  const words = Object.entries(properties).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${escapeProperty(String(value))}`],
  );
  return `::error ${words.join(',')}::${escapeData(next === undefined ? what : `${what}\n${next}`)}`;
}

function escapeData(text: string): string {
  return text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
}

function escapeProperty(text: string): string {
  return escapeData(text).replaceAll(':', '%3A').replaceAll(',', '%2C');
}

function escapeCell(text: string): string {
  return text
    .replaceAll('\\', '\\\\')
    .replaceAll('|', '\\|')
    .replaceAll('<', '&lt;')
    .replace(/\s*\n\s*/g, ' ');
}
