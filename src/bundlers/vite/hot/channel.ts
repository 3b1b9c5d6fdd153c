import type { Imported } from '../../../image/imported.js';
import type { PromptImage } from '../../../image/object.js';

/** Who speaks in the error overlay; also how the page tells its overlay from those of others. */
export const OVERLAY_PLUGIN = 'unplugin-prompt-image';

/** Custom events between the dev server and its pages, over Vite's own socket. */
export const EVENTS = {
  /** Server to page, {@link ImportUpdate}: a manifest is imported as something else. */
  update: 'prompt-image:update',
  /** Server to page, no data: the failure on display is over. */
  clear: 'prompt-image:clear',
  /** Page to server, {@link PageReport}: what the page has just loaded. */
  report: 'prompt-image:report',
} as const;

export interface ImportUpdate {
  /** Of the manifest: its path from Vite's root, without a query. */
  name: string;
  /** Of `imported`: equal versions are equal objects. */
  version: string;
  imported: Imported;
}

/** An image as a page has it: the whole object, or with `?url` its `src` alone. */
export type Shown = Partial<PromptImage> & Pick<PromptImage, 'src'>;

/** What a module hands over to be kept up to date. */
export type Delivered =
  | { kind: 'image'; image: Shown }
  | { kind: 'collection'; images: readonly (Shown & { name: string })[] };

/** Name → version. */
export type PageReport = Record<string, string>;
