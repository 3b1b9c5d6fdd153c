import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Gemini } from '../loopback/gemini.js';
import { rollup } from './support/bundlers.js';
import { configOf, createSite, type SiteOptions, STACK, startSmallGemini } from './support/site.js';

const images = { barn: 'A barn' };
let gemini: Gemini;
let key: string;
beforeAll(async () => {
  gemini = await startSmallGemini();
  key = `GEMINI_API_KEY=${gemini.key}\n`;
});
afterAll(() => gemini.close());

/** Builds with these files, `tracked` ones being committed. @returns how many pictures it bought, and its output */
async function buildWith(
  { tracked = {}, untracked = {} }: { tracked?: Record<string, string>; untracked?: Record<string, string> },
  env: Record<string, string> = {},
  options: Partial<SiteOptions> = {},
) {
  const before = gemini.requests.length;
  await using site = await createSite(gemini, { bundler: rollup, images, files: tracked, ...options });
  for (const [file, text] of Object.entries(untracked)) await site.write(file, text);
  const { code, output } = await site.build(env);
  expect(output).not.toMatch(STACK);
  const calls = gemini.requests.length - before;
  expect(code).toBe(calls > 0 ? 0 : 1);
  return { calls, output };
}

const inShell = () => ({ GEMINI_API_KEY: gemini.key });
const nothingIgnored = { '.gitignore': 'dist\n' };

test('the key in .env.local consents where git does not track the file', async () => {
  const ignored = await buildWith({ untracked: { '.env.local': key } });
  expect(ignored.calls).toBe(1);
  const untracked = await buildWith({ tracked: nothingIgnored, untracked: { '.env.local': key } });
  expect(untracked.calls).toBe(1);
  const quoted = await buildWith({ untracked: { '.env.local': `\uFEFFexport GEMINI_API_KEY="${gemini.key}"\r\n` } });
  expect(quoted.calls).toBe(1);
});

test('a key that everyone has consents for nobody', async () => {
  const tracked = await buildWith({ tracked: { ...nothingIgnored, '.env.local': key } });
  expect(tracked.calls).toBe(0);
  expect(tracked.output).toContain('git tracks. Untrack the file and revoke the key');
  const shared = await buildWith({ untracked: { '.env': key } });
  expect(shared.calls).toBe(0);
  expect(shared.output).toContain('put GEMINI_API_KEY=… into .env.local');
});

test('another key than the one that is used does not consent', async () => {
  const { calls, output } = await buildWith(
    { untracked: { '.env.local': 'GEMINI_API_KEY=of-someone-else' } },
    inShell(),
  );
  expect(calls).toBe(0);
  expect(output).toContain('[IMAGE_MISSING]');
});

test('outside of a repository nothing can be tracked, and nothing ignored', async () => {
  const withKey = await buildWith({ untracked: { '.env.local': key } }, {}, { git: false });
  expect(withKey.calls).toBe(1);
  expect(withKey.output).toMatch(/1 image: 0 reused, 1 bought$/m);
  const buy = { '.env.local': 'PROMPT_IMAGE_BUY=1' };
  expect((await buildWith({ untracked: buy }, inShell(), { git: false })).calls).toBe(0);
  expect((await buildWith({}, { ...inShell(), PROMPT_IMAGE_BUY: '1' }, { git: false })).calls).toBe(1);
});

test('PROMPT_IMAGE_BUY consents in an ignored .env.local', async () => {
  const buy = { '.env.local': 'PROMPT_IMAGE_BUY=1' };
  expect((await buildWith({ untracked: buy }, inShell())).calls).toBe(1);
  expect((await buildWith({ tracked: nothingIgnored, untracked: buy }, inShell())).calls).toBe(0);
  expect((await buildWith({ untracked: { '.env.local': 'PROMPT_IMAGE_BUY=0' } }, inShell())).calls).toBe(0);
});

test.each(['.env', '.env.local'])('PROMPT_IMAGE_BUY in a tracked %s is an error', async (file) => {
  const { calls, output } = await buildWith(
    { tracked: { ...nothingIgnored, [file]: 'PROMPT_IMAGE_BUY=1' } },
    inShell(),
  );
  expect(calls).toBe(0);
  expect(output).toContain(`[CONFIG_INVALID] ${file} sets PROMPT_IMAGE_BUY and is tracked by git`);
});

test('a key beside another folder is named, not read', async () => {
  const { calls, output } = await buildWith(
    { untracked: { '.env.local': key } },
    {},
    {
      images: {},
      files: {
        'app/barn.image.json': JSON.stringify({ prompt: 'A barn', alt: '' }),
        'app/prompt-image.config.js': configOf(gemini.url),
        'src/main.js': "import '../app/barn.image.json';",
        'rollup.config.js': `
        import promptImage from 'unplugin-prompt-image/rollup';
        export default { input: 'src/main.js', output: { dir: 'dist' }, plugins: [promptImage({ root: 'app' })] };`,
      },
    },
  );
  expect(calls).toBe(0);
  expect(output).toMatch(/\(the key in \S+\/\.env\.local is not read\)/);
  expect(output).not.toContain(gemini.key);
});

test('a key under a name that Vite would publish is an error', async () => {
  const { output } = await buildWith({ untracked: { '.env.local': `VITE_${key}` } }, { PROMPT_IMAGE_BUY: '1' });
  expect(output).toContain('[CONFIG_KEY_EXPOSED] VITE_GEMINI_API_KEY in .env.local would be published with your site');
  expect(output).not.toContain(gemini.key);
});

test('a free provider needs no consent, and buys nothing in CI', async () => {
  const painter = `
    const svg = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect width="1" height="1" fill="teal"/></svg>';
    const generate = async (_, { raster }) => ({ bytes: await raster(svg, { width: 96, height: 96 }) });
    export default {
      provider: { name: 'painter', free: true, generate },
      defaults: { output: { formats: ['png'], widths: [64] } },
    };`;
  await using site = await createSite(gemini, {
    bundler: rollup,
    images,
    files: { 'prompt-image.config.js': painter },
  });
  const frozen = await site.build({ CI: '1' });
  expect(frozen.code).toBe(1);
  expect(frozen.output).toContain('[IMAGE_MISSING]');
  const { code, output } = await site.build();
  expect(output).toContain('1 image: 0 reused, 1 bought');
  expect(code).toBe(0);
  expect((await site.images()).barn).toMatchObject({ width: 64, format: 'png' });
});

test('nothing is bought into a folder that git ignores', async () => {
  const ignored = { '.gitignore': 'dist\n.env.local\n.prompt-image\n' };
  const { calls, output } = await buildWith({ tracked: ignored, untracked: { '.env.local': key } });
  expect(calls).toBe(0);
  expect(output).toContain('[CACHE_IGNORED]');
  const permitted = await buildWith(
    { tracked: ignored, untracked: { '.env.local': key } },
    {},
    {
      files: { ...ignored, 'prompt-image.config.js': configOf(gemini.url, { commit: false }) },
    },
  );
  expect(permitted.calls).toBe(1);
  expect(permitted.output).toMatch(/1 image: 0 reused, 1 bought$/m);
});
