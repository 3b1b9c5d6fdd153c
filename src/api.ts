import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { PromptImageError } from './failure.js';
import { describeImage, type InlineOptions, openProject, type PromptImage, type PublishedFile } from './project.js';

/** The state of one image, as {@link PromptImageApi.status} tells it. */
export interface StatusEntry {
  address: string;
  /**
   * `stale`: its prompt side changed since the picture was bought; `waiting`: pictures that it references are not there;
   * `refused`, `invalid`: see `error`.
   */
  state: 'ok' | 'missing' | 'stale' | 'waiting' | 'refused' | 'invalid';
  /** Of a stale image: the fields that changed. */
  changed?: readonly string[];
  /** Of a waiting image: the addresses of those pictures. */
  waitsFor?: readonly string[];
  error?: PromptImageError;
}

export interface PromptImageApi {
  /**
   * Buys what is missing or stale, and first what that waits for, within the budget.
   *
   * @param addresses files, items or variants; all manifests unless given
   *
   * @throws `BUDGET_EXCEEDED`; `IMAGE_MISSING` in CI, in Bun and under test runners, where only the command `generate` buys
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
   * @param address of one image, with the manifest's path from the root: `src/hero.image.json`, which has its variants with it,
   * `src/fruits.images.json#apple`, `src/hero.image.json@dark`
   * @param options `outDir`: folder for the files, created if needed; `publicPath`: what their URLs start with, for example `/images/`
   * @throws `IMAGE_MISSING`, `IMAGE_WAITING`, `IMAGE_UNKNOWN`, `MANIFEST_*`, `PRESET_*`, `ITEMS_*`, `REFERENCE_*`, `CACHE_*`
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
        throw new PromptImageError('IMAGE_MISSING', 'nothing is bought in CI, in Bun or under a test runner', {
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
        if (image.state === 'waiting') {
          return { address: image.address, state: image.state, waitsFor: image.entry.waitsFor };
        }
        const changed = image.detail.state === 'stale' ? { changed: image.detail.changed } : {};
        const error = image.failure === undefined ? {} : { error: image.failure };
        return { address: image.address, state: image.state, ...changed, ...error };
      }),

    resolve: async (address, { outDir, publicPath }) => {
      const image = await project.publish(address);
      const folder = resolve(project.config.root, outDir);
      await mkdir(folder, { recursive: true });
      const names = new Map<PublishedFile, string>();
      for (const published of [image.base, ...image.variants.map((variant) => variant.published)]) {
        const contents = await published.readAll();
        for (const [index, file] of published.files.entries()) {
          const bytes = contents[index] ?? Buffer.alloc(0);
          names.set(file, hashedName(file.name, bytes));
          await writeFile(join(folder, hashedName(file.name, bytes)), bytes);
        }
      }
      return describeImage(image, (file) => `${publicPath}${names.get(file)}`);
    },

    dispose: project.dispose,
  };
}

/** `hero-640w.avif` → `hero-640w-1a2b3c4d.avif` */
function hashedName(name: string, bytes: Uint8Array): string {
  const hash = createHash('sha256').update(bytes).digest('hex').slice(0, 8);
  return name.replace(/(\.\w+)$/, `-${hash}$1`);
}
