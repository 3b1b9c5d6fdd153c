import type { Reference } from '../files/references.js';
import type { ImageRequest } from '../providers/provider.js';
import type { KeyedRequest } from '../request.js';

/** A picture to buy. */
export interface Want {
  key: string;
  /** Who asks, for the record and for messages. */
  address: string;
  request: KeyedRequest;
  references: readonly Reference[];
}

/** What a provider is asked for. @param references as they may be sent */
export function imageRequest({ request }: Want, references: ImageRequest['references']): ImageRequest {
  const { prompt, model, aspectRatio, imageSize, thinking, take = 1 } = request;
  return {
    prompt,
    model,
    imageSize,
    take,
    references,
    ...(aspectRatio === undefined ? {} : { aspectRatio }),
    ...(thinking === undefined ? {} : { thinking: thinking as 'minimal' | 'high' }),
  };
}
