import { readFile } from 'node:fs/promises';
import sharp from 'sharp';
import { expect } from 'vitest';
import { openOriginals } from '../../src/originals/originals.js';
import { createWorkspace, type Finished, type RunResult, run, type Started, start } from '../support/workspace.js';

type Workspace = Awaited<ReturnType<typeof createWorkspace>>;
type Environment = Record<string, string | undefined>;

export interface ShopOptions {
  /** Manifests by name: `barn` is `src/barn.image.json`; a text is its prompt. */
  images: Record<string, string | object>;
  /** Further files. */
  files?: Record<string, string | object>;
  /** Body of the provider's `generate`, after the call was noted. @default the picture */
  generate?: string;
  /** Further members of the provider, as JavaScript. */
  provider?: string;
  /** Further options of the config. */
  config?: object;
  git?: boolean;
}

export interface RunOptions {
  env?: Environment;
  /** A module that is loaded before everything else: what a system does wrong. */
  preload?: string;
}

/** A project whose pictures come from a provider of its own, which notes every call before it does anything. */
export interface Shop extends Workspace {
  /** What the provider gives. */
  readonly picture: Buffer;
  /** The prompts that were asked for, in order. */
  calls: () => Promise<string[]>;
  /** Runs `prompt-image`. */
  command: (args: readonly string[], options?: RunOptions) => Promise<RunResult>;
  /** The same, left running. */
  start: (args: readonly string[], options?: RunOptions) => Promise<Started>;
  /** Resolves once so many calls were made. */
  called: (count: number) => Promise<void>;
  /** Files of the committed cache, by what their names end with. */
  originals: (end: string) => Promise<string[]>;
  intents: () => Promise<string[]>;
}

export type { Finished, RunResult };

export async function createShop({
  images,
  files = {},
  generate = 'return { bytes: picture };',
  provider = '',
  config = {},
  git = false,
}: ShopOptions): Promise<Shop> {
  const picture = await sharp({ create: { width: 32, height: 32, channels: 3, background: randomColour() } })
    .png()
    .toBuffer();
  const manifests = Object.entries(images).map(([name, manifest]) => [
    `src/${name}.image.json`,
    typeof manifest === 'string' ? { prompt: manifest, alt: '' } : manifest,
  ]);
  const workspace = await createWorkspace(
    {
      ...Object.fromEntries(manifests),
      ...files,
      'picture.png': picture,
      'prompt-image.config.mjs': `
        import { appendFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
        import { setTimeout as sleep } from 'node:timers/promises';
        import { ProviderError } from 'unplugin-prompt-image';
        const folder = import.meta.dirname;
        const picture = readFileSync(folder + '/picture.png');
        const generate = async (request, { signal }) => {
          appendFileSync(folder + '/calls.log', JSON.stringify(request.prompt) + '\\n');
          ${generate}
        };
        export default { provider: { name: 'shop', ${provider} generate }, retries: 0, ...${JSON.stringify(config)} };`,
      '.gitignore': 'calls.log\n',
    },
    { git },
  );
  const words = (args: readonly string[], { preload }: RunOptions) => [
    ...(preload === undefined ? [] : ['--import', `data:text/javascript,${encodeURIComponent(preload)}`]),
    workspace.bin('unplugin-prompt-image', 'prompt-image'),
    ...args,
  ];
  const calls = async () => {
    const noted = (await workspace.list()).includes('calls.log') ? await workspace.read('calls.log') : '';
    return noted
      .split('\n')
      .filter(Boolean)
      .map((line) => JSON.parse(line) as string);
  };
  return {
    ...workspace,
    picture,
    calls,
    command: (args, options = {}) =>
      run(process.execPath, words(args, options), { cwd: workspace.root, env: options.env ?? {}, timeout: 40_000 }),
    start: (args, options = {}) =>
      start(process.execPath, words(args, options), { cwd: workspace.root, env: options.env ?? {} }),
    called: async (count) => {
      const deadline = Date.now() + 20_000;
      while ((await calls()).length < count) {
        if (Date.now() > deadline) throw new Error(`There were no ${count} calls in time`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    },
    originals: async (end) =>
      (await workspace.list('.prompt-image')).filter((file) => !file.includes('/') && file.endsWith(end)),
    intents: () => workspace.list('.prompt-image/.local/intents'),
  };
}

/** The picture of `barn` is stored once, whole, and nothing is left of how it came. */
export async function expectStored(shop: Shop): Promise<void> {
  const originals = openOriginals(shop.path('.prompt-image'));
  const [stem = '', ...more] = await originals.stems();
  expect(more).toEqual([]);
  const { path, record } = await originals.read(stem);
  expect(await readFile(path)).toEqual(shop.picture);
  expect(record).toMatchObject({ for: 'src/barn.image.json', provider: 'shop' });
  expect(await shop.intents()).toEqual([]);
  await expectTidy(shop);
}

/** Nothing unfinished lies about. */
export async function expectTidy(shop: Shop): Promise<void> {
  const left = [...(await shop.list('.prompt-image')), ...(await shop.list('node_modules/.cache'))];
  expect(left.filter((file) => file.includes('.tmp-'))).toEqual([]);
}

function randomColour(): string {
  return `#${Math.floor(Math.random() * 0xffffff)
    .toString(16)
    .padStart(6, '0')}`;
}
