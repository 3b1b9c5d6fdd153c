/** Milliseconds that a Retry-After header asks to wait: seconds, or a date. `undefined` where it says neither. */
export function parseRetryAfter(header: string | null | undefined): number | undefined {
  if (header === null || header === undefined) return undefined;
  if (/^\d+(\.\d+)?$/.test(header)) return Math.ceil(Number(header) * 1000);
  // Without the test, dates are found in numbers, too: "-1" is in 2001.
  const date = /^[a-z]{3}/i.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}
