import { posix } from 'node:path';

/** The config of a new project. The model is pinned, so that another default of a later version makes no picture stale. */
export function configText(model: string): string {
  return `import { defineConfig } from 'unplugin-prompt-image';

export default defineConfig({
  // Pinned: another model would ask for every picture anew.
  defaults: { model: '${model}' },
});
`;
}

export const EXAMPLE = 'src/hero.image.json';

/** A first manifest. */
export function exampleText(): string {
  const schema = posix.relative(posix.dirname(EXAMPLE), 'node_modules/unplugin-prompt-image/schema.json');
  const manifest = {
    $schema: schema,
    prompt: 'A lighthouse above a calm sea at dusk, long exposure, muted teal and amber',
    alt: 'Lighthouse above a calm sea',
    aspectRatio: '16:9',
  };
  return `${JSON.stringify(manifest, undefined, 2)}\n`;
}
