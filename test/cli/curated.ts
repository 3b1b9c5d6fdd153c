import type { OriginalRecord } from '../../src/originals/record.js';
import { createShop, type Shop, type ShopOptions } from '../purchase/shop.js';

/** Body of a provider whose every picture is another one. */
export const everyOneDifferent = `
  const { default: sharp } = await import('sharp');
  const [r, g, b] = Array.from({ length: 3 }, () => Math.floor(Math.random() * 256));
  return { bytes: await sharp({ create: { width: 32, height: 32, channels: 3, background: { r, g, b } } }).png().toBuffer() };`;

/** A shop in a repository that has bought its images, each another picture, and committed them. */
export async function createCuratedShop(options: ShopOptions): Promise<Shop> {
  const shop = await createShop({ generate: everyOneDifferent, git: true, ...options });
  const { code, output } = await shop.command(['generate']);
  if (code !== 0) throw new Error(output);
  await commit(shop);
  return shop;
}

export async function commit(shop: Shop): Promise<void> {
  await shop.git('add', '--all');
  await shop.git('commit', '--quiet', '--message', 'Next');
}

export async function edit(shop: Shop, name: string, manifest: object): Promise<void> {
  await shop.write(`src/${name}.image.json`, { alt: '', ...manifest });
}

/** The records of the originals, by stem. */
export async function records(shop: Shop): Promise<Map<string, OriginalRecord>> {
  const files = await shop.originals('.json');
  const parsed = files.map(async (file) => JSON.parse(await shop.read(`.prompt-image/${file}`)) as OriginalRecord);
  return new Map(
    (await Promise.all(parsed)).map((record, index) => [files[index]?.replace('.json', '') ?? '', record]),
  );
}

/** What is in `.local/pruned`. */
export const pruned = (shop: Shop): Promise<string[]> => shop.list('.prompt-image/.local/pruned');

/** Two branches that have bought the same prompts, each its own pictures, merged. */
export async function createMergedShop(options: ShopOptions): Promise<Shop> {
  const shop = await createShop({ generate: everyOneDifferent, git: true, ...options });
  await shop.git('branch', 'other');
  await shop.command(['generate']);
  await commit(shop);
  await shop.git('checkout', '--quiet', 'other');
  await shop.command(['generate']);
  await commit(shop);
  await shop.git('merge', '--quiet', '--no-edit', 'main');
  return shop;
}
