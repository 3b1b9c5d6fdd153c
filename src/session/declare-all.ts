import { dirname, join } from 'node:path';
import { PromptImageError } from '../failure.js';
import { readIfExists } from '../files/errno.js';
import { scanManifests } from '../files/scan.js';
import { parseAddress } from '../image/address.js';
import { declarationFile, isOwnDeclaration, manifestOfDeclaration } from '../image/declaration.js';
import { createTypesRoutes } from '../typescript/route.js';
import type { Context } from './context.js';
import { shapeOf, unreadHint, writeDeclaration } from './declarations.js';

/** What was done about the declarations. Files are named from the root. */
export interface DeclareReport {
  written: string[];
  unchanged: string[];
  /** Declarations of ours whose manifests are gone; where all were asked for. */
  stale: string[];
  /** Manifests that are wrong, and declarations that could not be written. */
  failed: PromptImageError[];
  /** Where TypeScript takes no notice of them. */
  hint?: string;
}

/**
 * Writes the declarations beside manifests, whatever `dts` says: somebody asked for them. Deletes nothing.
 *
 * @param addresses of pictures or manifests, from the root; all manifests without it
 */
export async function declareAll(context: Context, addresses?: readonly string[]): Promise<DeclareReport> {
  const { config } = context;
  const all = addresses === undefined ? await context.scan() : addresses;
  const files = [...new Set(all.map((address) => parseAddress(address).file))];
  const catalog = context.open();
  const routes = createTypesRoutes(config.root);
  const report: DeclareReport = { written: [], unchanged: [], stale: [], failed: [] };
  for (const file of files) {
    try {
      const shape = shapeOf(await catalog.images(file));
      const wasWritten = await writeDeclaration(config.root, file, shape);
      report[wasWritten ? 'written' : 'unchanged'].push(declarationFile(file));
    } catch (error) {
      if (!(error instanceof PromptImageError)) throw error;
      report.failed.push(error);
      continue;
    }
    const route = routes.of(dirname(join(config.root, file)));
    const hint = route && unreadHint(config, route);
    if (hint !== undefined) report.hint ??= hint;
  }
  if (addresses === undefined) report.stale = await findStale(context, files);
  return report;
}

async function findStale({ config }: Context, manifests: readonly string[]): Promise<string[]> {
  const include = ['**/*.image.d.json.ts', '**/*.images.d.json.ts'];
  const known = new Set(manifests);
  const stale: string[] = [];
  for (const file of await scanManifests({ root: config.root, include, exclude: config.exclude })) {
    if (
      known.has(manifestOfDeclaration(file)) ||
      (await readIfExists(join(config.root, manifestOfDeclaration(file))))
    ) {
      continue;
    }
    const text = (await readIfExists(join(config.root, file)))?.toString();
    if (text !== undefined && isOwnDeclaration(text)) stale.push(file);
  }
  return stale;
}
