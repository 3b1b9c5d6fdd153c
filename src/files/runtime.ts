/** Whether Bun runs this. It has an `undici` of its own, which opens connections without asking whether they are permitted. */
export const IS_BUN = process.versions.bun !== undefined;
