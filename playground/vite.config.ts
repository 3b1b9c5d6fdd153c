import promptImage from 'unplugin-prompt-image/vite';
import { defineConfig } from 'vite';

export default defineConfig(({ mode }) => ({
  base: './',
  plugins: [promptImage(mode === 'live' ? { configFile: 'prompt-image.live.config.ts' } : {})],
}));
