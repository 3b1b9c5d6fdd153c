// Types for `import hero from './hero.image'` and `import fruits from './fruits.images'`, without any flag of TypeScript's.
// Use: "types": ["unplugin-prompt-image/client"] in tsconfig.json, or /// <reference types="unplugin-prompt-image/client" />
//
// The names of items and variants, and with them the named exports of a collection, are in no type that holds for all
// manifests: `prompt-image types` writes those of one manifest beside it, for `./hero.image.json`.

declare module '*.image' {
  const image: import('unplugin-prompt-image').PromptImage;
  export default image;
}

declare module '*.images' {
  /** By the names of the items. */
  const images: Record<string, import('unplugin-prompt-image').CollectionImage>;
  export default images;
  /** The items in the order of the manifest. */
  export const list: import('unplugin-prompt-image').CollectionImage[];
}

declare module '*.image?url' {
  const src: string;
  export default src;
}

declare module '*.image.json?url' {
  const src: string;
  export default src;
}

// Of several patterns that match, TypeScript takes the one with the longest beginning, else the first: where
// `vite/client` with its `*?url` comes first, the dot makes these win for relative paths.

declare module '.*.images?url' {
  const srcs: Record<string, string>;
  export default srcs;
}

declare module '.*.images.json?url' {
  const srcs: Record<string, string>;
  export default srcs;
}

declare module '*.images?url' {
  const srcs: Record<string, string>;
  export default srcs;
}

declare module '*.images.json?url' {
  const srcs: Record<string, string>;
  export default srcs;
}
