import react from '@vitejs/plugin-react';
import promptImage from 'unplugin-prompt-image/vite';
import { defineConfig } from 'vite';

export default defineConfig({ plugins: [react(), promptImage()] });
