import { shownBy } from '../catalog/state.js';
import { parseAddress } from '../image/address.js';
import { captionOf } from '../session/alt.js';
import type { Context } from '../session/context.js';
import { readStatus } from '../session/status.js';

/** An image whose manifest says no alternative text. */
export interface MissingAlt {
  address: string;
  /** Whether there is a picture yet, be it that of an earlier prompt. */
  hasPicture: boolean;
  /** What the model said beside the picture: a suggestion, chatty and sometimes wrong. */
  caption: string | undefined;
}

/** The images without alternative text. `alt: ""` is one: it says that the picture is decoration. */
export async function listMissingAlts(context: Context, addresses?: readonly string[]): Promise<MissingAlt[]> {
  const images = await readStatus(context, addresses);
  return images.flatMap((image) => {
    if (image.state === 'invalid' || image.entry.image.alt !== undefined) return [];
    const { detail, address } = image;
    // Variants say what their image does.
    if (parseAddress(address).variant !== undefined) return [];
    const picture = shownBy(detail);
    return [{ address, hasPicture: picture !== undefined, caption: captionOf(picture) }];
  });
}
