// Types for `import hero from './hero.image'`, without any flag of TypeScript's.
// Use: "types": ["unplugin-prompt-image/client"] in tsconfig.json, or /// <reference types="unplugin-prompt-image/client" />

declare module '*.image' {
  const image: import('unplugin-prompt-image').PromptImage;
  export default image;
}

declare module '*.image?url' {
  const src: string;
  export default src;
}

declare module '*.image.json?url' {
  const src: string;
  export default src;
}
