import { defineConfig } from 'vitest/config';
import { outside, shared } from './vitest.config.js';

export default defineConfig({
  test: {
    ...shared,
    include: outside,
    env: { BUNDLERS: 'both' },
    globalSetup: ['test/support/build.ts', 'test/support/browser.ts'],
  },
});
