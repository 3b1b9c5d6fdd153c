/// <reference types="vite/client" />
/// <reference types="unplugin-prompt-image/client" />
