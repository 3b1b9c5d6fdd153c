import type { IncomingHttpHeaders } from 'node:http';
import * as z from 'zod';

/** A request that OpenAI does not take, in its own form. */
export class OpenAIRefusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly code: string,
  ) {
    super(message);
  }
}

export interface SentImage {
  mimeType: string;
  bytes: Buffer;
}

/** What one accepted request asks for. */
export interface OpenAIAsk {
  path: '/v1/images/generations' | '/v1/images/edits';
  headers: IncomingHttpHeaders;
  /** The fields as they were sent; of a form, its texts. */
  fields: Record<string, unknown>;
  prompt: string;
  images: SentImage[];
}

const models = ['gpt-image-1'];
const size = z.enum(['auto', '1024x1024', '1536x1024', '1024x1536']);
const shared = {
  model: z.string(),
  prompt: z.string().min(1).max(32_000),
  size: size.optional(),
  quality: z.enum(['auto', 'low', 'medium', 'high']).optional(),
  background: z.enum(['auto', 'opaque', 'transparent']).optional(),
  output_format: z.enum(['png', 'jpeg', 'webp']).optional(),
  user: z.string().optional(),
};
const generation = z.strictObject({ ...shared, n: z.int().min(1).max(10).optional() });
const edit = z.strictObject({
  ...shared,
  n: z
    .string()
    .regex(/^(?:[1-9]|10)$/)
    .optional(),
});

const signatures: Readonly<Record<string, string>> = {
  'image/png': '89504e47',
  'image/jpeg': 'ffd8ff',
  'image/webp': '52494646',
};

/**
 * Everything that the service checks before it makes a picture.
 *
 * @throws OpenAIRefusal
 * @see https://platform.openai.com/docs/api-reference/images
 */
export async function acceptRequest(
  method: string,
  path: string,
  headers: IncomingHttpHeaders,
  raw: Buffer,
  key: string,
): Promise<OpenAIAsk> {
  if (method !== 'POST' || (path !== '/v1/images/generations' && path !== '/v1/images/edits')) {
    throw new OpenAIRefusal(404, `Invalid URL (${method} ${path})`, 'unknown_url');
  }
  const given = headers.authorization?.replace(/^Bearer /, '') ?? '';
  // Services are not shy about keys that are not theirs.
  if (given !== key) throw new OpenAIRefusal(401, `Incorrect API key provided: ${given}.`, 'invalid_api_key');
  const type = headers['content-type'] ?? '';
  const isForm = path === '/v1/images/edits';
  if (!type.startsWith(isForm ? 'multipart/form-data;' : 'application/json')) {
    throw new OpenAIRefusal(400, `Unsupported content type: '${type}'`, 'unsupported_content_type');
  }
  const { fields, images } = isForm ? await readForm(raw, type) : { fields: readJson(raw), images: [] };
  const parsed = (isForm ? edit : generation).safeParse(fields);
  if (!parsed.success) {
    const [{ code, message, path: at } = { code: '', message: '', path: [] }] = parsed.error.issues;
    throw new OpenAIRefusal(
      400,
      `${at.join('.')}: ${message}`,
      code === 'unrecognized_keys' ? 'unknown_parameter' : 'invalid_value',
    );
  }
  if (!models.includes(parsed.data.model)) {
    throw new OpenAIRefusal(404, `The model '${parsed.data.model}' does not exist.`, 'model_not_found');
  }
  return { path, headers, fields: parsed.data, prompt: parsed.data.prompt, images };
}

function readJson(raw: Buffer): Record<string, unknown> {
  try {
    return JSON.parse(raw.toString()) as Record<string, unknown>;
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new OpenAIRefusal(400, 'We could not parse the JSON body of your request.', 'invalid_json');
  }
}

async function readForm(raw: Buffer, type: string) {
  const form = await new Response(new Uint8Array(raw), { headers: { 'content-type': type } }).formData();
  const fields: Record<string, unknown> = {};
  const images: SentImage[] = [];
  for (const [name, value] of form) {
    if (typeof value === 'string') fields[name] = value;
    else if (name === 'image' || name === 'image[]') images.push(await readImage(value));
    else throw new OpenAIRefusal(400, `Unknown parameter: '${name}'.`, 'unknown_parameter');
  }
  if (images.length === 0) throw new OpenAIRefusal(400, "Missing required parameter: 'image'.", 'missing_parameter');
  return { fields, images };
}

async function readImage(file: File): Promise<SentImage> {
  const bytes = Buffer.from(await file.arrayBuffer());
  const signature = signatures[file.type];
  if (signature === undefined || !bytes.toString('hex', 0, 12).startsWith(signature)) {
    throw new OpenAIRefusal(400, `Invalid file 'image': unsupported mimetype ('${file.type}').`, 'unsupported_file');
  }
  return { mimeType: file.type, bytes };
}
