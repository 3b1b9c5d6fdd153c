import { ensureChromium } from './chromium.js';

/** Finds a browser before the first test, or installs one: never inside a test's time, and never skipped in silence. */
export default async function setup(): Promise<void> {
  await ensureChromium();
}
