import { defineConfig } from 'unplugin-prompt-image';
import { painter } from './painter.js';
import { style } from './style.js';

export default defineConfig({
  provider: painter,
  defaults: { model: 'playground-painter-1', style },
});
