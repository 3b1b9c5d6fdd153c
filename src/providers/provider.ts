import { type ErrorCode, type FailureDetails, PromptImageError, shareAcrossCopies } from '../failure.js';

/** What a provider is asked for: one picture. */
export interface ImageRequest {
  /** The final text: prompt and styles joined, trimmed, Unicode NFC. */
  prompt: string;
  /** For example `gemini-3.1-flash-lite-image`. */
  model: string;
  /** `width:height`, for example `16:9`; absent where the model follows a reference's shape. */
  aspectRatio?: string;
  /** `1K`: about one megapixel. */
  imageSize: string;
  thinking?: 'minimal' | 'high';
  /** Pictures to edit or follow, in order: upright, without metadata, at most 2048 px a side. */
  references: readonly { bytes: Uint8Array; mimeType: 'image/png' | 'image/jpeg' | 'image/webp' }[];
  /** Which of several pictures of the same request; serves as a seed where a model takes one. 1 unless the manifest says otherwise. */
  take: number | string;
}

export interface GenerateContext {
  /** Aborted when the time for the call is over. */
  signal: AbortSignal;
  /** Renders an SVG document to PNG bytes of exactly this size in pixels, in the encoder's process. */
  raster: (svg: string, size: { width: number; height: number }) => Promise<Uint8Array>;
}

/** What came back. */
export interface GeneratedPicture {
  /** A PNG, JPEG, WebP or AVIF file; stored untouched. */
  bytes: Uint8Array;
  /** The model's own words beside the picture. A suggestion for `alt`, never published by itself. */
  caption?: string;
  /** The exact model version that answered. */
  model?: string;
  responseId?: string;
  /** Token counts or the like, as the provider reports them. */
  usage?: Record<string, unknown>;
}

/** What came back where the service keeps the picture and gives its address. It is paid for all the same. */
export interface HostedPicture extends Omit<GeneratedPicture, 'bytes'> {
  /** May be signed, and so a secret: it is journalled, and never printed. */
  url: string;
}

/** Where pictures come from: the port that every provider implements. */
export interface Provider {
  /** Recorded with each picture. */
  name: string;
  /** The models it serves; absent: any. Another one is an error that names `defaults.model`. */
  models?: readonly string[];
  /** `true` for a local painter: costs nothing, so builds may call it without consent. */
  free?: boolean;
  /**
   * The IPTC digital source type written into every file, for example `algorithmicMedia`.
   * @default 'trainedAlgorithmicMedia', or 'compositeWithTrainedAlgorithmicMedia' where a file is referenced
   * @see http://cv.iptc.org/newscodes/digitalsourcetype/
   */
  sourceType?: string;
  generate: (request: ImageRequest, context: GenerateContext) => Promise<GeneratedPicture | HostedPicture>;
  /**
   * Fetches what {@link HostedPicture} names; asked for as often as it takes, in later runs too, because it costs nothing.
   * Needed only where `generate` gives addresses. `signal` ends the whole of it. Throws a {@link ProviderError}, whose `retry` is
   * `safely` for what may pass.
   */
  download?: (url: string, context: { signal: AbortSignal }) => Promise<Uint8Array>;
}

/** A provider that needs a key which the project finds in the environment or in an env file. */
export interface KeyedProvider extends Provider {
  /** Names of environment variables that may hold the key, best first. */
  keyNames: readonly string[];
  /** Whether this is the key that calls will be made with. The key itself cannot be read back. */
  usesKey: (candidate: string) => boolean;
  /** Whether a key was given; without one every call is `PROVIDER_AUTH`. */
  hasKey: boolean;
  /**
   * Whether calls go to the service's own address, so that its pictures are the service's and not those of a gateway or a
   * stand-in that the user named.
   */
  isDefaultEndpoint: boolean;
  /** The same provider with a key, unless it was constructed with one. */
  withKey: (apiKey: string) => KeyedProvider;
}

export function isKeyed(provider: Provider): provider is KeyedProvider {
  return 'withKey' in provider;
}

/**
 * How a failed call may be tried again. `never`: it would fail the same way. `safely`: nothing was billed.
 * `once`: the request may have been billed, so one more attempt at most, and the summary says so.
 */
export type Retry = 'never' | 'safely' | 'once';

/** A failed call. Custom providers may throw it to have their calls retried; anything else they throw is final. */
export class ProviderError extends PromptImageError {
  readonly retry: Retry;
  /** Milliseconds that the service asked us to wait before the next attempt. */
  readonly retryAfter: number | undefined;

  constructor(
    code: ErrorCode,
    what: string,
    details: FailureDetails & { retry?: Retry; retryAfter?: number | undefined } = {},
  ) {
    super(code, what, details);
    this.retry = details.retry ?? 'never';
    this.retryAfter = details.retryAfter;
  }
}
shareAcrossCopies(ProviderError, 'ProviderError');

/** For typed provider objects: gives back what it gets. */
export function defineProvider(provider: Provider): Provider {
  return provider;
}
