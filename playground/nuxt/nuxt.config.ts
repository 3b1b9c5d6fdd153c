export default defineNuxtConfig({
  compatibilityDate: '2026-11-01',
  modules: ['unplugin-prompt-image/nuxt'],
  telemetry: false,
});
