import { join } from 'node:path';
import { isFailure, type PromptImageError } from '../failure.js';
import { readManifest } from '../files/text.js';
import type { Context } from './context.js';
import { isExcluded, MANIFEST_ID } from './imported.js';
import { createLeakFailures } from './leak-failures.js';

/*
 * The prompt is nobody's business but the repository's, so a manifest must not be published as itself. Bundlers do that on
 * many roads that no plugin is asked about (`new URL()`, `url()` in CSS, `src` in HTML, workers, other plugins), but what they
 * are about to write can be looked at.
 */

/** A file that a bundler is about to write. */
export interface OutputFile {
  name: string;
  /** Asked for only where the name says that it is text: bundlers copy what they are asked for. */
  content: () => string | Uint8Array;
  /** Absolute paths of the files that it was made from, where the bundler knows them. */
  originals?: readonly string[];
}

/** Files that can hold a manifest as text; all else is passed over unread. */
const TEXT = /\.(?:[cm]?js|css|html?|json|map|svg|txt|webmanifest|xml)$/i;
/** Inlined files, but for media. */
const DATA_URL = /data:(?!image|font|audio|video)[\w./+-]*((?:;[\w=-]+)*),([^"'`)\s\\]+)/g;
/** As a manifest has it, also inside of a string. */
const PROMPT = /\\?"prompt\\?"\s*:/;

/**
 * Finds manifests that would be published as themselves.
 *
 * @param sources modules of the build, to find the line that does it: absolute paths, which need not be files
 * @returns a `MANIFEST_LEAK` for each manifest
 */
export async function findLeaks(
  context: Context,
  files: readonly OutputFile[],
  sources: readonly string[],
): Promise<PromptImageError[]> {
  const { config } = context;
  const leaks = new Map<string, string>();
  let manifests: Promise<Map<string, string>> | undefined;
  for (const { name, content, originals = [] } of files) {
    for (const path of originals) {
      if (MANIFEST_ID.test(path) && !isExcluded(config, path)) leaks.set(path, name);
    }
    const suspects = TEXT.test(name) ? suspectsIn(textOf(content())) : [];
    if (suspects.length === 0) continue;
    manifests ??= readManifests(context);
    for (const [address, manifest] of await manifests) {
      if (suspects.some((suspect) => suspect.includes(manifest))) leaks.set(join(config.root, address), name);
    }
  }
  const { ofUse } = createLeakFailures(config);
  return Promise.all([...leaks].map(([path, name]) => ofUse(path, sources, name)));
}

function textOf(content: string | Uint8Array): string {
  return typeof content === 'string' ? content : Buffer.from(content).toString('utf8');
}

/** Texts that may be a manifest, without what quoting and formatting change. */
function suspectsIn(text: string): string[] {
  const inlined = [...text.matchAll(DATA_URL)].map(([, parameters = '', data = '']) =>
    parameters.endsWith(';base64') ? Buffer.from(data, 'base64').toString('utf8') : decodeLeniently(data),
  );
  return [text, ...inlined].filter((each) => PROMPT.test(each)).map(squeeze);
}

function decodeLeniently(data: string): string {
  try {
    return decodeURIComponent(data);
  } catch (error) {
    if (error instanceof URIError) return data;
    throw error;
  }
}

function squeeze(text: string): string {
  return text.replace(/\\[nrt]|[\s\\"'`]/g, '');
}

async function readManifests({ scan, config }: Context): Promise<Map<string, string>> {
  const entries = (await scan()).map(async (address): Promise<[string, string][]> => {
    try {
      return [[address, squeeze(await readManifest(config.root, address))]];
    } catch (error) {
      // What cannot be read is an error where it is imported; others need not care.
      if (isFailure(error)) return [];
      throw error;
    }
  });
  return new Map((await Promise.all(entries)).flat());
}
