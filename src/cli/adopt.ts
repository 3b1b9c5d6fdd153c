import { relative, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { closestMatch } from 'leven';
import * as z from 'zod';
import { outputFormats } from '../image/formats.js';
import { sourceTypes } from '../image/source-types.js';
import type { Project } from '../project.js';
import { documentShape, printJson } from './json.js';
import { selectAddress, withProject } from './project.js';
import { printWarnings, styled } from './terminal.js';

interface Options {
  sourceType?: string;
  json?: boolean;
}

/** `prompt-image adopt --json` */
export const adoptDocument = z.strictObject({
  ...documentShape,
  address: z.string(),
  /** The original's path from the root. */
  file: z.string(),
  sha256: z.string(),
  width: z.int(),
  height: z.int(),
  format: z.enum(outputFormats),
  /** IPTC's term; absent where neither the picture nor `--source-type` says one. */
  sourceType: z.string().optional(),
  /** `present`: these bytes were its original before, and nothing was to be done. */
  state: z.enum(['adopted', 'present']),
  notes: z.array(z.string()),
});

export function adoptCommand(): Command {
  return new Command('adopt')
    .description("your own picture as an image's original, as it is; free, offline")
    .argument('<address>', 'the manifest')
    .argument('<picture>', 'a PNG, JPEG, WebP or AVIF file')
    .option(
      '--source-type <term>',
      "how it was made, in IPTC's terms; instead of what the picture says",
      readSourceType,
    )
    .addHelpText(
      'after',
      `
The picture is copied, not converted, so that its C2PA data survives. Files made from it carry the label that it carries.

Source types: ${sourceTypes.join(', ')}

Examples:
  $ npx prompt-image adopt src/hero.image.json ~/Pictures/lighthouse.jpg
  $ npx prompt-image adopt src/hero.image.json lighthouse.png --source-type digitalCapture`,
    )
    .action((address: string, picture: string, options: Options, command: Command) =>
      withProject(command, (project) => adopt(project, address, picture, options)),
    );
}

async function adopt(project: Project, pattern: string, picture: string, { sourceType, json }: Options): Promise<void> {
  const address = await selectAddress(project, pattern);
  const curation = await project.curate();
  const { original, isNew, note } = await curation.adopt({ address, picture: resolve(picture), sourceType });
  const { image, sourceType: label } = original.record;
  const file = relative(project.config.root, original.path).replaceAll('\\', '/');
  const notes = note === undefined ? [] : [note];
  if (json) {
    const { sha256, width, height, format } = image;
    const facts = {
      address,
      file,
      sha256,
      width,
      height,
      format,
      ...(label === undefined ? {} : { sourceType: label }),
    };
    const state = isNew ? 'adopted' : 'present';
    return printJson(adoptDocument, { version: 1, command: 'adopt', errors: [], ...facts, state, notes });
  }
  printWarnings(notes.map((each) => `${address}: ${each}`));
  console.log(`${styled('green', '✓')} ${address}  ${image.width}×${image.height}, ${label ?? 'no source type known'}`);
  console.log(
    styled('bold', isNew ? `Adopted as ${file}. Commit it with its record.` : `Nothing to do: it is ${file} already.`),
  );
}

/** @throws a usage error for what is none of IPTC's terms */
function readSourceType(text: string): string {
  if ((sourceTypes as readonly string[]).includes(text)) return text;
  const match = closestMatch(text, sourceTypes, { maxDistance: 5 });
  throw new InvalidArgumentError(
    match === undefined ? `It is one of ${sourceTypes.join(', ')}.` : `Did you mean ${match}?`,
  );
}
