import promptImage from 'unplugin-prompt-image/vite';
import { defineConfig } from 'vite';

export default defineConfig(({ mode }) => ({
  base: './',
  // The first build encodes some sixty files; that it took a while needs no warning.
  build: { rolldownOptions: { checks: { bundlerTimings: false } } },
  plugins: [promptImage(mode === 'live' ? { configFile: 'prompt-image.live.config.ts' } : {})],
}));
