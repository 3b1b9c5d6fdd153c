import { expect, test } from 'vitest';
import { run } from '../support/workspace.js';
import { vites } from './support/bundlers.js';
import { createSite, startSmallGemini } from './support/site.js';

test.concurrent.each(vites)(
  '$name: under Vitest an import is the image, in Node and in a browser-like environment',
  async (bundler) => {
    await using gemini = await startSmallGemini();
    const check = (environment: string) => `
    // @vitest-environment ${environment}
    import { expect, test } from 'vitest';
    import barn from './barn.image';
    import url from './barn.image.json?url';
    import canal from './canal.image.json';
    test('images', () => {
      expect(barn).toMatchObject({ alt: 'A red barn', width: 64, sources: { webp: expect.any(String) } });
      expect(barn.draft).toBeUndefined();
      expect(url).toBe(barn.src);
      expect(canal.draft).toBe(true);
    });`;
    await using site = await createSite(gemini, {
      bundler,
      images: { barn: { prompt: 'A barn', alt: 'A red barn' }, canal: 'A canal' },
      consent: true,
      files: {
        'src/node.test.js': check('node'),
        'src/page.test.js': check('./page-environment.js'),
        // What jsdom and happy-dom are to Vitest, without their size.
        'page-environment.js': `
        export default { name: 'page', viteEnvironment: 'client', setup: () => ({ teardown() {} }) };`,
      },
    });
    expect((await site.command(['generate', 'src/barn.image.json'])).code).toBe(0);
    await site.commit();
    const { code, output } = await run(process.execPath, [site.bin('vitest'), 'run'], {
      env: { NO_COLOR: '1' },
      cwd: site.root,
      timeout: 60_000,
    });
    expect(code, output).toBe(0);
    expect(output).toMatch(/Tests\s+2 passed/);
    expect(gemini.calls, 'it buys nothing, although this checkout consents').toBe(1);
    expect(await site.git('status', '--porcelain')).toBe('');
  },
);
