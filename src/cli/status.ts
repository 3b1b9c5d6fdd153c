import { Command, Option } from 'commander';
import { renderFailure } from '../failure.js';
import { costOfGaps, type ImageStatus, type Project, renderGap, renderPrice, renderWaiting } from '../project.js';
import { statusDocument } from './documents.js';
import { markdownTable, reportToGithub } from './github.js';
import { jsonError, printJson } from './json.js';
import { selectAddresses, withProject } from './project.js';
import { changesOf } from './purchase.js';
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
    .argument('[patterns...]', 'manifests, folders, globs, items, variants; all without any')
    .option('--costs', 'instead: what was spent, by image, model and month')
    .addOption(
      new Option('--alt', 'instead: images without alternative text, with what the model said').conflicts('costs'),
    )
    .addHelpText(
      'after',
      `
✓ has its picture   ● missing or stale, see generate   … waits for another   ✗ invalid, exit code 1

Examples:
  $ npx prompt-image status
  $ npx prompt-image status src/team
  $ npx prompt-image status src/fruits.images.json#apple
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
  else printStatus(images, project);
  const rows = images.map((image) => [image.address, whyOf(image)]);
  const errors = images.flatMap((image) => (image.state === 'invalid' ? [image.error] : []));
  const summary = ['### prompt-image status', summaryLine(images), markdownTable(['Image', 'State'], rows)];
  reportToGithub(project, { errors, summary: summary.join('\n\n') });
  if (errors.length > 0) process.exitCode = 1;
}

function printStatus(images: readonly ImageStatus[], project: Project): void {
  for (const image of images) console.log(lineOf(image));
  printWarnings(images.flatMap((image) => (image.state === 'invalid' ? [] : image.entry.warnings)));
  for (const line of staleLines(images, project)) console.log(line);
  console.log(styled('bold', summaryLine(images)));
}

function lineOf(image: ImageStatus): string {
  if (image.state === 'invalid') return `${styled('red', '✗')} ${image.address}\n${renderFailure(image.error)}`;
  if (image.state === 'waiting') return `${styled('yellow', '…')} ${renderWaiting(image.entry)}`;
  const { address, entry, detail, failure } = image;
  const note = image.note === undefined ? '' : styled('yellow', `  ${image.note}`);
  if (detail.state === 'ok') return `${styled('green', '✓')} ${address}${note}`;
  if (failure) return `${styled('red', '✗')} ${address}  ${failure.what}`;
  return `${styled('yellow', '●')} ${renderGap({ entry, state: detail })}${note}`;
}

/** What stale images have in common, what regenerating them costs, and that it need not be. */
function staleLines(images: readonly ImageStatus[], { config }: Project): string[] {
  const stale = images.flatMap((image) =>
    image.state === 'stale' && image.detail.state === 'stale' ? [{ entry: image.entry, state: image.detail }] : [],
  );
  if (stale.length === 0) return [];
  const price = (gaps: typeof stale) => renderPrice(costOfGaps(gaps, config), config);
  const causes = new Set(stale.flatMap(({ state }) => state.causes));
  const lines = [...causes].sort().map((cause) => {
    const touched = stale.filter(({ state }) => state.causes.includes(cause));
    return `  ${cause} makes ${counted(touched.length, 'image')} stale, ${price(touched)} to buy anew`;
  });
  return [
    ...lines,
    `Buying what is stale anew: ${price(stale)} (npx prompt-image generate). Keeping the pictures that there are is free: npx prompt-image keep`,
  ];
}

/** `6 images: 3 ok, 1 missing` */
function summaryLine(images: readonly ImageStatus[]): string {
  const parts = ['ok', 'missing', 'stale', 'waiting', 'refused', 'invalid'].flatMap((state) => {
    const count = images.filter((image) => image.state === state).length;
    return count > 0 ? [`${count} ${state}`] : [];
  });
  return `${counted(images.length, 'image')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`;
}

function whyOf(image: ImageStatus): string {
  if (image.state === 'invalid') return `invalid: ${image.error.what}`;
  if (image.state === 'waiting') return `waiting for ${image.entry.waitsFor.join(', ')}`;
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
      if (image.state === 'waiting') {
        return { address, state, waitsFor: [...image.entry.waitsFor], notes: [...image.entry.warnings] };
      }
      const { entry, detail, note } = image;
      const notes = [...(note === undefined ? [] : [note]), ...entry.warnings];
      if (detail.state === 'ok') return { address, state, notes };
      const price = costOfGaps([{ entry, state: detail }], config) ?? null;
      const error = image.failure ? { error: jsonError(image.failure) } : {};
      return { address, state, price, notes, ...changesOf(detail), ...error };
    }),
  });
}
