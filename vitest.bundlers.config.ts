import { defineConfig } from 'vitest/config';
import { shared } from './vitest.config.js';

const common = [
  ...['budget', 'consent', 'damage', 'dev-purchase', 'dev-server', 'failures', 'imports', 'json', 'language', 'leaks'],
  ...[
    'mistakes',
    'named-by-url',
    'provenance',
    'purchase',
    'second-tier',
    'secrecy',
    'source-maps',
    'urls',
    'vitest',
    'watch',
  ],
];

/** What has to be the same in every bundler, in those that `npm test` leaves out. `npm run test:bundlers`. */
export default defineConfig({
  test: {
    ...shared,
    include: common.map((name) => `test/e2e/${name}.test.ts`),
    env: { BUNDLERS: 'others' },
    globalSetup: ['test/support/build.ts'],
  },
});
