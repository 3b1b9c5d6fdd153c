/**
 * Every failure that a user can meet, told apart by `code`.
 *
 * `MANIFEST_*`, `PRESET_*`, `ITEMS_*`, `ALT_MISSING`, `CONFIG_*`, `LIBRARY_BASE`, `REFERENCE_*`: what someone wrote. `TYPES_*`: a declaration that
 * cannot be written. `IMAGE_*`, `BUDGET_*`, `PURCHASE_*`, `PRUNE_*`: what a run may not do. `CACHE_*`: the committed pictures.
 * `GIT_FAILED`: what git was asked for and did not give.
 * `PROVIDER_*`: what the image model answered.
 */
export type ErrorCode =
  | 'MANIFEST_INVALID'
  | 'MANIFEST_EXISTS'
  | 'MANIFEST_OUTSIDE_ROOT'
  | 'MANIFEST_LEAK'
  | 'ALT_MISSING'
  | 'TYPES_EXIST'
  | 'TYPES_UNWRITABLE'
  | 'CONFIG_INVALID'
  | 'CONFIG_KEY_EXPOSED'
  | 'LIBRARY_BASE'
  | 'NOT_BUILT_YET'
  | 'REFERENCE_NOT_FOUND'
  | 'REFERENCE_OUTSIDE_ROOT'
  | 'REFERENCE_INVALID'
  | 'REFERENCE_CYCLE'
  | 'PRESET_NOT_FOUND'
  | 'PRESET_INVALID'
  | 'PRESET_CYCLE'
  | 'PRESET_OUTSIDE_REPOSITORY'
  | 'ITEMS_NOT_FOUND'
  | 'ITEMS_INVALID'
  | 'ITEMS_OUTSIDE_REPOSITORY'
  | 'IMAGE_UNKNOWN'
  | 'IMAGE_MISSING'
  | 'IMAGE_WAITING'
  | 'IMAGE_SHARED'
  | 'IMAGE_INVALID'
  | 'ENCODER_FAILED'
  | 'BUDGET_EXCEEDED'
  | 'PURCHASE_UNRESOLVED'
  | 'PURCHASE_FROZEN'
  | 'PRUNE_REFUSED'
  | 'GIT_FAILED'
  | 'CACHE_CORRUPT'
  | 'CACHE_ORPHAN'
  | 'CACHE_CONFLICT'
  | 'CACHE_LFS_POINTER'
  | 'CACHE_IGNORED'
  | 'CACHE_NEWER'
  | 'CACHE_LOCKED'
  | 'CACHE_UNREADABLE'
  | 'CACHE_UNWRITABLE'
  | 'CACHE_WHOLE'
  | 'PROVIDER_AUTH'
  | 'PROVIDER_QUOTA'
  | 'PROVIDER_RATE_LIMITED'
  | 'PROVIDER_REFUSED'
  | 'PROVIDER_MODEL_GONE'
  | 'PROVIDER_NO_IMAGE'
  | 'PROVIDER_BAD_REQUEST'
  | 'PROVIDER_BAD_RESPONSE'
  | 'PROVIDER_UNAVAILABLE'
  | 'PROVIDER_TIMEOUT'
  | 'PROVIDER_FAILED'
  | 'ABORTED'
  | 'SEVERAL';

/** A place in a file that a person edits. `line` and `column` count from 1. */
export interface Place {
  /** Relative to the project's root, with forward slashes. */
  file: string;
  line?: number;
  column?: number;
  /** The text of `line` and its neighbours, marked; what editors call a code frame. */
  frame?: string;
}

export interface FailureDetails {
  /** Where the mistake stands. */
  place?: Place | undefined;
  /** What to do next: a sentence, or a command to run. */
  next?: string | undefined;
  /** The failures that this one collects; with code `SEVERAL`, all there is to say. */
  errors?: readonly PromptImageError[] | undefined;
  cause?: unknown;
}

/**
 * A failure with everything that a person needs: what happened (`what`), where (`place`) and what to do (`next`).
 * `message` is all of it but the code, ready to print; a stack says nothing that helps and is not printed.
 */
export class PromptImageError extends Error {
  override readonly name: string = 'PromptImageError';
  readonly code: ErrorCode;
  /** The first sentence alone, without place and remedy. */
  readonly what: string;
  readonly place: Place | undefined;
  readonly next: string | undefined;
  readonly errors: readonly PromptImageError[];

  constructor(code: ErrorCode, what: string, details: FailureDetails = {}) {
    super(renderMessage(what, details), details.cause === undefined ? undefined : { cause: details.cause });
    this.code = code;
    this.what = what;
    this.place = details.place;
    this.next = details.next;
    this.errors = details.errors ?? [];
    // Their words are in the message: whoever prints the error should not read them twice.
    for (const field of ['what', 'place', 'next', 'errors'] as const) {
      Object.defineProperty(this, field, { enumerable: false });
    }
  }
}

/**
 * Makes `instanceof` hold across copies of this module: a config file may load the package through another module system
 * than the bundler does, and the errors of its providers must be told apart all the same.
 */
export function shareAcrossCopies(type: { prototype: object }, name: string): void {
  const brand = Symbol.for(`unplugin-prompt-image.${name}`);
  Object.defineProperty(type.prototype, brand, { value: true });
  Object.defineProperty(type, Symbol.hasInstance, {
    value: (value: unknown) => typeof value === 'object' && value !== null && brand in value,
  });
}
shareAcrossCopies(PromptImageError, 'PromptImageError');

function renderMessage(what: string, { place, next }: FailureDetails): string {
  const lines = [place ? `${renderPlace(place)}: ${what}` : what];
  if (place?.frame) lines.push('', place.frame, '');
  if (next) lines.push(next);
  return lines.join('\n');
}

/** `src/hero.image.json:4:18` */
export function renderPlace({ file, line, column }: Place): string {
  return [file, line, line === undefined ? undefined : column].filter((part) => part !== undefined).join(':');
}

/** The one way in which the terminal and the bundlers print a failure: code first, no stack. */
export function renderFailure(error: PromptImageError): string {
  if (error.code !== 'SEVERAL') return `[${error.code}] ${error.message}`;
  return [error.what, ...error.errors.map(renderFailure)].join('\n\n');
}

/** One failure as it is; several as one error that lists them all. */
export function joinFailures(errors: readonly PromptImageError[]): PromptImageError {
  const [first] = errors;
  if (first && errors.length === 1) return first;
  return new PromptImageError('SEVERAL', `${errors.length} images failed:`, { errors });
}

/** Narrows a caught value, optionally to the codes that the caller expects. */
export function isFailure(error: unknown, ...codes: ErrorCode[]): error is PromptImageError {
  return error instanceof PromptImageError && (codes.length === 0 || codes.includes(error.code));
}
