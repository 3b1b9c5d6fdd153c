import { expect, test } from 'vitest';
import { rollup } from '../e2e/support/bundlers.js';
import { createSite, STACK, startSmallGemini } from '../e2e/support/site.js';
import { picture } from '../loopback/gemini.js';

test('status tells of each image what there is, and why', async () => {
  await using gemini = await startSmallGemini();
  gemini.whenPrompt(/elm/, picture({ size: { width: 200, height: 100 } }));
  const images = { barn: 'A barn', canal: 'A canal', dune: 'A dune', elm: { prompt: 'An elm', aspectRatio: '1:1' } };
  await using site = await createSite(gemini, { bundler: rollup, images });
  expect((await site.command(['generate'])).code).toBe(0);
  await site.edit('canal', { prompt: 'A canal', alt: 'Free', output: { widths: [10] } });
  await site.edit('dune', { prompt: 'A high dune', thinking: 'high', alt: '' });
  await site.edit('farm', 'A farm');
  await site.write('src/grove.image.json', '{ "prompt": "A grove", "atl": "" }');
  await site.remove(`.prompt-image/.local`);

  const before = gemini.requests.length;
  const { code, stdout, stderr } = await site.command(['status'], {});
  expect([code, stderr]).toEqual([1, '']);
  expect(stdout).toContain('✓ src/barn.image.json\n');
  expect(stdout).toContain('✓ src/canal.image.json\n');
  expect(stdout).toMatch(
    /^● src\/dune\.image\.json {2}(prompt and thinking|thinking and prompt) changed since it was bought$/m,
  );
  expect(stdout).toContain('✓ src/elm.image.json  200×100 is not the 1:1 that was asked for\n');
  expect(stdout).toContain('● src/farm.image.json  not bought yet\n');
  expect(stdout).toContain('✗ src/grove.image.json\n[MANIFEST_INVALID] src/grove.image.json:1:24: unknown field "atl"');
  expect(stdout).toMatch(/^6 images: 3 ok, 1 missing, 1 stale, 1 invalid$/m);
  expect(stdout).not.toMatch(STACK);
  expect(gemini.requests).toHaveLength(before);

  const some = await site.command(['status', 'src/{barn,farm}.image.json']);
  expect(some).toMatchObject({
    code: 0,
    stdout: '✓ src/barn.image.json\n● src/farm.image.json  not bought yet\n2 images: 1 ok, 1 missing\n',
  });
  const chosen = ['src', '.', 'src/'].map(async (folder) => (await site.command(['status', folder])).stdout);
  for (const output of await Promise.all(chosen)) expect(output).toMatch(/^6 images: /m);
  expect(await site.command(['status', 'src/barn.image.json#a'])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('[IMAGE_UNKNOWN] src/barn.image.json#a: has no item "a": it is one image'),
  });
  expect(await site.command(['status', 'nothing'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('nothing matches no manifest'),
  });
});
