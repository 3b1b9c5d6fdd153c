import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';

/** The package as others see it: pages in a real browser, the packed tarball installed, further tools. `npm run test:outside`. */
export const outside = [
  'test/*.browser.test.ts',
  'test/{bundlers,components,e2e}/**/*.browser.test.ts',
  'test/e2e/{jest,vite-*}.test.ts',
  'test/package/**/*.test.ts',
  'test/support/tools.test.ts',
];

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
    // Those have a command of their own.
    exclude: [...outside, 'test/frameworks/**', 'test/e2e/second-tier.test.ts'],
    globalSetup: ['test/support/build.ts'],
  },
});
