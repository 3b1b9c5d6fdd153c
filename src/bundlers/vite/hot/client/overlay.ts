import type { ViteHotContext } from 'vite/types/hot.js';
import { EVENTS, OVERLAY_PLUGIN } from '../channel.js';

/**
 * Closes our error overlay when the failure is over, and before every update: Vite reloads the page when its first
 * update meets an open overlay.
 *
 * @param reopen called after an update that closed it for that reason alone
 */
export function guardOverlay(hot: ViteHotContext, document: Document, reopen: () => void): void {
  let isOurs = false;
  let isSuspended = false;

  /** @returns whether there was one */
  function close(): boolean {
    const overlays = isOurs ? [...document.querySelectorAll<Element & { close(): void }>('vite-error-overlay')] : [];
    for (const overlay of overlays) overlay.close();
    return overlays.length > 0;
  }

  hot.on('vite:error', ({ err }) => {
    isOurs = err.plugin === OVERLAY_PLUGIN;
  });
  hot.on(EVENTS.clear, () => {
    close();
    isOurs = false;
  });
  hot.on('vite:beforeUpdate', () => {
    isSuspended = close();
  });
  hot.on('vite:afterUpdate', () => {
    if (isSuspended) reopen();
    isSuspended = false;
  });
}
