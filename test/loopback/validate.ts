import type { ImageAsk, SentReference } from './call.js';
import { type FieldType, readMessage } from './fields.js';
import type { ServedModel } from './models.js';
import { Refusal } from './refusal.js';

/** Second-hand figure for the gemini-3 image models. */
const MAX_REFERENCES = 14;

/** The part of GenerateContentRequest that pictures need. candidate_count is known, to be refused in its own words. */
const generateContentRequest: FieldType = {
  message: {
    contents: {
      list: {
        message: {
          role: 'string',
          parts: {
            list: { message: { text: 'string', inline_data: { message: { mime_type: 'string', data: 'string' } } } },
          },
        },
      },
    },
    generation_config: {
      message: {
        response_modalities: { list: 'string' },
        candidate_count: 'number',
        image_config: { message: { aspect_ratio: 'string', image_size: 'string' } },
        thinking_config: { message: { thinking_level: 'string' } },
      },
    },
  },
};

interface Part {
  text?: string;
  inline_data?: { mime_type?: string; data?: string };
}

interface GenerateContentRequest {
  contents?: { role?: string; parts?: Part[] }[];
  generation_config?: {
    response_modalities?: string[];
    candidate_count?: number;
    image_config?: { aspect_ratio?: string; image_size?: string };
    thinking_config?: { thinking_level?: string };
  };
}

/**
 * Checks a request's body as strictly as the service.
 * @throws Refusal: 400, with the field's name in the message
 */
export function validateBody(body: unknown, model: ServedModel): ImageAsk {
  const { contents = [], generation_config: config = {} } = readMessage(
    body,
    generateContentRequest,
  ) as GenerateContentRequest;
  const modalities = validateModalities(config.response_modalities);
  if (config.candidate_count !== undefined)
    refuse('Multiple candidates is not enabled for this model (candidate_count)');
  const { aspect_ratio: aspectRatio, image_size: imageSize } = config.image_config ?? {};
  // The one enum that is documented in lower case and sent in upper case by Google's own SDK.
  const thinkingLevel = config.thinking_config?.thinking_level?.toLowerCase();
  oneOf('generation_config.image_config.aspect_ratio', aspectRatio, model.ratios);
  oneOf('generation_config.image_config.image_size', imageSize, model.sizes);
  oneOf('generation_config.thinking_config.thinking_level', thinkingLevel, model.thinkingLevels);
  return {
    ...validateContents(contents),
    ...(aspectRatio === undefined ? {} : { aspectRatio }),
    ...(imageSize === undefined ? {} : { imageSize }),
    ...(thinkingLevel === undefined ? {} : { thinkingLevel }),
    wantsText: modalities.includes('TEXT'),
  };
}

function validateModalities(modalities: string[] = ['TEXT', 'IMAGE']): string[] {
  for (const modality of modalities) oneOf('generation_config.response_modalities', modality, ['TEXT', 'IMAGE']);
  if (!modalities.includes('IMAGE')) {
    refuse(
      `The requested combination of response modalities (${modalities.join(', ')}) is not supported by the model.`,
    );
  }
  return modalities;
}

function validateContents(contents: NonNullable<GenerateContentRequest['contents']>) {
  if (contents.length === 0) refuse('* GenerateContentRequest.contents: contents is not specified');
  const texts: string[] = [];
  const references: SentReference[] = [];
  for (const [index, { role = 'user', parts = [] }] of contents.entries()) {
    if (role !== 'user') refuse(`Please use a valid role: user. (contents[${index}].role)`);
    if (parts.length === 0)
      refuse(`* GenerateContentRequest.contents[${index}].parts: contents.parts must not be empty.`);
    for (const [position, part] of parts.entries()) {
      const at = `contents[${index}].parts[${position}]`;
      if ((part.text === undefined) === (part.inline_data === undefined)) {
        refuse(`* GenerateContentRequest.${at}.data: required oneof field 'data' must have one initialized field`);
      }
      if (part.text !== undefined) texts.push(part.text);
      if (part.inline_data) references.push(validateBlob(part.inline_data, `${at}.inline_data`));
    }
  }
  const prompt = texts.join('\n');
  if (prompt.trim() === '')
    refuse('Unable to submit request because it must have a text parameter (contents.parts.text).');
  if (references.length > MAX_REFERENCES) refuse(`Too many images: ${references.length}, at most ${MAX_REFERENCES}.`);
  return { prompt, references };
}

function validateBlob({ mime_type: mimeType = '', data = '' }: NonNullable<Part['inline_data']>, at: string) {
  const signature = signatures.get(mimeType);
  if (!signature) refuse(`Unsupported MIME type: ${mimeType} (${at}.mime_type)`);
  const bytes = Buffer.from(data, 'base64');
  if (bytes.toString('base64') !== data) {
    refuse(`Invalid value at '${at}.data' (TYPE_BYTES), Base64 decoding failed for "${data.slice(0, 40)}"`);
  }
  if (!signature(bytes.toString('latin1', 0, 32))) {
    refuse(`Unable to process input image: the bytes are not ${mimeType} (${at})`);
  }
  return { mimeType, bytes };
}

const signatures: ReadonlyMap<string, (head: string) => boolean> = new Map([
  ['image/png', (head) => head.startsWith('\x89PNG\r\n\x1a\n')],
  ['image/jpeg', (head) => head.startsWith('\xff\xd8\xff')],
  ['image/webp', (head) => head.startsWith('RIFF') && head.startsWith('WEBP', 8)],
]);

function oneOf(field: string, value: string | undefined, known: readonly string[]): void {
  if (value === undefined || known.includes(value)) return;
  refuse(`Invalid value at '${field}', "${value}": expected one of ${known.join(', ')}`);
}

function refuse(message: string): never {
  throw new Refusal(400, message);
}
