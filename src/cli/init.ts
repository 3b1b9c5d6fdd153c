import { mkdir, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { Command } from 'commander';
import { CLIENT_TYPES, readSetup, type Setup } from '../project.js';
import { initDocument } from './documents.js';
import { type Bundler, findBundlers } from './init/bundlers.js';
import { type Edit, renderDiff } from './init/edits.js';
import { ignoreKeys } from './init/gitignore.js';
import { type Packages, readPackages } from './init/packages.js';
import { configText, EXAMPLE, exampleText } from './init/templates.js';
import { planTypes, type TypesPlan } from './init/tsconfig.js';
import { printJson } from './json.js';
import { confirm, styled } from './terminal.js';

interface Options {
  yes?: boolean;
  json?: boolean;
}

/** What a run of `init` says; a person reads it as it happens, a program at the end. */
type Say = (text: string) => void;
type AppliedEdit = { file: string; diff: string; applied: boolean };

export function initCommand(): Command {
  return new Command('init')
    .description('sets a project up: a config, an example, and what your bundler needs')
    .option('--yes', 'apply the changes to tsconfig and .gitignore without asking')
    .addHelpText(
      'after',
      `
It writes a config and an example where there are none, and overwrites nothing. Changes to your tsconfig and .gitignore
are shown first; without a terminal nobody can say yes to them. The config of your bundler is yours: it prints the lines.

Before installation: npx unplugin-prompt-image init`,
    )
    .action((options: Options, command: Command) => {
      const { config } = command.optsWithGlobals<{ config?: string }>();
      return init(options, config);
    });
}

async function init({ yes = false, json = false }: Options, configFile: string | undefined): Promise<void> {
  const say: Say = (text) => {
    if (!json) console.log(text);
  };
  const setup = await readSetup(process.cwd(), configFile);
  const packages = readPackages(setup.root, setup.top);
  const bundlers = findBundlers(setup.root, packages);

  const written = await writeFiles(setup, packages, say);
  const edits: AppliedEdit[] = [];
  const types = bundlers.some(({ bringsTypes }) => bringsTypes) ? undefined : planTypes(setup.root, packages);
  if (types?.state === 'done') say(styled('dim', `· ${types.file} has the types already`));
  for (const edit of [
    ...(types?.state === 'edit' ? [types.edit] : []),
    ...(setup.hidesKeys ? [] : [ignoreKeys(setup.root)]),
  ]) {
    edits.push(await offer(setup.root, edit, { yes, json }, say));
  }
  sayLines(packages, bundlers, say);
  const notes = notesOf(types, bundlers, packages);
  for (const note of notes) say(`\n${note}`);

  const next = nextCommand(setup, written);
  if (written.length === 0 && !edits.some(({ applied }) => applied)) say('\nNothing was changed.');
  say(`\nNext: ${styled('bold', next)}`);
  if (!json) return;
  const { install } = packages;
  printJson(initDocument, {
    version: 1,
    command: 'init',
    errors: [],
    root: setup.root,
    ...(install === undefined ? {} : { install }),
    bundlers: bundlers.map(({ name, config, lines }) => ({ name, ...(config ? { config } : {}), lines: [...lines] })),
    written,
    edits,
    notes,
    next,
  });
}

/** Writes what there is not. */
async function writeFiles(setup: Setup, packages: Packages, say: Say): Promise<string[]> {
  const { root, configFile, manifests, defaultModel } = setup;
  const config = `prompt-image.config.${packages.usesTypeScript ? 'ts' : 'mjs'}`;
  const files = [
    ...(configFile === undefined ? [{ file: config, text: configText(defaultModel) }] : []),
    ...(manifests.length === 0 ? [{ file: EXAMPLE, text: exampleText() }] : []),
  ];
  if (configFile !== undefined) say(styled('dim', `· ${basename(configFile)} is there already`));
  if (manifests.length > 0) say(styled('dim', `· there are manifests already, ${manifests[0]} for one`));
  for (const { file, text } of files) {
    await mkdir(dirname(join(root, file)), { recursive: true });
    await writeFile(join(root, file), text, { flag: 'wx' });
    say(`${styled('green', '✓')} wrote ${file}`);
  }
  return files.map(({ file }) => file);
}

function notesOf(types: TypesPlan | undefined, bundlers: readonly Bundler[], { files }: Packages): string[] {
  return [
    ...(files.includes('package.json') ? [] : ['There is no package.json here. Is this the folder of your project?']),
    ...(types?.state === 'by-hand'
      ? [`To do: add "${CLIENT_TYPES}" to compilerOptions.types in ${types.file}, which could not be read.`]
      : []),
    ...(bundlers.length === 0
      ? [
          'No bundler was found. There are plugins for Vite, Rollup, Rolldown, webpack, Rspack, esbuild, Farm and Bun; without one, see createPromptImage().',
        ]
      : []),
  ];
}

/** Shows a change and makes it, if somebody agrees. */
async function offer(root: string, edit: Edit, { yes, json }: Required<Options>, say: Say): Promise<AppliedEdit> {
  const diff = await renderDiff(edit);
  say(`\n${diff}\n`);
  const applied = yes || (!json && (await confirm(`Change ${edit.file}? (${edit.why})`)));
  if (applied) await writeFile(join(root, edit.file), edit.after);
  say(
    applied
      ? `${styled('green', '✓')} changed ${edit.file}`
      : `To do: the change above (${edit.why}), or: npx prompt-image init --yes`,
  );
  return { file: edit.file, diff, applied };
}

/** What only a person can do. */
function sayLines({ install }: Packages, bundlers: readonly Bundler[], say: Say): void {
  if (install !== undefined) say(`\nTo do: install the package\n\n  ${styled('bold', install)}`);
  for (const { name, config, lines } of bundlers) {
    if (lines.length === 0) say(styled('dim', `· ${config ?? name} has the plugin already`));
    else
      say(
        `\nTo do: ${config ? `in ${config}` : `in the config of ${name}`}\n\n  ${styled('bold', lines.join('\n  '))}`,
      );
  }
}

function nextCommand({ manifests }: Setup, written: readonly string[]): string {
  return manifests.length > 0 && written.length === 0
    ? 'npx prompt-image status'
    : 'npx prompt-image generate --dry-run';
}
