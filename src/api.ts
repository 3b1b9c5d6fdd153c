import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PromptImageError } from './failure.js';
import { type InlineOptions, openProject, type PromptImage } from './project.js';

/** The state of one image, as {@link PromptImageApi.status} tells it. */
export interface StatusEntry {
  address: string;
  /** `stale`: its prompt side changed since the picture was bought; `refused`, `invalid`: see `error`. */
  state: 'ok' | 'missing' | 'stale' | 'refused' | 'invalid';
  /** Of a stale image: the fields that changed. */
  changed?: readonly string[];
  error?: PromptImageError;
}

export interface PromptImageApi {
  /**
   * Buys what is missing or stale, of all manifests or of those at `addresses`, within the budget.
   *
   * @throws `BUDGET_EXCEEDED`; `IMAGE_MISSING` in CI and under test runners, where only the command `generate` buys
   */
  generate: (addresses?: readonly string[]) => Promise<{
    bought: readonly string[];
    failed: readonly { address: string; error: PromptImageError }[];
    notes: readonly string[];
  }>;
  status: (addresses?: readonly string[]) => Promise<StatusEntry[]>;
  /**
   * Writes an image's files and describes them. Never buys.
   *
   * @param address the manifest's path from the root, for example `src/hero.image.json`
   * @param options `outDir`: folder for the files, created if needed; `publicPath`: what their URLs start with, for example `/images/`
   * @throws `IMAGE_MISSING`, `MANIFEST_*`, `REFERENCE_*`, `CACHE_*`
   */
  resolve: (address: string, options: { outDir: string; publicPath: string }) => Promise<PromptImage>;
  /** Ends the encoder's process. Call it when done. */
  dispose: () => Promise<void>;
}

/**
 * The project's images without a bundler: for scripts, Eleventy, tests.
 *
 * @throws `CONFIG_INVALID`, `CONFIG_KEY_EXPOSED`
 */
export async function createPromptImage(options: InlineOptions = {}): Promise<PromptImageApi> {
  const project = await openProject(process.cwd(), options);
  return {
    generate: async (addresses) => {
      const plan = await project.plan({ addresses, recover: !project.config.frozen });
      if (project.config.frozen && plan.count > 0) {
        throw new PromptImageError('IMAGE_MISSING', 'nothing is bought in CI or under a test runner', {
          next: 'Run: npx prompt-image generate',
        });
      }
      const report = await project.execute(plan);
      const invalid = plan.invalid.map((error) => ({ address: error.place?.file ?? '', error }));
      return { ...report, failed: [...invalid, ...plan.refused, ...report.failed] };
    },

    status: async (addresses) =>
      (await project.status(addresses)).map((image) => {
        if (image.state === 'invalid') return { address: image.address, state: image.state, error: image.error };
        const changed = image.detail.state === 'stale' ? { changed: image.detail.changed } : {};
        const error = image.failure === undefined ? {} : { error: image.failure };
        return { address: image.address, state: image.state, ...changed, ...error };
      }),

    resolve: async (address, { outDir, publicPath }) => {
      const published = await project.publish(address);
      const folder = resolve(project.config.root, outDir);
      const contents = await published.readAll();
      const names = published.files.map(({ name }, index) => hashedName(name, contents[index] ?? Buffer.alloc(0)));
      await mkdir(folder, { recursive: true });
      await Promise.all(names.map((name, index) => writeFile(join(folder, name), contents[index] ?? Buffer.alloc(0))));
      return published.image((file) => `${publicPath}${names[published.files.indexOf(file)]}`);
    },

    dispose: project.dispose,
  };
}

/** `hero-640w.avif` → `hero-640w-1a2b3c4d.avif` */
function hashedName(name: string, bytes: Uint8Array): string {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  return name.replace(/(\.\w+)$/, `-${hash}$1`);
}
