import { Command } from 'commander';
import * as z from 'zod';
import { PromptImageError, renderFailure } from '../failure.js';
import { type Project, quoted } from '../project.js';
import { documentShape, errorSchema, jsonErrors, printJson } from './json.js';
import { fromRoot, selectAddresses, withProject } from './project.js';
import { counted, printFailure, printWarnings, styled } from './terminal.js';

/** `prompt-image keep --json` */
export const keepDocument = z.strictObject({
  ...documentShape,
  kept: z.array(
    z.strictObject({
      address: z.string(),
      /** The new original, by its files' name without extension. */
      original: z.string(),
      /** The one whose picture it is. */
      last: z.string(),
    }),
  ),
  /** Images that had their picture. */
  unchanged: z.int(),
  /** Images that never had a picture; a failure only where they were named one by one. */
  missing: z.array(z.string()),
  failed: z.array(errorSchema),
});

export function keepCommand(): Command {
  return new Command('keep')
    .description('lets the last pictures of stale images answer their changed prompts, too: free, without a key')
    .argument('[patterns...]', 'manifests or globs; all without any')
    .addHelpText(
      'after',
      `
A typo in a prompt, a model that is gone: the picture that you approved stays. Nothing is bought.

Examples:
  $ npx prompt-image keep src/hero.image.json    this image
  $ npx prompt-image keep "**"                   every image that is stale`,
    )
    .action((patterns: string[], options: { json?: boolean }, command: Command) =>
      withProject(command, (project) => keep(project, patterns, options.json === true)),
    );
}

async function keep(project: Project, patterns: readonly string[], json: boolean): Promise<void> {
  const addresses = await selectAddresses(project, patterns);
  const { kept, unchanged, missing, failed: broken, stuck } = await (await project.curate()).keep(addresses);
  const named = new Set(patterns.map((pattern) => fromRoot(project, pattern)));
  const failed = [...broken, ...missing.filter((address) => named.has(address)).map(nothingToKeep)];
  if (failed.length > 0) process.exitCode = 1;
  if (json) {
    const images = kept.map(({ address, original, last }) => ({ address, original: original.stem, last: last.stem }));
    printJson(keepDocument, {
      version: 1,
      command: 'keep',
      errors: [],
      kept: images,
      unchanged,
      missing: [...missing],
      failed: jsonErrors(failed),
    });
    return;
  }
  printWarnings(stuck.map(renderFailure));
  for (const error of failed) printFailure(error);
  for (const { address, original, last } of kept) {
    const isLast = original.record.image.sha256 === last.record.image.sha256;
    const note = isLast ? `keeps ${last.stem}` : `has the picture of ${original.record.for}, whose prompt is the same`;
    console.log(`${styled('green', '✓')} ${address}${styled('dim', `  ${note}`)}`);
  }
  const never = missing.length > 0 ? ` ${missing.length} never had a picture.` : '';
  const failures = failed.length > 0 ? ` ${failed.length} failed.` : '';
  const commit = kept.length > 0 && project.config.commit ? ' Commit the new originals.' : '';
  console.log(
    styled('bold', `${counted(kept.length, 'image')} kept, ${unchanged} unchanged.${never}${failures}${commit}`),
  );
}

function nothingToKeep(address: string): PromptImageError {
  return new PromptImageError('IMAGE_MISSING', 'never had a picture, so there is none to keep', {
    place: { file: address },
    next: `Run: npx prompt-image generate ${quoted(address)}`,
  });
}
