import { pathToFileURL } from 'node:url';
import { expect, test, vi } from 'vitest';
import { createEncoder } from '../../src/derivatives/encoder/encoder.js';
import type { EncodeJob } from '../../src/derivatives/encoder/operations.js';
import { sharpVersions } from '../../src/derivatives/encoder/versions.js';
import { run, start } from '../support/workspace.js';
import { encoderPids, isRunning } from './encoder-build.js';
import { openSuite } from './encoder-suite.js';
import { photo, wanted } from './pictures.js';

const suite = openSuite();

/** An encoder with a process of its own, started. */
async function started(threads = 2) {
  const before = encoderPids(suite.built.entry);
  const encoder = createEncoder({ entry: suite.built.entry, threads });
  await encoder.versions();
  const [pid] = encoderPids(suite.built.entry).filter((pid) => !before.includes(pid));
  return { encoder, pid: pid! };
}

/** Work for seconds. */
async function longJob(name: string): Promise<EncodeJob> {
  const source = await suite.original(`${name}.png`, photo(1400, 800).png());
  const file = wanted(suite.workspace.path(`${name}.avif`), 'avif', 1400, 800);
  return { source, files: [{ ...file, options: { ...file.options, effort: 9 } }] };
}

test('no process before the first operation, one for all of them', async () => {
  const before = encoderPids(suite.built.entry).length;
  const encoder = createEncoder({ entry: suite.built.entry });
  expect(encoderPids(suite.built.entry)).toHaveLength(before);
  const path = await suite.original('photo.png', photo(50, 50).png());
  await Promise.all([encoder.inspect(path), encoder.inspect(path), encoder.inspect(path)]);
  expect(encoderPids(suite.built.entry)).toHaveLength(before + 1);
  await encoder.dispose();
  expect(encoderPids(suite.built.entry)).toHaveLength(before);
  await createEncoder({ entry: suite.built.entry }).dispose();
});

test('a crash names the pictures in work, and the next operation starts anew', async () => {
  const { encoder, pid } = await started();
  const jobs = [await longJob('one'), await longJob('two')];
  const outcomes = Promise.allSettled(jobs.map((job) => encoder.encode(job)));
  // Decoded after the two were taken up.
  await encoder.inspect(jobs[0]!.source);
  process.kill(pid, 'SIGKILL');
  for (const [index, outcome] of (await outcomes).entries()) {
    const { source } = jobs[index]!;
    expect(outcome).toMatchObject({ status: 'rejected', reason: { code: 'ENCODER_FAILED' } });
    expect(String((outcome as PromiseRejectedResult).reason)).toContain(
      `ended by SIGKILL while it worked on ${source}`,
    );
  }
  await expect(encoder.inspect(jobs[0]!.source)).resolves.toMatchObject({ width: 1400 });
  expect(isRunning(pid)).toBe(false);
  await encoder.dispose();
});

test('a process that cannot start says why, and shows no stack', async () => {
  await suite.workspace.write('broken.js', 'throw new Error("no such library\\nPossible solutions: install it")');
  const encoder = createEncoder({ entry: pathToFileURL(suite.workspace.path('broken.js')) });
  const path = suite.workspace.path('any.png');
  await expect(encoder.inspect(path)).rejects.toMatchObject({
    code: 'ENCODER_FAILED',
    message: `The encoder's process failed before it was done with ${path}: Error: no such library\nPossible solutions: install it`,
  });
});

test('Ctrl-C in the terminal does not end work that the parent still wants', async () => {
  const { encoder, pid } = await started();
  const job = await longJob('photo');
  const inspected = encoder.inspect(job.source);
  process.kill(pid, 'SIGINT');
  await expect(inspected).resolves.toMatchObject({ width: 1400 });
  await expect(encoder.inspect(job.source)).resolves.toMatchObject({ width: 1400 });
  expect(isRunning(pid)).toBe(true);
  await encoder.dispose();
});

test('what someone waits for overtakes the encoding of files', async () => {
  const { encoder } = await started(1);
  const source = await suite.original('photo.png', photo(600, 400).png());
  let encoded = 0;
  const jobs = Array.from({ length: 12 }, async (_, index) => {
    const files = [wanted(suite.workspace.path(`${index}.avif`), 'avif', 600, 400)];
    await encoder.encode({ source, files });
    encoded += 1;
  });
  await encoder.inspect(source);
  expect(encoded).toBeLessThan(4);
  await Promise.all(jobs);
  await encoder.dispose();
});

test('disposal ends the process at once, and all work with it', async () => {
  const { encoder, pid } = await started(1);
  const jobs = await Promise.all(['one', 'two', 'three', 'four'].map(longJob));
  const outcomes = Promise.allSettled(jobs.map((job) => encoder.encode(job)));
  const before = performance.now();
  await encoder.dispose();
  expect(performance.now() - before).toBeLessThan(1500);
  expect(isRunning(pid)).toBe(false);
  for (const outcome of await outcomes) expect(outcome).toMatchObject({ reason: { code: 'ABORTED' } });
  await expect(encoder.inspect(jobs[0]!.source)).rejects.toMatchObject({ code: 'ABORTED' });
});

test('a parent that is done exits by itself, and its encoder with it', async () => {
  const path = await suite.original('photo.png', photo(50, 50).png());
  const { code, stdout, stderr } = await run(
    process.execPath,
    await parentArguments(`
    console.log(JSON.stringify(await encoder.inspect(${JSON.stringify(path)})));
    console.log('pid', children());`),
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(stdout).toContain('{"format":"png","width":50,"height":50}');
  const pid = Number(/pid (\d+)/.exec(stdout)?.[1]);
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 3000, interval: 20 });
});

test('a parent that waits for an answer gets it', async () => {
  const path = await suite.original('photo.png', photo(50, 50).png());
  // No top-level await: only the encoder keeps this process alive.
  const { code, stdout } = await run(
    process.execPath,
    await parentArguments(`
    encoder.inspect(${JSON.stringify(path)}).then(() => setTimeout(() => {
      encoder.inspect(${JSON.stringify(path)}).then(({ width }) => console.log('again', width));
    }, 100));`),
  );
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'again 50\n' });
});

test('an encoder at work ends soon after its parent was killed', async () => {
  const job = await longJob('photo');
  await using parent = await start(
    process.execPath,
    await parentArguments(`
    await encoder.versions();
    encoder.encode(${JSON.stringify(job)});
    await encoder.inspect(${JSON.stringify(job.source)});
    console.log('pid', children());`),
  );
  const pid = Number((await parent.waitFor(/pid (\d+)/))[1]);
  expect(isRunning(pid)).toBe(true);
  process.kill(parent.pid, 'SIGKILL');
  await vi.waitFor(() => expect(isRunning(pid)).toBe(false), { timeout: 1000, interval: 10 });
});

/** A program that has an `encoder`, and `children()` for the id of its process. */
async function parentArguments(code: string): Promise<string[]> {
  const { entry, parent } = suite.built;
  const program = `
    import { readFileSync } from 'node:fs';
    import { createEncoder } from ${JSON.stringify(parent.href)};
    const encoder = createEncoder({ entry: new URL(${JSON.stringify(entry.href)}) });
    const children = () => readFileSync('/proc/self/task/' + process.pid + '/children', 'utf8').trim();
    ${code}`;
  return ['--input-type=module', '-e', program];
}

test("sharp's versions are known without loading it", async () => {
  const program = `import sharp from 'sharp'; console.log(JSON.stringify(sharp.versions));`;
  const { stdout } = await run(process.execPath, ['--input-type=module', '-e', program]);
  const real: unknown = JSON.parse(stdout);
  const neverAsked = () => Promise.reject(new Error('was asked'));
  expect(await sharpVersions(neverAsked)).toEqual(real);
  expect(await suite.encoder.versions()).toEqual(real);
  expect(Object.keys(await sharpVersions(neverAsked))).toEqual(
    expect.arrayContaining(['sharp', 'vips', 'aom', 'webp']),
  );
});
