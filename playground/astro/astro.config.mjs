import { defineConfig } from 'astro/config';
import promptImage from 'unplugin-prompt-image/astro';

export default defineConfig({ integrations: [promptImage()] });
