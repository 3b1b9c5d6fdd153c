import { fileURLToPath } from 'node:url';
import type { NextConfig } from 'next';
import withPromptImage from 'unplugin-prompt-image/next';

const config: NextConfig = {
  // The images and the plugin lie above this folder.
  turbopack: { root: fileURLToPath(new URL('../..', import.meta.url)) },
};

export default withPromptImage(config);
