import { describe, expect, test } from 'vitest';
import { blocked, delayed, picture, textOnly } from '../loopback/gemini.js';
import { vites } from './support/bundlers.js';
import { type DevServer, startDev } from './support/dev-server.js';
import { createSite, startSmallGemini } from './support/site.js';

const images = { barn: 'A barn', canal: 'A canal', dune: 'A dune' };

describe.concurrent.each(vites)('$name', (bundler) => {
  test('without consent there are drafts, until the command buys', async () => {
    await using gemini = await startSmallGemini();
    await using site = await createSite(gemini, { bundler, images });
    await using dev = await startDev(site, { env: { GEMINI_API_KEY: gemini.key } });
    for (const name of Object.keys(images)) expect(await dev.image(name)).toMatchObject({ draft: true, width: 64 });
    await dev.waitFor(/barn\.image\.json {2}not bought yet: run npx prompt-image generate to buy it \(≈ \$0\.034\)/);
    expect(dev.output()).toContain('put GEMINI_API_KEY=… into .env.local');
    expect(gemini.requests).toHaveLength(0);

    const command = await dev.logs(/image update \/src\/dune/, () => site.command(['generate']));
    expect(command).toBeTruthy();
    expect(gemini.calls).toBe(3);
    expect(await dev.image('dune')).not.toHaveProperty('draft');
    expect(gemini.calls).toBe(3);
  });

  test('with consent it buys what never had a picture, and what changed only when asked', async () => {
    await using gemini = await startSmallGemini();
    await using site = await createSite(gemini, { bundler, images: { barn: 'A barn', canal: 'A canal' } });
    const env = { GEMINI_API_KEY: gemini.key, PROMPT_IMAGE_BUY: '1' };
    await using dev = await startDev(site, { env, terminal: true });
    expect(await dev.image('barn')).toMatchObject({ draft: true });
    expect(gemini.requests).toHaveLength(0);
    await dev.waitFor(/image update \/src\/barn/);
    expect(await dev.image('barn')).not.toHaveProperty('draft');
    expect(gemini.requests.map(({ prompt }) => prompt)).toEqual(['A barn']);

    // What is new is bought a while later; by then the one that changed would have been, too.
    await dev.logs(/press g \+ enter to buy it/, () => site.edit('barn', 'A red barn'));
    expect(await dev.image('barn')).toMatchObject({ stale: true });
    const asked = Date.now();
    expect(await dev.image('canal')).toMatchObject({ draft: true });
    await gemini.called(2);
    expect(Date.now() - asked, 'it waits for stillness').toBeGreaterThan(2900);
    await dev.waitFor(/image update \/src\/canal/);
    expect(await dev.image('canal')).not.toHaveProperty('draft');
    expect(await dev.image('barn')).toMatchObject({ stale: true });
    expect(gemini.requests.map(({ prompt }) => prompt)).toEqual(['A barn', 'A canal']);

    await dev.logs(/prompt changed since it was bought\s+1 to buy, ≈ \$0\.034\. Press g \+ enter again/, () =>
      dev.write('g\n'),
    );
    expect(gemini.calls).toBe(2);
    await dev.logs(/image update \/src\/barn/, () => dev.write('g\n'));
    expect(await dev.image('barn')).not.toHaveProperty('stale');
    expect(dev.output(), 'one update, however many files arrived').not.toContain('canal.image.json (x2)');
    expect(gemini.requests.map(({ prompt }) => prompt)).toEqual(['A barn', 'A canal', 'A red barn']);
  });
});

const oneAndAnother = { canal: 'A canal', dune: 'A dune' };

test.concurrent('what the model refused is not asked for again', async () => {
  await using gemini = await startSmallGemini();
  gemini.whenPrompt(/canal/, blocked('PROHIBITED_CONTENT', 'No canals, please'));
  await using site = await createSite(gemini, { images: oneAndAnother, consent: true });
  await using dev = await startDev(site);
  await dev.image('canal');
  await dev.waitFor(/\[PROVIDER_REFUSED\].*No canals, please/);
  expect(await dev.image('canal')).toMatchObject({ draft: true });
  // Whatever the second load had asked for would have been asked for before this one.
  await dev.image('dune');
  await gemini.called(2);
  expect(gemini.requests.map(({ prompt }) => prompt)).toEqual(['A canal', 'A dune']);
  expect(await dev.image('canal')).toMatchObject({ draft: true });

  // Another prompt is another question.
  await dev.logs(/image update \/src\/canal/, () => site.edit('canal', 'A river'));
  expect(gemini.calls).toBe(2);
  expect(await gemini.called(3)).toMatchObject({ prompt: 'A river' });
});

test.concurrent.each([
  ['CI', 'true'],
  ['VITEST', 'true'],
])('with %s the server shows drafts and writes nothing', async (name, value) => {
  await using gemini = await startSmallGemini();
  await using site = await createSite(gemini, { images: oneAndAnother, consent: true });
  await using dev = await startDev(site, { env: { [name]: value, PROMPT_IMAGE_BUY: '1' } });
  expect(await dev.image('canal')).toMatchObject({ draft: true });
  await dev.waitFor(/canal\.image\.json {2}not bought yet: nothing is bought in this run/);
  expect(await site.list('.prompt-image')).toEqual([]);

  expect((await site.command(['generate', 'src/canal.image.json'], { [name]: value })).code).toBe(0);
  expect(gemini.calls, 'the command buys all the same').toBe(1);
  await dev.waitFor(/image update \/src\/canal/);
  expect(await dev.image('canal')).not.toHaveProperty('draft');
});

test.concurrent("with missing: 'draft' nothing is bought, with 'error' nothing is shown", async () => {
  await using gemini = await startSmallGemini();
  gemini.always(textOnly());
  await using site = await createSite(gemini, { images: oneAndAnother, consent: true, config: { missing: 'draft' } });
  {
    await using dev = await startDev(site);
    expect(await dev.image('canal')).toMatchObject({ draft: true });
    await dev.waitFor(/canal\.image\.json {2}not bought yet: nothing is bought in this run/);
  }
  const config = await site.read('prompt-image.config.js');
  await site.write('prompt-image.config.js', config.replace('"draft"', '"error"'));
  await using dev = await startDev(site);
  await dev.image('canal');
  await dev.waitFor(/\[IMAGE_MISSING\] 1 image has no picture:\s+src\/canal\.image\.json {2}not bought yet/);
  expect(gemini.requests).toHaveLength(0);
});

test.concurrent.each([
  ['q and Enter', (dev: DevServer) => dev.write('q\n')],
  ['Ctrl-C', (dev: DevServer) => dev.write('\u0003')],
])('%s waits for the picture that is under way, and asks for no other', async (_, quit) => {
  await using gemini = await startSmallGemini();
  let answer = () => {};
  const gate = new Promise<void>((resolve) => {
    answer = resolve;
  });
  gemini.always(delayed(gate, picture({ size: { width: 64, height: 64 } })));
  await using site = await createSite(gemini, { images: oneAndAnother, config: { concurrency: 1 } });
  await using dev = await startDev(site, { env: { GEMINI_API_KEY: gemini.key }, terminal: true });
  for (const name of Object.keys(oneAndAnother)) await dev.image(name);
  await dev.logs(/2 to buy/, () => dev.write('g\n'));
  await dev.logs(/buying src/, () => dev.write('g\n'));
  await gemini.called(1);
  quit(dev);
  setTimeout(answer, 1000);
  await dev.exited;
  expect(gemini.calls).toBe(1);
  const stored = (await site.list('.prompt-image')).filter((file) => /-[0-9a-f]{8}\.json$/.test(file));
  expect(stored, dev.output()).toHaveLength(1);
});
