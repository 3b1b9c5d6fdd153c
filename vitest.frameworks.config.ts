import { defineConfig } from 'vitest/config';
import { shared } from './vitest.config.js';

/** The small apps of `playground/`, each installed, built and opened in a browser. `npm run test:frameworks`. */
export default defineConfig({
  test: {
    ...shared,
    include: ['test/frameworks/**/*.test.ts'],
    globalSetup: ['test/support/build.ts', 'test/support/browser.ts'],
  },
});
