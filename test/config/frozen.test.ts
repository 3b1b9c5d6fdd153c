import { expect, test } from 'vitest';
import { createShop } from '../purchase/shop.js';
import { run } from '../support/workspace.js';

test.concurrent.each<[boolean, Record<string, string>]>([
  [false, {}],
  [true, { CI: 'true' }],
  [true, { CI: '1' }],
  [false, { CI: 'false' }],
  [true, { GITHUB_ACTIONS: 'true' }],
  [true, { JENKINS_URL: 'http://ci.example' }],
  [false, { JENKINS_URL: '' }],
  [false, { JENKINS_URL: 'http://ci.example', CI: 'false' }],
  [true, { VITEST: 'true', CI: 'false' }],
  [true, { JEST_WORKER_ID: '1' }],
])('%s with %j', async (frozen, env) => {
  await using shop = await createShop({ images: { barn: 'A barn' } });
  const script = `
    import { createPromptImage } from 'unplugin-prompt-image';
    const images = await createPromptImage();
    await images.generate().catch(({ code }) => console.log(code));
    await images.dispose();`;
  await shop.write('script.mjs', script);
  const { stdout } = await run(process.execPath, ['script.mjs'], { cwd: shop.root, env });
  expect(stdout).toBe(frozen ? 'IMAGE_MISSING\n' : '');
  expect(await shop.calls()).toHaveLength(frozen ? 0 : 1);
  if (frozen) expect(await shop.list('.prompt-image')).toEqual([]);
});
