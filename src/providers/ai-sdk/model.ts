/**
 * An image model of Vercel's AI SDK: the least that is needed of `ImageModelV2` (AI SDK 5), `V3` (6) and `V4` (7), which
 * all of them are assignable to. Described here, so that no version of the SDK has to be installed.
 *
 * @see https://ai-sdk.dev/docs/ai-sdk-core/image-generation
 */
export interface ImageModel {
  readonly specificationVersion: 'v2' | 'v3' | 'v4';
  /** For example `openai.image`. */
  readonly provider: string;
  /** For example `gpt-image-1`. */
  readonly modelId: string;
  /** Not read; it tells image models from language models. */
  readonly maxImagesPerCall: unknown;
  /** Only v4 says whether it takes pictures to edit; `undefined` there, too: unknown. */
  readonly supportsFileInputs?: PromiseLike<boolean | undefined> | boolean | undefined;
  readonly doGenerate: (options: ImageModelCall) => PromiseLike<ImageModelResult>;
}

/** What a model is asked for, in the names of the SDK. */
export interface ImageModelCall {
  prompt: string;
  n: number;
  size: undefined;
  aspectRatio: `${number}:${number}` | undefined;
  seed: number;
  /** From v3 on; v2 has no such field and gets none. */
  files: ImageModelFile[] | undefined;
  mask: undefined;
  providerOptions: Record<string, never>;
  abortSignal: AbortSignal;
}

export interface ImageModelFile {
  type: 'file';
  mediaType: string;
  data: Uint8Array;
}

export interface ImageModelResult {
  /** Base64 or bytes. */
  images: readonly (string | Uint8Array)[];
  warnings: readonly ImageModelWarning[];
  response: { modelId: string; headers: Record<string, string> | undefined };
  /** Token counts; from v3 on. */
  usage?: object | undefined;
}

/** Something of the request that the model did not take as it stood. */
export interface ImageModelWarning {
  type: string;
  /** The name of the field, in v2. */
  setting?: string;
  /** The same from v3 on. */
  feature?: string;
  details?: string | undefined;
  message?: string;
}
