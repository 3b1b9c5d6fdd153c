import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** The package as others see it: pages in a real browser, the packed tarball installed. `npm run test:outside`. */
export const outside = ['test/**/*.browser.test.ts', 'test/package/**/*.test.ts', 'test/support/tools.test.ts'];

export const shared = {
  testTimeout: 60_000,
  hookTimeout: 120_000,
  pool: 'forks',
  // One more than there are cores: tests also wait for servers, browsers and bundlers.
  maxWorkers: availableParallelism() + 1,
} as const;

export default defineConfig({
  test: {
    ...shared,
    include: ['test/**/*.test.ts'],
    exclude: outside,
    globalSetup: ['test/support/build.ts'],
  },
});
