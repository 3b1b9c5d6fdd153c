import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import type { ResolvedConfig } from 'vite';
import { MANIFEST_ID, pathOf } from '../../plugin.js';
import type { PublishedFile } from '../../project.js';

/** What the paths of served images start with, behind the base. */
export const PREFIX = '@prompt-image/';

/** The published file that is asked for. */
export function nameOf({ url = '' }: IncomingMessage, base: string): string | undefined {
  const [path = ''] = url.split('?');
  return path.startsWith(`${base}${PREFIX}`) ? path.slice(base.length + PREFIX.length) : undefined;
}

/** Absolute path of the manifest that is asked for other than by an import, which Vite marks. */
export function requestedManifest({ url = '' }: IncomingMessage, { root, base }: ResolvedConfig): string | undefined {
  if (!MANIFEST_ID.test(url) || /[?&]import\b/.test(url) || !url.startsWith(base)) return undefined;
  const path = decodeURI(pathOf(url).slice(base.length));
  // On Windows a drive follows, elsewhere the slash is the path's own.
  const absolute = process.platform === 'win32' ? '@fs/' : '@fs';
  return path.startsWith('@fs/') ? path.slice(absolute.length) : join(root, path);
}

/** Answers with a file, which is encoded now unless the browser has it. */
export async function serve(file: PublishedFile, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const etag = `"${file.id.slice(0, 32)}"`;
  response.setHeader('ETag', etag);
  response.setHeader('Cache-Control', 'no-cache');
  if (request.headers['if-none-match'] === etag) {
    response.statusCode = 304;
    response.end();
    return;
  }
  const bytes = await file.read();
  response.setHeader('Content-Type', file.mimeType);
  response.setHeader('Content-Length', bytes.length);
  response.end(request.method === 'HEAD' ? undefined : bytes);
}
