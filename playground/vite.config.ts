import { join } from 'node:path';
import promptImage from 'unplugin-prompt-image/vite';
import { defineConfig } from 'vite';

export default defineConfig(({ mode }) => ({
  base: './',
  build: {
    rolldownOptions: {
      input: ['index.html', 'theme.html', 'chain.html', 'collection.html'].map((page) =>
        join(import.meta.dirname, page),
      ),
      // The first build encodes some two hundred files; that it took a while needs no warning.
      checks: { bundlerTimings: false },
    },
  },
  plugins: [promptImage(mode === 'live' ? { configFile: 'prompt-image.live.config.ts' } : {})],
}));
