import { Command, InvalidArgumentError } from 'commander';
import * as z from 'zod';
import type { Project } from '../project.js';
import { documentShape, printJson } from './json.js';
import { selectAddress, withProject } from './project.js';
import { counted, styled } from './terminal.js';

/** `prompt-image pick --json` */
export const pickDocument = z.strictObject({
  ...documentShape,
  address: z.string(),
  /** The take that the manifest has now; absent with `--original`. */
  take: z.union([z.int(), z.string()]).optional(),
  /** The original that serves, by its files' name without extension. */
  original: z.string(),
  /** What changed in the manifest, as a unified diff; absent where nothing did. */
  diff: z.string().optional(),
  /** Originals that went to `.local/pruned`. */
  retired: z.array(z.string()),
});

interface Options {
  original?: string;
  json?: boolean;
}

export function pickCommand(): Command {
  return new Command('pick')
    .description('writes a take into the manifest, or settles which of several originals serves')
    .argument('<address>', 'a manifest')
    .argument('[take]', 'one that was bought: 1 for the first, or the name that reroll gave it', parseTake)
    .option(
      '--original <sha8>',
      'of several originals of one prompt this one; the others go to .local/pruned',
      parseHash,
    )
    .addHelpText(
      'after',
      `
Free. The other takes stay, so that you can go back.

Examples:
  $ npx prompt-image pick src/hero.image.json k3f9
  $ npx prompt-image pick src/hero.image.json 1
  $ npx prompt-image pick src/hero.image.json --original 9c7fae2f    two branches had bought the same`,
    )
    .action((address: string, take: Take | undefined, options: Options, command: Command) =>
      withProject(command, (project) => pick(project, address, take, options)),
    );
}

type Take = number | string;

function parseTake(value: string): Take {
  if (/^[1-9]\d{0,15}$/.test(value)) return Number(value);
  if (/^[a-z][a-z0-9]{0,11}$/.test(value)) return value;
  throw new InvalidArgumentError('It is a positive integer or the name of a take, such as k3f9.');
}

function parseHash(value: string): string {
  if (/^[0-9a-f]{8,64}$/i.test(value)) return value.toLowerCase();
  throw new InvalidArgumentError("It is the last part of the original's name: 8 digits.");
}

async function pick(project: Project, pattern: string, take: Take | undefined, options: Options): Promise<void> {
  const { original, json = false } = options;
  if ((take === undefined) === (original === undefined)) {
    throw new InvalidArgumentError('pick takes either a take or --original. Run: npx prompt-image pick --help');
  }
  const address = await selectAddress(project, pattern);
  if (original !== undefined) await settle(project, address, original, json);
  else if (take !== undefined) await write(project, address, take, json);
}

async function write(project: Project, address: string, take: Take, json: boolean): Promise<void> {
  const plan = await (await project.curate()).planPick(address, take);
  const { diff, original } = plan;
  if (diff !== undefined && !json) printDiff(diff);
  if (diff !== undefined) await plan.write();
  if (json) {
    const change = diff === undefined ? {} : { diff };
    printJson(pickDocument, {
      version: 1,
      command: 'pick',
      errors: [],
      address,
      take,
      original: original.stem,
      ...change,
      retired: [],
    });
    return;
  }
  console.log(
    styled('bold', diff === undefined ? `${address} has take ${take} already.` : `${address} has take ${take} now.`),
  );
}

async function settle(project: Project, address: string, hash: string, json: boolean): Promise<void> {
  const { chosen, retired } = await (await project.curate()).settle(address, hash);
  if (json) {
    printJson(pickDocument, {
      version: 1,
      command: 'pick',
      errors: [],
      address,
      original: chosen,
      retired: [...retired],
    });
    return;
  }
  for (const stem of retired) console.log(`  ${stem}${styled('dim', '  went to .local/pruned')}`);
  const rest =
    retired.length > 0 ? `${counted(retired.length, 'other')} moved. Commit that they are gone.` : 'There is no other.';
  console.log(styled('bold', `${chosen} serves. ${rest}`));
}

function printDiff(diff: string): void {
  // Below the two names, which are one.
  for (const line of diff.trimEnd().split('\n').slice(2)) {
    console.log(
      line.startsWith('+') ? styled('green', line) : line.startsWith('-') ? styled('red', line) : styled('dim', line),
    );
  }
}
