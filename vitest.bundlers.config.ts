import { defineConfig } from 'vitest/config';
import { shared } from './vitest.config.js';

/** What has to be the same in every bundler, in those that `npm test` leaves out. `npm run test:bundlers`. */
export default defineConfig({
  test: {
    ...shared,
    include: [
      'test/e2e/{budget,consent,damage,dev-purchase,dev-server,failures,imports,json,language,leaks,mistakes}.test.ts',
      'test/e2e/{named-by-url,provenance,purchase,second-tier,secrecy,source-maps,urls,vitest,watch}.test.ts',
    ],
    // What is not about one of them has run in `npm test`.
    testNamePattern: /vite 7|rollup|rolldown|webpack|rspack|esbuild|farm|bun/,
    env: { BUNDLERS: 'others' },
    globalSetup: ['test/support/build.ts'],
  },
});
