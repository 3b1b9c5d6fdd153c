import { relative, resolve } from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import * as z from 'zod';
import { formatOfName, formats, type OutputFormat, outputFormats } from '../image/formats.js';
import { RATIO } from '../image/output.js';
import type { Project } from '../project.js';
import { documentShape, printJson } from './json.js';
import { selectAddress, withProject } from './project.js';
import { printWarnings, styled } from './terminal.js';

interface Options {
  out: string;
  width?: number;
  format?: OutputFormat;
  crop?: string;
  check?: boolean;
  json?: boolean;
}

/** `prompt-image export --json` */
export const exportDocument = z.strictObject({
  ...documentShape,
  address: z.string(),
  /** Relative to the working directory, as `--out` is. */
  out: z.string(),
  format: z.enum(outputFormats),
  width: z.int(),
  height: z.int(),
  /** With `--check` nothing is written: `missing` and `different` are failures then. */
  state: z.enum(['written', 'unchanged', 'missing', 'different']),
});

export function exportCommand(): Command {
  return new Command('export')
    .description('one plain file of an image, under a name that does not change; never buys')
    .argument('<address>', 'the manifest')
    .requiredOption('--out <path>', 'the file to write')
    .option('--width <pixels>', 'default: all there are; nothing is enlarged', readWidth)
    .option('--format <name>', `${outputFormats.join(', ')}; default: by the name of the file`, readFormat)
    .option('--crop <ratio>', 'for example 1200:630; default: as the manifest says', readCrop)
    .option('--check', 'only compare: fails where the file is missing or another')
    .addHelpText(
      'after',
      `
Quality, effort and position are those of the manifest. The bytes are the same on every machine of a kind, so --check
belongs where the file was written: in CI, if CI writes it.

Examples:
  $ npx prompt-image export src/logo.image.json --out public/favicon.png --width 64
  $ npx prompt-image export src/hero.image.json --out public/card.jpg --width 1200 --crop 1200:630
  $ npx prompt-image export src/hero.image.json --out docs/hero.webp --check`,
    )
    .action((address: string, options: Options, command: Command) =>
      withProject(command, (project) => exportOne(project, address, options)),
    );
}

async function exportOne(project: Project, pattern: string, options: Options): Promise<void> {
  const { out, width, crop, check = false, json } = options;
  const format = options.format ?? formatOfName(out);
  if (format === undefined) {
    const known = outputFormats.map((name) => `.${formats[name].extension}`).join(', ');
    throw new InvalidArgumentError(`${out} does not say which format: end it with ${known}, or give --format.`);
  }
  const address = await selectAddress(project, pattern);
  const curation = await project.curate();
  const done = await curation.export({ address, out: resolve(out), format, width, crop, check });
  const isWrong = done.state === 'missing' || done.state === 'different';
  if (isWrong) process.exitCode = 1;
  const name = relative(process.cwd(), resolve(out)).replaceAll('\\', '/');
  if (json) {
    return printJson(exportDocument, {
      version: 1,
      command: 'export',
      errors: [],
      address,
      out: name,
      format,
      ...done,
    });
  }
  if (width !== undefined && done.width < width)
    printWarnings([`${address} is ${done.width} pixels wide, not ${width}`]);
  const command = 'Run the same command without --check.';
  const words = {
    written: 'written',
    unchanged: 'is up to date',
    missing: 'is missing',
    different: 'is not what it would be',
  };
  const text = `${name} ${words[done.state]} (${done.width}×${done.height})`;
  if (isWrong) console.error(`${styled('red', `✗ ${text}`)}\n${command}`);
  else console.log(`${styled('green', '✓')} ${text}`);
}

function readWidth(text: string): number {
  const width = Number(text);
  if (Number.isSafeInteger(width) && width > 0) return width;
  throw new InvalidArgumentError('It is a whole number of pixels.');
}

function readFormat(text: string): OutputFormat {
  const format = formatOfName(`.${text}`);
  if (format !== undefined) return format;
  throw new InvalidArgumentError(`It is one of ${outputFormats.join(', ')}.`);
}

function readCrop(text: string): string {
  if (RATIO.test(text)) return text;
  throw new InvalidArgumentError('It is written width:height, for example 1200:630.');
}
