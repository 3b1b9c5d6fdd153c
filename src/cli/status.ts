import { Command, Option } from 'commander';
import { renderFailure } from '../failure.js';
import { costOfGaps, type ImageStatus, type Project, renderGap } from '../project.js';
import { statusDocument } from './documents.js';
import { markdownTable, reportToGithub } from './github.js';
import { jsonError, printJson } from './json.js';
import { selectAddresses, withProject } from './project.js';
import { statusAlt } from './status-alt.js';
import { statusCosts } from './status-costs.js';
import { counted, printWarnings, styled } from './terminal.js';

interface Options {
  costs?: boolean;
  alt?: boolean;
  json?: boolean;
}

export function statusCommand(): Command {
  return new Command('status')
    .description('the state of each image, and why')
    .argument('[patterns...]', 'manifests, folders or globs; all without any')
    .option('--costs', 'instead: what was spent, by image, model and month')
    .addOption(
      new Option('--alt', 'instead: images without alternative text, with what the model said').conflicts('costs'),
    )
    .addHelpText(
      'after',
      `
✓ has its picture   ● missing or stale, see generate   ✗ invalid, exit code 1

Examples:
  $ npx prompt-image status
  $ npx prompt-image status src/team
  $ npx prompt-image status --costs
  $ npx prompt-image status --alt`,
    )
    .action((patterns: string[], { costs, alt, json = false }: Options, command: Command) => {
      const show = costs ? statusCosts : alt ? statusAlt : status;
      return withProject(command, (project) => show(project, patterns, json));
    });
}

async function status(project: Project, patterns: readonly string[], json: boolean): Promise<void> {
  const images = await project.status(await selectAddresses(project, patterns));
  if (json) printDocument(images, project);
  else printStatus(images);
  const rows = images.map((image) => [image.address, whyOf(image)]);
  const errors = images.flatMap((image) => (image.state === 'invalid' ? [image.error] : []));
  const summary = ['### prompt-image status', summaryLine(images), markdownTable(['Image', 'State'], rows)];
  reportToGithub(project, { errors, summary: summary.join('\n\n') });
  if (errors.length > 0) process.exitCode = 1;
}

function printStatus(images: readonly ImageStatus[]): void {
  for (const image of images) {
    if (image.state === 'invalid') {
      console.log(`${styled('red', '✗')} ${image.address}\n${renderFailure(image.error)}`);
    } else if (image.detail.state === 'ok') {
      const note = image.note === undefined ? '' : styled('yellow', `  ${image.note}`);
      console.log(`${styled('green', '✓')} ${image.address}${note}`);
    } else if (image.failure) {
      console.log(`${styled('red', '✗')} ${image.address}  ${image.failure.what}`);
    } else {
      const note = image.note === undefined ? '' : styled('yellow', `  ${image.note}`);
      console.log(`${styled('yellow', '●')} ${renderGap({ entry: image.entry, state: image.detail })}${note}`);
    }
  }
  printWarnings(images.flatMap((image) => (image.state === 'invalid' ? [] : image.entry.warnings)));
  console.log(styled('bold', summaryLine(images)));
}

/** `6 images: 3 ok, 1 missing` */
function summaryLine(images: readonly ImageStatus[]): string {
  const parts = ['ok', 'missing', 'stale', 'refused', 'invalid'].flatMap((state) => {
    const count = images.filter((image) => image.state === state).length;
    return count > 0 ? [`${count} ${state}`] : [];
  });
  return `${counted(images.length, 'image')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

function whyOf(image: ImageStatus): string {
  if (image.state === 'invalid') return `invalid: ${image.error.what}`;
  if (image.failure) return `refused: ${image.failure.what}`;
  if (image.detail.state === 'stale') return `stale: ${image.detail.changed.join(', ')} changed`;
  return image.note === undefined ? image.state : `${image.state}: ${image.note}`;
}

function printDocument(images: readonly ImageStatus[], { config }: Project): void {
  printJson(statusDocument, {
    version: 1,
    command: 'status',
    errors: [],
    images: images.map((image) => {
      const { address, state } = image;
      if (image.state === 'invalid') return { address, state, notes: [], error: jsonError(image.error) };
      const { entry, detail, note } = image;
      const notes = [...(note === undefined ? [] : [note]), ...entry.warnings];
      if (detail.state === 'ok') return { address, state, notes };
      const price = costOfGaps([{ entry, state: detail }], config) ?? null;
      const changed = detail.state === 'stale' ? { changed: [...detail.changed] } : {};
      const error = image.failure ? { error: jsonError(image.failure) } : {};
      return { address, state, price, notes, ...changed, ...error };
    }),
  });
}
