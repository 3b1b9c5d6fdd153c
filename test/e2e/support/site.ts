import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { PromptImage } from '../../../src/index.js';
import { type Gemini, picture, startGemini } from '../../loopback/gemini.js';
import { createWorkspace, type FileContent, type RunResult, run, type Workspace } from '../../support/workspace.js';
import { type Bundler, messagesIn, vite8 } from './bundlers.js';

type Environment = Record<string, string | undefined>;

export interface SiteOptions {
  /** @default Vite 8 */
  bundler?: Bundler;
  /** Manifests by name: `hero` is `src/hero.image.json`; a text is its prompt. `src/main.js` imports all of them. */
  images: Record<string, string | object>;
  /** Added to the config file, which has the loopback server as its provider. */
  config?: object;
  /** Further files, and files other than the usual ones. */
  files?: Record<string, FileContent>;
  /** Puts the key into `.env.local`, so that builds buy. @default false */
  consent?: boolean;
  /** Whether it is in a git repository, whose one commit holds the files. @default true */
  git?: boolean;
}

/** A project with pictures, beside a server that sells them. */
export interface Site extends Workspace {
  /** Runs the bundler; what it makes is in `dist`. */
  build: (env?: Environment) => Promise<RunResult>;
  /** Runs `prompt-image`, with the key in the environment unless `env` says otherwise. */
  command: (args: readonly string[], env?: Environment) => Promise<RunResult>;
  /** What the manifests are imported as, by name, from the built code. @param dir where it is, `dist` by default */
  images: (dir?: string) => Promise<Record<string, PromptImage>>;
  /** The emitted files that an image names, relative to `dist`. */
  filesOf: (image: PromptImage) => string[];
  /** Writes a manifest anew. */
  edit: (name: string, manifest: string | object) => Promise<void>;
  commit: () => Promise<void>;
}

/** Small, because sizes prove nothing here and cost time. */
const smallOutput = { formats: ['webp'], widths: [64], placeholder: false };

/** A server whose pictures are small. */
export async function startSmallGemini(options: Parameters<typeof startGemini>[0] = {}): Promise<Gemini> {
  const gemini = await startGemini(options);
  gemini.always(picture({ size: { width: 128, height: 128 } }));
  return gemini;
}

export async function createSite(
  gemini: Pick<Gemini, 'url' | 'key'>,
  { bundler = vite8, images, config = {}, files = {}, consent = false, git = true }: SiteOptions,
): Promise<Site> {
  const manifests = Object.entries(images).map(([name, manifest]) => [`src/${name}.image.json`, contentOf(manifest)]);
  const workspace = await createWorkspace(
    {
      ...bundler.files,
      ...Object.fromEntries(manifests),
      'src/main.js': mainOf(Object.keys(images)),
      'prompt-image.config.js': configOf(gemini.url, config),
      '.gitignore': 'dist\n.env.local\n',
      ...(consent ? { '.env.local': `GEMINI_API_KEY=${gemini.key}\n` } : {}),
      ...files,
    },
    { git, vite: bundler.vite },
  );
  return openSite(workspace, bundler, gemini.key);
}

/** A clone of a site's repository, as someone else has it: no key, no cache. */
export async function cloneSite(site: Site, bundler: Bundler): Promise<Site> {
  const workspace = await createWorkspace({}, { vite: bundler.vite });
  await workspace.remove('package.json');
  await workspace.git('init', '--quiet', '--initial-branch=main');
  await workspace.write('.git/info/exclude', 'node_modules\n');
  await workspace.git('pull', '--quiet', site.root, 'main');
  return openSite(workspace, bundler, '');
}

function openSite(workspace: Workspace, bundler: Bundler, key: string): Site {
  const { root } = workspace;
  return {
    ...workspace,
    build: async (env = {}) => {
      const options = { cwd: root, env: { NO_COLOR: '1', ...env }, timeout: 60_000 };
      const built = await run(process.execPath, bundler.command(workspace), options);
      return { ...built, output: messagesIn(built.output, bundler) };
    },
    command: (args, env = { GEMINI_API_KEY: key }) =>
      run(process.execPath, [workspace.bin('unplugin-prompt-image', 'prompt-image'), ...args], {
        cwd: root,
        env,
        timeout: 60_000,
      }),
    images: async (dir = 'dist') => {
      const entry = (await workspace.list(dir)).find((file) => bundler.entry.test(file));
      if (entry === undefined) throw new Error(`There is no entry in ${dir}`);
      return loadImages(workspace.path(dir, entry));
    },
    filesOf: (image) => urlsOf(image).map((url) => fileOf(url, workspace.path('dist'))),
    edit: (name, manifest) => workspace.write(`src/${name}.image.json`, contentOf(manifest)),
    commit: async () => {
      await workspace.git('add', '--all');
      await workspace.git('commit', '--quiet', '--message', 'Next');
    },
  };
}

/** Runs built code in a process of its own. @returns what it put into `globalThis.images` */
export async function loadImages(file: string): Promise<Record<string, PromptImage>> {
  const code = 'await import(process.argv[1]); console.log(JSON.stringify(globalThis.images))';
  const { stdout, output, code: exit } = await run(process.execPath, ['--input-type=module', '-e', code, file]);
  if (exit !== 0) throw new Error(`${file} cannot be loaded:\n${output}`);
  return JSON.parse(stdout) as Record<string, PromptImage>;
}

/** Every URL in an image's object, each once. */
export function urlsOf({ src, srcset, sources, img }: PromptImage): string[] {
  const sets = [srcset, ...Object.values(sources)].flatMap((set) => set.split(', '));
  return [...new Set([src, img.src, ...sets.map((candidate) => candidate.replace(/ [\d.]+[wx]$/, ''))])];
}

function fileOf(url: string, dist: string): string {
  const path = url.startsWith('file:') ? fileURLToPath(url) : join(dist, url);
  if (!path.startsWith(`${dist}/`)) throw new Error(`${url} leads out of the output`);
  return path.slice(dist.length + 1);
}

export function configOf(url: string, extra: object = {}): string {
  const config = { retries: 0, defaults: { output: smallOutput }, ...extra };
  return `
    import { google } from 'unplugin-prompt-image';
    export default { provider: google({ baseUrl: '${url}' }), ...${JSON.stringify(config)} };`;
}

export function mainOf(names: readonly string[]): string {
  const imports = names.map((name) => `import ${name} from './${name}.image.json';`);
  return [...imports, `globalThis.images = { ${names.join(', ')} };`, ''].join('\n');
}

function contentOf(manifest: string | object): object {
  return typeof manifest === 'string' ? { prompt: manifest, alt: '' } : manifest;
}

/** Lines of a stack, which tell a user nothing. */
export const STACK = /^\s+at .*[:(]/m;
