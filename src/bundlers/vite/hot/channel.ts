import type { PromptImage } from '../../../image/object.js';

/** Who speaks in the error overlay; also how the page tells its overlay from those of others. */
export const OVERLAY_PLUGIN = 'unplugin-prompt-image';

/** Custom events between the dev server and its pages, over Vite's own socket. */
export const EVENTS = {
  /** Server to page, {@link ImageUpdate}: a manifest has a new object. */
  update: 'prompt-image:update',
  /** Server to page, no data: the failure on display is over. */
  clear: 'prompt-image:clear',
  /** Page to server, {@link PageReport}: what the page has just loaded. */
  report: 'prompt-image:report',
} as const;

export interface ImageUpdate {
  /** Of the manifest: its path from Vite's root, without a query. */
  name: string;
  /** Of `image`: equal versions are equal objects. */
  version: string;
  image: PromptImage;
}

/** Name → version. */
export type PageReport = Record<string, string>;
