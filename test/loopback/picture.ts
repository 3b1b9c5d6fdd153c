import { randomBytes } from 'node:crypto';
import sharp from 'sharp';
import { jsonReply, response } from './answers.js';
import type { Answer, AnsweredPicture, Call } from './call.js';
import { nominalSize, type Size } from './models.js';
import { type PictureFormat, paintPicture, sizeFor } from './paint.js';
import { file } from './transport.js';

/** Tokens of a 1K picture. */
const IMAGE_TOKENS = 1120;

export interface PictureOptions {
  /** @default 'jpeg' */
  format?: PictureFormat;
  /** The mime type that the answer claims. @default the true one */
  declared?: string;
  /** A ratio of the model's list instead of the one asked for. */
  ratio?: string;
  /** Exact pixels instead of the nominal ones. */
  size?: Size;
  /** These bytes instead of a new picture; they need not be a picture. */
  bytes?: Uint8Array;
  /** `false`: none. @default a chatty sentence, where TEXT was asked for */
  caption?: string | false;
  /** `before`: an interim text and picture come first. `only`: no other picture comes. */
  thoughts?: 'before' | 'only';
  /** How the answer carries the picture. @default 'inlineData' */
  via?: PictureVia;
  /** A URL to give instead of one on this server, for the ways that give a URL. */
  url?: string;
}

/** Every way in which an answer may carry a picture. */
export const pictureVias = [
  'inlineData',
  'inline_data',
  'data URL in inlineData.data',
  'URL in inlineData.data',
  'inlineData.url',
  'fileData.fileUri',
  'file_data.file_uri',
  'markdown URL',
  'markdown data URL',
  'text URL',
  'text data URL',
  'data[].url',
  'data[].b64_json',
] as const;

export type PictureVia = (typeof pictureVias)[number];

interface Carried {
  mimeType: string;
  base64: string;
  dataUrl: string;
  /** Hosts the picture, once called. */
  url: () => string;
}

/** A picture, as the model answers. The request's `picture` says which bytes it was. */
export function picture(options: PictureOptions = {}): Answer {
  return async (call) => {
    const { via = 'inlineData', declared, thoughts } = options;
    const made = await makePicture(call, options);
    call.request.picture = made;
    const carried: Carried = {
      mimeType: declared ?? made.mimeType,
      base64: made.bytes.toString('base64'),
      dataUrl: `data:${declared ?? made.mimeType};base64,${made.bytes.toString('base64')}`,
      url: () => {
        made.url = options.url ?? host(call, made, declared);
        return made.url;
      },
    };
    if (via === 'data[].url') return jsonReply({ created: 1_790_000_000, data: [{ url: carried.url() }] });
    if (via === 'data[].b64_json') return jsonReply({ created: 1_790_000_000, data: [{ b64_json: carried.base64 }] });
    const part = partMakers[via](carried);
    const parts = [
      ...(thoughts === undefined ? [] : [{ text: '**Composing the scene**', thought: true }]),
      ...(thoughts === 'before' ? [await interimPicture(made)] : []),
      ...captionParts(call, options),
      thoughts === 'only' ? { ...part, thought: true } : part,
    ];
    return jsonReply(response(call, { content: { role: 'model', parts }, finishReason: 'STOP' }, IMAGE_TOKENS));
  };
}

const partMakers: Readonly<Record<Exclude<PictureVia, `data[]${string}`>, (picture: Carried) => object>> = {
  inlineData: ({ mimeType, base64 }) => ({ inlineData: { mimeType, data: base64 }, thoughtSignature: signature() }),
  inline_data: ({ mimeType, base64 }) => ({
    inline_data: { mime_type: mimeType, data: base64 },
    thought_signature: signature(),
  }),
  'data URL in inlineData.data': ({ mimeType, dataUrl }) => ({ inlineData: { mimeType, data: dataUrl } }),
  'URL in inlineData.data': ({ mimeType, url }) => ({ inlineData: { mimeType, data: url() } }),
  'inlineData.url': ({ mimeType, url }) => ({ inlineData: { mimeType, url: url() } }),
  'fileData.fileUri': ({ mimeType, url }) => ({ fileData: { mimeType, fileUri: url() } }),
  'file_data.file_uri': ({ mimeType, url }) => ({ file_data: { mime_type: mimeType, file_uri: url() } }),
  'markdown URL': ({ url }) => ({ text: `![image](${url()})` }),
  'markdown data URL': ({ dataUrl }) => ({ text: `![image](${dataUrl})` }),
  'text URL': ({ url }) => ({ text: url() }),
  'text data URL': ({ dataUrl }) => ({ text: dataUrl }),
};

async function makePicture({ request }: Call, options: PictureOptions): Promise<AnsweredPicture> {
  if (options.bytes) return describe(Buffer.from(options.bytes));
  if (!request.ask) throw new Error(`A picture answers generateContent alone, not ${request.method} ${request.path}`);
  const nominal = options.ratio === undefined ? await sizeFor(request.ask) : nominalSize(options.ratio);
  return paintPicture(options.size ?? nominal, options.format);
}

async function describe(bytes: Buffer): Promise<AnsweredPicture> {
  const { format, width, height } = await sharp(bytes, { limitInputPixels: false })
    .metadata()
    .catch((error: unknown) => {
      // What a test sends in a picture's place is often no picture.
      if (!(error instanceof Error && /unsupported image format|corrupt/i.test(error.message))) throw error;
      return { format: 'jpeg', width: 0, height: 0 };
    });
  return { bytes, mimeType: `image/${format === 'heif' ? 'avif' : format}`, width, height };
}

function host(call: Call, { bytes, mimeType }: AnsweredPicture, declared = mimeType): string {
  const name = randomBytes(8).toString('hex');
  return call.serve(`/pictures/${name}.${mimeType.replace('image/', '')}`, file(bytes, declared));
}

async function interimPicture({ width, height }: Size): Promise<object> {
  const small = { width: Math.max(1, Math.round(width / 4)), height: Math.max(1, Math.round(height / 4)) };
  const { bytes, mimeType } = await paintPicture(small);
  return { inlineData: { mimeType, data: bytes.toString('base64') }, thought: true };
}

function captionParts({ request }: Call, { caption }: PictureOptions): object[] {
  if (caption === false || (caption === undefined && request.ask?.wantsText === false)) return [];
  return [{ text: caption ?? `Here is the image you asked for: ${request.prompt.slice(0, 60)}` }];
}

function signature(): string {
  return randomBytes(48).toString('base64');
}
