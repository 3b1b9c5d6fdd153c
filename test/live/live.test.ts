import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { apiError, picture, startGemini } from '../loopback/gemini.js';
import { nominalSize } from '../loopback/models.js';
import { repositoryRoot, run } from '../support/workspace.js';

const keyNames = { anyfast: 'ANYFAST_API_KEY', google: 'GEMINI_API_KEY' } as const;

/** Runs what `npm run test:live` does. */
async function live(args: string[], env: Record<string, string> = {}) {
  const { scripts } = JSON.parse(await readFile(join(repositoryRoot, 'package.json'), 'utf8'));
  const [command, ...words] = (scripts['test:live'] as string).split(' ');
  expect(command).toBe('jiti');
  const jiti = join(repositoryRoot, 'node_modules/jiti/lib/jiti-cli.mjs');
  return run(process.execPath, [jiti, ...words, ...args], { cwd: repositoryRoot, env });
}

describe.each(['google', 'anyfast'] as const)('%s', (flavour) => {
  test('buys one picture and one edit, says what they cost, and shows what came', async () => {
    await using gemini = await startGemini({ flavour });
    const { code, output } = await live(['--base-url', gemini.url], { [keyNames[flavour]]: gemini.key });
    expect(output).toMatch(/^2 pictures of gemini-3\.1-flash-lite-image from http:\S+, ≈ \$0\.067 at list price\n/);
    expect(output).toMatch(
      /A picture, 16:9\n {2}took {5}\d+\.\d s\n {2}picture {2}jpeg 1376×768, \d+ KB, 0\.8 % wider/,
    );
    expect(output).toMatch(/HTTP 200 \{\n\s+"candidates": \[/);
    expect(output).toMatch(/"data": "<base64, \d+ characters>"/);
    expect(output).toContain('An edit\n');
    expect(output).not.toContain(gemini.key);
    expect(code).toBe(0);
    expect(gemini.requests.map(({ ask }) => ask?.references.length)).toEqual([0, 1]);
  });
});

test('buys all ten ratios where that is wanted, and downloads what is hosted', async () => {
  await using gemini = await startGemini({ flavour: 'anyfast' });
  gemini.always(picture({ via: 'markdown URL', size: nominalSize('1:1') }));
  const { code, output } = await live(['--ratios', '--base-url', gemini.url], { ANYFAST_API_KEY: gemini.key });
  expect(output).toMatch(/^11 pictures .* ≈ \$0\.37 at list price\n/);
  expect(output.match(/^ {2}hosted {3}127\.0\.0\.1:\d+$/gm)).toHaveLength(11);
  expect(output).toContain('43.8 % narrower than asked for');
  expect(output).toMatch(/"text": "<text with a markdown image, \d+ characters>"/);
  expect(new Set(gemini.requests.map(({ ask }) => ask?.aspectRatio)).size).toBe(10 + 1);
  expect([gemini.calls, code]).toEqual([11, 0]);
});

test('stops at the first failure and shows it', async () => {
  await using gemini = await startGemini();
  gemini.script(apiError(429, { retryDelay: '18.5s', message: 'Slow down.' }));
  const { code, output } = await live(['--base-url', gemini.url], { GEMINI_API_KEY: gemini.key });
  expect(output).toContain('[PROVIDER_RATE_LIMITED] the service asks for fewer calls (HTTP 429): “Slow down.”');
  expect(output).toContain('Retry: safely, after: 18500');
  expect(output).toMatch(/HTTP 429 \{\n\s+"error": \{/);
  expect([gemini.calls, code]).toEqual([1, 1]);
});

test.each<[string, string[], Record<string, string>, RegExp]>([
  ['without a key', [], {}, /^There is no key\. Set ANYFAST_API_KEY or GEMINI_API_KEY in the environment\.\n/],
  ['in CI', [], { CI: 'true' }, /^This buys pictures with real money, so it does not run in CI\.\n$/],
  ['with an option that it does not have', ['--all'], {}, /--all.*\nnpm run test:live -- \[--ratios\]/],
])('buys nothing %s', async (_, args, env, words) => {
  await using gemini = await startGemini({ flavour: 'anyfast' });
  const key: Record<string, string> = env.CI ? { ANYFAST_API_KEY: gemini.key } : {};
  const { code, output } = await live(['--base-url', gemini.url, ...args], { ...env, ...key });
  expect(output).toMatch(words);
  expect([gemini.requests.length, code]).toEqual([0, 1]);
});
