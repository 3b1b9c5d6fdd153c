import type { Catalog } from '../catalog/catalog.js';
import type { PublishedImage } from '../catalog/manifest.js';
import { publishedIn } from '../catalog/pictures.js';
import type { Published } from '../catalog/publish.js';
import { parseAddress } from '../image/address.js';
import type { Context } from './context.js';
import { missingImages } from './missing.js';
import { readEntry } from './select.js';

/**
 * One image, with its variants where its base picture is named. Buys nothing.
 *
 * @throws `IMAGE_MISSING`, `IMAGE_WAITING`, `IMAGE_UNKNOWN`; what is wrong with manifest or original
 */
export async function publishBought(context: Context, address: string): Promise<PublishedImage> {
  const catalog = context.open();
  const { file, item, variant } = parseAddress(address);
  const base = await publish(context, catalog, address);
  const addresses = variant === undefined ? publishedIn(await catalog.images(file), item).slice(1) : [];
  const variants = addresses.map(async (each) => {
    const { media } = (await catalog.entry(each)).image;
    return { name: parseAddress(each).variant ?? '', media, published: await publish(context, catalog, each) };
  });
  return { item, base, variants: await Promise.all(variants) };
}

async function publish(context: Context, catalog: Catalog, address: string): Promise<Published> {
  const entry = await readEntry(context, address, catalog);
  const state = await context.stateOf(entry);
  if (state.state === 'ok') return context.publisher.original(entry, state.original);
  throw missingImages([{ entry, state }], [], context.config);
}
