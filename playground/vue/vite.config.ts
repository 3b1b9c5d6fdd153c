import vue from '@vitejs/plugin-vue';
import promptImage from 'unplugin-prompt-image/vite';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [vue(), promptImage()] });
