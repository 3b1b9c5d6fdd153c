import { enhancedImages } from '@sveltejs/enhanced-img';
import { sveltekit } from '@sveltejs/kit/vite';
import promptImage from 'unplugin-prompt-image/vite';
import { defineConfig } from 'vite';

// Before enhancedImages(), which would take the manifest for a picture.
export default defineConfig({ plugins: [promptImage(), enhancedImages(), sveltekit()] });
