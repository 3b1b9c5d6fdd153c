import { defineConfig } from 'unplugin-prompt-image';
import { style } from './style.js';

/** The same manifests, painted by the model whose key is found. What it returns stays on this machine. */
export default defineConfig({
  defaults: { style },
  originalsDir: '.prompt-image-live',
  commit: false,
  budget: { maxImages: 25 },
});
