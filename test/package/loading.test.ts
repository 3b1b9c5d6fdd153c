import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { bundlers } from '../e2e/support/bundlers.js';
import { createSite, startSmallGemini } from '../e2e/support/site.js';
import type { Gemini } from '../loopback/gemini.js';
import { createWorkspace, run } from '../support/workspace.js';

/** Packages that take long to load or are native, and that most runs do without. */
const HEAVY = [
  ...['sharp', 'jiti', 'fast-glob', 'p-queue', 'birpc', 'commander', '@clack/prompts', 'fs-native-extensions'],
  ...['undici', 'ipaddr.js'],
];

/** The environment of processes, and of those that they start, in which loading a heavy package fails. */
function withoutHeavy(): Record<string, string> {
  const hooks = `
    const heavy = new Set(${JSON.stringify(HEAVY)});
    export const resolve = (specifier, context, next) => {
      if (heavy.has(specifier)) throw new Error('Loading ' + specifier);
      return next(specifier, context);
    };`;
  const start = `
    import { register } from 'node:module';
    register(${JSON.stringify(dataUrl(hooks))});`;
  return { NODE_OPTIONS: `--import=${dataUrl(start)}` };
}

function dataUrl(code: string): string {
  return `data:text/javascript;base64,${Buffer.from(code).toString('base64')}`;
}

test.each(['', '/html', '/vite', '/rollup', '/rolldown', '/webpack', '/rspack', '/esbuild', '/jest'])(
  'importing unplugin-prompt-image%s loads nothing heavy',
  async (entry) => {
    await using workspace = await createWorkspace();
    const load = (specifier: string) =>
      run(process.execPath, ['--input-type=module', '--eval', `await import('${specifier}')`], {
        cwd: workspace.root,
        env: withoutHeavy(),
      });
    expect(await load(`unplugin-prompt-image${entry}`)).toMatchObject({ code: 0, output: '' });
    expect((await load('sharp')).output).toContain('Loading sharp');
  },
);

describe.concurrent.each(bundlers)('$name', (bundler) => {
  let gemini: Gemini;
  beforeAll(async () => {
    gemini = await startSmallGemini();
  });
  afterAll(() => gemini.close());

  test('a build with nothing to buy and nothing to encode loads nothing heavy', async () => {
    await using site = await createSite(gemini, { bundler, images: { barn: 'A barn' }, consent: true });
    expect(await site.build()).toMatchObject({ code: 0 });
    await site.remove('dist');
    const warm = await site.build(withoutHeavy());
    expect(warm.output).toContain('1 image: 1 reused, 0 bought');
    expect(warm.code).toBe(0);

    await site.remove('node_modules/.cache');
    const cold = await site.build(withoutHeavy());
    expect(cold.output).toContain('Loading ');
    expect(cold.code).toBe(1);
  });
});
