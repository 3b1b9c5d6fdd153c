import { Command } from 'commander';
import { renderFailure } from '../failure.js';
import { type Project, renderGap } from '../project.js';
import { selectAddresses, withProject } from './project.js';
import { counted, printWarnings, styled } from './terminal.js';

export function statusCommand(): Command {
  return new Command('status')
    .description('the state of each image, and why')
    .argument('[patterns...]', 'manifests or globs; all without any')
    .action((patterns: string[], _: object, command: Command) =>
      withProject(command, (project) => status(project, patterns)),
    );
}

async function status(project: Project, patterns: readonly string[]): Promise<void> {
  const images = await project.status(await selectAddresses(project, patterns));
  const counts = { ok: 0, missing: 0, stale: 0, refused: 0, invalid: 0 };
  for (const image of images) {
    counts[image.state] += 1;
    if (image.state === 'invalid') {
      console.log(`${styled('red', '✗')} ${image.address}\n${renderFailure(image.error)}`);
    } else if (image.detail.state === 'ok') {
      const note = image.note === undefined ? '' : styled('yellow', `  ${image.note}`);
      console.log(`${styled('green', '✓')} ${image.address}${note}`);
    } else if (image.failure) {
      console.log(`${styled('red', '✗')} ${image.address}  ${image.failure.what}`);
    } else {
      console.log(`${styled('yellow', '●')} ${renderGap({ entry: image.entry, state: image.detail })}`);
    }
  }
  printWarnings(images.flatMap((image) => (image.state === 'invalid' ? [] : image.entry.warnings)));
  const parts = Object.entries(counts).flatMap(([state, count]) => (count > 0 ? [`${count} ${state}`] : []));
  console.log(styled('bold', `${counted(images.length, 'image')}${parts.length > 0 ? `: ${parts.join(', ')}` : ''}`));
}
