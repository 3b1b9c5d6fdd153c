import { afterAll, beforeAll, expect, test } from 'vitest';
import { rollup } from '../e2e/support/bundlers.js';
import { createSite, type Site, type SiteOptions, STACK, startSmallGemini } from '../e2e/support/site.js';
import { startInTerminal } from '../e2e/support/terminal.js';
import { apiError, blocked, delayed, type Gemini, picture } from '../loopback/gemini.js';
import { run, start } from '../support/workspace.js';

const images = { barn: 'A barn', canal: 'A canal', dune: 'A dune' };
let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

const create = (options: Partial<SiteOptions> = {}): Promise<Site> =>
  createSite(gemini, { bundler: rollup, images, ...options });

/** How many calls it takes. */
async function callsOf(act: () => Promise<unknown>): Promise<number> {
  const before = gemini.requests.length;
  await act();
  return gemini.requests.length - before;
}

test('--dry-run lists what would be bought with its price, and does nothing', async () => {
  await using site = await create({ images: { ...images, twin: 'A dune' } });
  const before = await site.hashTree('.');
  const calls = await callsOf(async () => {
    const { code, stdout, stderr } = await site.command(['generate', '--dry-run'], {});
    // Nobody should learn from a failed purchase that there is no key.
    expect([code, stderr]).toEqual([0, '! There is no key: put GEMINI_API_KEY=… into .env.local beside the config.\n']);
    expect(stdout).toBe(
      [
        '  src/barn.image.json  not bought yet',
        '  src/canal.image.json  not bought yet',
        '  src/dune.image.json  not bought yet',
        '  src/twin.image.json  not bought yet',
        '3 to buy, ≈ $0.10',
        '',
      ].join('\n'),
    );
  });
  expect(calls).toBe(0);
  expect(await site.hashTree('.')).toBe(before);
});

test('it buys, counts and tells what to do next; then there is nothing to do', async () => {
  await using site = await create();
  const calls = await callsOf(async () => {
    const { code, stdout } = await site.command(['generate']);
    expect(code).toBe(0);
    expect(stdout).toContain('3 to buy, ≈ $0.10');
    expect(stdout.match(/^✓ \d\/3 src\/\w+\.image\.json · ≈ \$0\.\d+/gm)).toHaveLength(3);
    expect(stdout).toMatch(/^✓ 3\/3 \S+ · ≈ \$0\.10$/m);
    expect(stdout).toMatch(/3 images bought, 0 failed, 0 unchanged\. Commit what arrived\.\n$/);
  });
  expect(calls).toBe(3);
  expect(await site.git('status', '--porcelain', '--untracked-files=all')).toMatch(
    /^(\?\? \.prompt-image\/(\.gitattributes|\.gitignore|\w+-[0-9a-f]{16}-[0-9a-f]{8}\.(jpg|json))\n){8}$/,
  );
  const again = await callsOf(async () => {
    expect(await site.command(['generate'])).toMatchObject({ code: 0, output: '0 to buy · 3 to reprocess (free)\n' });
  });
  expect(again).toBe(0);
});

test('patterns and files choose, from wherever one is', async () => {
  await using site = await create({ files: { 'src/deep/elm.image.json': { prompt: 'An elm', alt: '' } } });
  const prompts = async (args: string[], cwd = '.') => {
    const before = gemini.requests.length;
    const bin = site.bin('unplugin-prompt-image', 'prompt-image');
    const { code, output } = await run(process.execPath, [bin, 'generate', ...args], {
      cwd: site.path(cwd),
      env: { GEMINI_API_KEY: gemini.key },
      timeout: 60_000,
    });
    expect(code, output).toBe(0);
    return gemini.requests
      .slice(before)
      .map(({ prompt }) => prompt)
      .sort();
  };
  expect(await prompts(['./canal.image.json'], 'src')).toEqual(['A canal']);
  expect(await prompts(['deep/*.image.json'], 'src')).toEqual(['An elm']);
  expect(await prompts(['src/{barn,canal}.*', '**/dune.image.json'])).toEqual(['A barn', 'A dune']);
  expect(await prompts([])).toEqual([]);
  // As messages name it, and without its ending.
  await site.edit('elm', 'An old elm');
  expect(await prompts(['src/elm.image.json'], 'src')).toEqual(['An old elm']);
  await site.edit('fir', 'A fir');
  expect(await prompts(['src/fir'])).toEqual(['A fir']);
});

test.each(['nowhere/*', 'src/barn.json', '../*.image.json'])(
  'a pattern that matches nothing (%s) is a wrong use',
  async (pattern) => {
    await using site = await create();
    const calls = await callsOf(async () => {
      const { code, output } = await site.command(['generate', 'src/barn.image.json', pattern]);
      expect(code).toBe(2);
      expect(output).toContain(`${pattern} matches no manifest`);
      expect(output).not.toMatch(STACK);
    });
    expect(calls).toBe(0);
  },
);

test('one failure loses nothing else', async () => {
  gemini.whenPrompt(/canal of/, blocked('SAFETY', 'No canals, please'));
  await using site = await create({
    images: { barn: 'A barn', canal: 'A canal of gold' },
    files: { 'src/broken.image.json': '{ "prompt": "A door", "alt": 1 }' },
  });
  const { code, stdout, stderr } = await site.command(['generate']);
  expect(code).toBe(1);
  expect(stderr).toContain('[MANIFEST_INVALID] src/broken.image.json:1:30:');
  expect(stderr).toContain('[PROVIDER_REFUSED] src/canal.image.json: ');
  expect(stderr).toContain('No canals, please');
  expect(stderr).not.toMatch(STACK);
  expect(stdout).toContain('2 to buy · 1 failure, ≈ $0.067');
  expect(stdout).toContain('1 image bought, 1 failed, 0 unchanged.');
});

test('--retry asks for what was refused, and buys what never was', async () => {
  await using own = await startSmallGemini();
  own.whenPrompt(/canal/, blocked('SAFETY', 'No canals, please'), picture({ size: { width: 64, height: 64 } }));
  await using site = await createSite(own, { bundler: rollup, images: { barn: 'A barn' } });
  expect((await site.command(['generate', '--retry'])).code).toBe(0);
  await site.edit('canal', 'A canal');
  expect((await site.command(['generate'])).code).toBe(1);
  const again = await site.command(['generate']);
  expect([again.code, own.calls]).toEqual([1, 2]);
  expect(again.stderr).toContain('[PROVIDER_REFUSED] src/canal.image.json: the model refused (SAFETY): “No canals');
  expect(again.stderr).toContain('npx prompt-image generate --retry');
  expect(again.stdout).toContain('0 to buy · 1 to reprocess (free) · 1 not asked for again\n');
  expect((await site.command(['status'])).stdout).toMatch(/✗ src\/canal\.image\.json {2}the model refused/);
  const retried = await site.command(['generate', '--retry']);
  expect([retried.code, own.calls]).toEqual([0, 3]);
  expect(await site.list('.prompt-image/.local/refusals')).toEqual([]);
});

test('without a key it says where to put one', async () => {
  await using site = await create();
  const calls = await callsOf(async () => {
    const { code, output } = await site.command(['generate'], {});
    expect(code).toBe(1);
    expect(output).toContain('[PROVIDER_AUTH] there is no GEMINI_API_KEY');
    expect(output).toContain('Put GEMINI_API_KEY=… into .env.local');
  });
  expect(calls).toBe(0);
});

test('in CI the command buys', async () => {
  await using site = await create();
  const calls = await callsOf(async () => {
    expect((await site.command(['generate'], { GEMINI_API_KEY: gemini.key, CI: 'true' })).code).toBe(0);
  });
  expect(calls).toBe(3);
  expect((await site.list('.prompt-image')).filter((file) => /-[0-9a-f]{8}\.(jpg|json)$/.test(file))).toHaveLength(6);
});

test('on a terminal more than the budget is asked for', async () => {
  await using site = await create({ config: { budget: { maxImages: 2 } } });
  const ask = async (answer: string) => {
    const bin = site.bin('unplugin-prompt-image', 'prompt-image');
    const env = { GEMINI_API_KEY: gemini.key };
    await using program = await startInTerminal(process.execPath, [bin, 'generate'], { cwd: site.root, env });
    await program.waitFor(/That is over the budget of 2 images\./);
    program.write(answer);
    return (await program.exited).code;
  };
  expect(await callsOf(async () => expect(await ask('n')).toBe(1))).toBe(0);
  expect(await callsOf(async () => expect(await ask('y')).toBe(0))).toBe(3);
});

test('in CI nobody is asked, terminal or not', async () => {
  await using site = await create({ config: { budget: { maxImages: 2 } } });
  const bin = site.bin('unplugin-prompt-image', 'prompt-image');
  const env = { GEMINI_API_KEY: gemini.key, CI: 'true' };
  const calls = await callsOf(async () => {
    await using program = await startInTerminal(process.execPath, [bin, 'generate'], { cwd: site.root, env });
    expect((await program.exited).code).toBe(1);
    expect(program.output()).toContain('[BUDGET_EXCEEDED] 3 images are over the budget of 2 images');
  });
  expect(calls).toBe(0);
});

test('after Ctrl-C nothing more is asked for, and what is under way is stored', async () => {
  let answer = () => {};
  const gate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  await using own = await startSmallGemini();
  own.always(delayed(gate, picture({ size: { width: 64, height: 64 } })));
  await using site = await createSite(own, { bundler: rollup, images, config: { concurrency: 1 } });
  const bin = site.bin('unplugin-prompt-image', 'prompt-image');
  const env = { GEMINI_API_KEY: own.key };
  await using program = await start(process.execPath, [bin, 'generate'], { cwd: site.root, env });
  await own.called(1);
  process.kill(-program.pid, 'SIGINT');
  await program.waitFor(/Stopping: what is under way is still stored/);
  answer();
  const { code } = await program.exited;
  expect(program.output()).toContain('1 image bought');
  expect(code).not.toBe(0);
  expect(program.output()).not.toMatch(STACK);
  expect(own.calls).toBe(1);
  expect((await site.list('.prompt-image')).filter((file) => file.endsWith('.jpg'))).toHaveLength(1);
});

test('Ctrl-C while it waits for another attempt ends it without a stack', async () => {
  await using own = await startSmallGemini();
  own.always(apiError(429, { retryDelay: '60s' }));
  await using site = await createSite(own, { bundler: rollup, images, config: { retries: 1 } });
  const bin = site.bin('unplugin-prompt-image', 'prompt-image');
  const env = { GEMINI_API_KEY: own.key };
  await using program = await start(process.execPath, [bin, 'generate'], { cwd: site.root, env });
  await program.waitFor(/barn\.image\.json: .*again in 60 s/);
  process.kill(-program.pid, 'SIGINT');
  expect((await program.exited).code).toBe(1);
  // What was in flight just then has failed; the rest never went out.
  const [, failed, stopped] = /0 images bought, (\d) failed, (\d) stopped/.exec(program.output()) ?? [];
  expect(Number(failed) + Number(stopped), program.output()).toBe(3);
  expect(program.output()).not.toMatch(STACK);
});

test('a model that is not known here is a warning, once, and asked for all the same', async () => {
  await using site = await createSite(gemini, {
    bundler: rollup,
    images: {
      barn: { prompt: 'A barn', alt: '', model: 'gemini-9' },
      canal: { prompt: 'A canal', alt: '', model: 'gemini-9' },
    },
  });
  const warning = '! The model "gemini-9" is not known here';
  const planned = await site.command(['generate', '--dry-run']);
  expect(planned.stderr.split(warning)).toHaveLength(2);
  expect(planned.stdout).toContain('2 to buy, price unknown');
  expect((await site.command(['status'])).stderr.split(warning)).toHaveLength(2);
});
