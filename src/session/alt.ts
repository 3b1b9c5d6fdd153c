import type { Picture } from '../catalog/entry.js';
import { PromptImageError } from '../failure.js';
import type { Original } from '../originals/originals.js';
import { printable } from '../providers/redact.js';

/** What to say of an image without alternative text; nothing where it has one, be it empty. */
export function missingAlt(picture: Picture, original?: Original): PromptImageError | undefined {
  if (picture.image.alt !== undefined) return undefined;
  const caption = captionOf(original);
  const suggestion = caption === undefined ? '' : ` The model said: “${caption}”`;
  return new PromptImageError('ALT_MISSING', 'has no alt text', {
    place: { file: picture.address },
    next: `Write "alt", or "alt": "" if it is decoration.${suggestion}`,
  });
}

/** The model's words beside a picture, fit for a terminal: a suggestion, chatty and sometimes wrong. */
export function captionOf(original: Original | undefined): string | undefined {
  const caption = original?.record.caption;
  return caption === undefined ? undefined : printable(caption);
}

/** The images without alternative text that one run has met, as one warning. */
export class MissingAlts {
  readonly #captions = new Map<string, string | undefined>();

  add({ address }: Picture, original: Original): void {
    this.#captions.set(address, captionOf(original));
  }

  /** `undefined` where there are none. */
  render(): string | undefined {
    const { size } = this.#captions;
    if (size === 0) return undefined;
    const lines = [...this.#captions]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([address, caption]) => {
        return caption === undefined ? `  ${address}` : `  ${address}  the model said: “${caption}”`;
      });
    const images = size === 1 ? '1 image has' : `${size} images have`;
    return [`${images} no alt text. Write "alt", or "alt": "" for decoration:`, ...lines].join('\n');
  }
}
