import * as z from 'zod';
import type { Project } from '../project.js';
import { documentShape, printJson } from './json.js';
import { selectAddresses } from './project.js';
import { counted, styled } from './terminal.js';

/** `prompt-image status --alt --json` */
export const altDocument = z.strictObject({
  ...documentShape,
  /** Those without alternative text. */
  images: z.array(
    z.strictObject({
      address: z.string(),
      /** What the model said beside the picture: a suggestion. */
      caption: z.string().optional(),
    }),
  ),
});

/** The images without alternative text, each with what might become one. */
export async function statusAlt(project: Project, patterns: readonly string[], json: boolean): Promise<void> {
  const curation = await project.curate();
  const images = await curation.missingAlts(await selectAddresses(project, patterns));
  if (json) {
    const found = images.map(({ address, caption }) => ({ address, ...(caption === undefined ? {} : { caption }) }));
    return printJson(altDocument, { version: 1, command: 'status', errors: [], images: found });
  }
  for (const { address, hasPicture, caption } of images) {
    const nothing = hasPicture ? 'the model said nothing' : 'not bought yet';
    console.log(`${styled('yellow', '●')} ${address}`);
    console.log(styled('dim', `  ${caption === undefined ? nothing : `the model said: “${caption}”`}`));
  }
  const next =
    images.length > 0 ? ' Write "alt" into each, "" for decoration; what the model said is a suggestion.' : '';
  console.log(styled('bold', `${counted(images.length, 'image')} without alternative text.${next}`));
}
