import type { Entry } from '../catalog/entry.js';
import { PromptImageError } from '../failure.js';
import type { Original } from '../originals/originals.js';
import { printable } from '../providers/redact.js';

/** What to say of an image without alternative text; nothing where it has one, be it empty. */
export function missingAlt({ address, image }: Entry, original?: Original): PromptImageError | undefined {
  if (image.alt !== undefined) return undefined;
  const caption = original?.record.caption;
  const suggestion = caption === undefined ? '' : ` The model said: “${printable(caption)}”`;
  return new PromptImageError('ALT_MISSING', 'has no alt text', {
    place: { file: address },
    next: `Write "alt", or "alt": "" if it is decoration.${suggestion}`,
  });
}
