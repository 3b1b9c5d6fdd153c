import { type ErrorCode, type FailureDetails, PromptImageError } from '../../failure.js';

/*
 * Messages between the processes are JSON, in which an Error becomes `{}`. So an error crosses as data and is built again on
 * the other side.
 */

interface ErrorData {
  name: string;
  message: string;
  stack?: string | undefined;
  /** Of a failure. */
  failure?: { code: ErrorCode; what: string; details: FailureDetails };
  /** Of an error of the operating system. */
  errno?: { code?: string; syscall?: string; path?: string };
}

/** What birpc sends, of which only the error matters here. */
interface Message {
  e?: unknown;
}

export function serialize(message: Message): Message {
  return message.e === undefined ? message : { ...message, e: toData(message.e) };
}

export function deserialize(message: Message): Message {
  return message.e === undefined ? message : { ...message, e: fromData(message.e as ErrorData) };
}

function toData(error: unknown): ErrorData {
  if (error instanceof PromptImageError) {
    const { name, message, code, what, place, next } = error;
    return { name, message, failure: { code, what, details: { place, next } } };
  }
  if (!(error instanceof Error)) return { name: 'Error', message: String(error) };
  const { name, message, stack, code, syscall, path } = error as NodeJS.ErrnoException;
  return {
    name,
    message,
    stack,
    ...(code === undefined ? {} : { errno: { code, ...(syscall && { syscall }), ...(path && { path }) } }),
  };
}

function fromData({ name, message, stack, failure, errno }: ErrorData): Error {
  if (failure) return new PromptImageError(failure.code, failure.what, failure.details);
  return Object.assign(new Error(message), { name, ...(stack === undefined ? {} : { stack }) }, errno);
}
