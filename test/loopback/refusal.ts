import type { ErrorOptions } from './errors.js';

/** A request that the service does not accept. */
export class Refusal extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly options: ErrorOptions = {},
  ) {
    super(message);
  }
}
