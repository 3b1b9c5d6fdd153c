import type { Browser, Page } from 'playwright-core';
import { collectComplaints } from '../../support/complaints.js';

/** A page with a body, and nothing that a browser would ask for by itself. */
export const html = (body: string) => `<!doctype html><title>Site</title><link rel="icon" href="data:,"><body>${body}`;

/** Opens a page, with everything that its console shows in red or yellow from then on. */
export async function openPage(browser: Browser, url: string): Promise<{ page: Page; complaints: string[] }> {
  const page = await browser.newPage();
  const complaints = collectComplaints(page);
  await page.goto(url);
  return { page, complaints };
}

/** Waits until pictures are there and whole: each `<img>` that a selector finds. */
export async function untilShown(page: Page, selector: string): Promise<void> {
  await page.waitForFunction(
    (it) => {
      const pictures = [...document.querySelectorAll<HTMLImageElement>(it)];
      return pictures.length > 0 && pictures.every(({ naturalWidth }) => naturalWidth > 0);
    },
    selector,
    { timeout: 45_000 },
  );
}
