import type { Browser } from 'playwright-core';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { vite8 } from '../e2e/support/bundlers.js';
import { startDev } from '../e2e/support/dev-server.js';
import { openPage, untilShown } from '../e2e/support/pages.js';
import { createSite, startSmallGemini } from '../e2e/support/site.js';
import { launchChromium } from '../support/chromium.js';
import { addFrameworks } from '../support/frameworks.js';

let browser: Browser;
beforeAll(async () => {
  browser = await launchChromium();
});
afterAll(() => browser?.close());

const page = (script: string) =>
  `<!doctype html><title>Page</title><link rel="icon" href="data:,"><main></main><script type="module" src="/src/${script}"></script>`;

/** Each page makes its markup as a server does, then gives it to the framework. */
const files = {
  'vite.config.js': `
    import react from 'react-plugin';
    import promptImage from 'unplugin-prompt-image/vite';
    import vue from 'vue-plugin';
    export default { plugins: [promptImage(), react(), vue()] };`,
  'react.html': page('react.jsx'),
  'vue.html': page('vue.js'),
  'src/react.jsx': `
    import { useState } from 'react';
    import { hydrateRoot } from 'react-dom/client';
    import { renderToString } from 'react-dom/server.browser';
    import { Picture } from 'unplugin-prompt-image/react';
    import hero from './hero.image.json';
    function App() {
      const [width, setWidth] = useState();
      return <><Picture src={hero} sizes="50vw" style={{ opacity: 0.9 }} onLoad={(event) => setWidth(event.currentTarget.naturalWidth)} /><p>{width}</p></>;
    }
    const main = document.querySelector('main');
    main.innerHTML = renderToString(<App />);
    globalThis.img = main.querySelector('img');
    hydrateRoot(main, <App />, { onRecoverableError: (error) => console.error(String(error)) });`,
  'src/App.vue': `
    <script setup>
    import { ref } from 'vue';
    import { Picture } from 'unplugin-prompt-image/vue';
    import hero from './hero.image.json';
    const width = ref();
    </script>
    <template><Picture :src="hero" sizes="50vw" style="opacity: 0.9" @load="(event) => (width = event.currentTarget.naturalWidth)" /><p>{{ width }}</p></template>`,
  'src/vue.js': `
    import { createSSRApp } from 'vue';
    import { renderToString } from 'vue/server-renderer';
    import App from './App.vue';
    const main = document.querySelector('main');
    main.innerHTML = await renderToString(createSSRApp(App));
    globalThis.img = main.querySelector('img');
    createSSRApp(App).mount(main);`,
};

test.each(['react.html', 'vue.html'])(
  '%s takes the markup of a server as it is, and hears the picture load',
  async (path) => {
    await using gemini = await startSmallGemini();
    const hero = { prompt: 'A harbour', alt: 'Harbour', output: { placeholder: 'blur' } };
    await using site = await createSite(gemini, { images: { hero }, files });
    await addFrameworks(site, vite8.vite);
    expect((await site.command(['generate'])).code).toBe(0);
    await using dev = await startDev(site);
    const { page, complaints } = await openPage(browser, new URL(path, dev.url).href);
    await untilShown(page, 'img');
    expect(await page.evaluate('globalThis.img === document.querySelector("img")')).toBe(true);
    // React hears an image that is there before it is; Vue, one that comes after.
    if (path === 'react.html') await expect.poll(() => page.textContent('p')).toMatch(/^\d+$/);
    expect(complaints).toEqual([]);
  },
);
