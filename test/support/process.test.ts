import { expect, test, vi } from 'vitest';
import { run, start } from './process.js';

const node = (code: string) => ['--input-type=module', '-e', code];

const alive = (pid: number) => {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return false;
    throw error;
  }
};

test('what a program prints, reads and returns', async () => {
  const code = `
    for await (const text of process.stdin) process.stdout.write(String(text).toUpperCase());
    console.error('done');
    process.exitCode = 3;`;
  const result = await run(process.execPath, node(code), { stdin: 'größe' });
  expect(result).toEqual({ code: 3, signal: null, stdout: 'GRÖSSE', stderr: 'done\n', output: 'GRÖSSEdone\n' });
});

test('without input there is nothing to read, and no shell reads the arguments', async () => {
  const code = `for await (const _ of process.stdin); console.log(process.argv[1]);`;
  expect((await run(process.execPath, [...node(code), '$HOME; *'])).stdout).toBe('$HOME; *\n');
});

test('a missing program is an error, by run and by start', async () => {
  await expect(run('no-such-program', [])).rejects.toMatchObject({ code: 'ENOENT' });
  await expect(start('no-such-program', [])).rejects.toMatchObject({ code: 'ENOENT' });
});

test('time runs out for a program and its children', async () => {
  // The child holds the same output open: without its end the run would not end either.
  const code = `
    import { spawn } from 'node:child_process';
    spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' });
    console.log('started');
    setInterval(() => {}, 1000);`;
  await expect(run(process.execPath, node(code), { timeout: 1500 })).rejects.toThrow(/more than 1500 ms:\nstarted/);
});

test('the environment has no CI, no test runner, no key and no consent', async () => {
  const marks = {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    VERCEL: '1',
    BUILD_NUMBER: '7',
    TF_BUILD: 'True',
    CI_NAME: 'codeship',
    JENKINS_URL: 'x',
    ANYFAST_API_KEY: 'k',
    GEMINI_API_KEY: 'k',
    GOOGLE_API_KEY: 'k',
    PROMPT_IMAGE_BUY: '1',
    VITE_KEY: 'k',
    JEST_WORKER_ID: '1',
    GIT_DIR: '/nowhere',
    npm_lifecycle_event: 'test',
  };
  for (const [name, value] of Object.entries(marks)) vi.stubEnv(name, value);
  vi.stubEnv('ORDINARY', 'kept');
  try {
    const seen = async (env?: Record<string, string | undefined>) => {
      const { stdout } = await run(process.execPath, ['-p', 'JSON.stringify(process.env)'], env ? { env } : {});
      return JSON.parse(stdout) as Record<string, string>;
    };
    const environment = await seen();
    const runner = ['NODE_ENV', 'TEST', 'VITEST', 'VITEST_MODE', 'VITEST_WORKER_ID', 'MODE', 'DEV', 'SSR', 'BASE_URL'];
    for (const name of [...Object.keys(marks), ...runner]) expect(environment, name).not.toHaveProperty(name);
    expect(environment).toMatchObject({ ORDINARY: 'kept', PATH: process.env.PATH });
    const changed = await seen({ CI: 'true', ORDINARY: undefined, GEMINI_API_KEY: 'mine' });
    expect(changed).toMatchObject({ CI: 'true', GEMINI_API_KEY: 'mine' });
    expect(changed).not.toHaveProperty('ORDINARY');
  } finally {
    vi.unstubAllEnvs();
  }
});

const echo = node(`
  console.log('ready');
  for await (const text of process.stdin) console.log('got ' + String(text).trim());`);

test('a long-running program is written to and waited for', async () => {
  await using program = await start(process.execPath, echo);
  const [ready] = await program.waitFor(/ready/);
  expect(ready).toBe('ready');
  program.write('one\n');
  expect((await program.waitFor(/got (\w+)/g))[1]).toBe('one');
  const from = program.output().length;
  const next = program.waitFor(/got (\w+)/, 5000, from);
  program.write('two\n');
  expect((await next)[1]).toBe('two');
  expect(program.output()).toBe('ready\ngot one\ngot two\n');
  expect(await program.kill()).toEqual({ code: null, signal: 'SIGTERM' });
  expect(await program.kill('SIGKILL')).toEqual({ code: null, signal: 'SIGTERM' });
  expect(alive(program.pid)).toBe(false);
});

test('waiting in vain says what was printed', async () => {
  await using program = await start(process.execPath, echo);
  await program.waitFor(/ready/);
  await expect(program.waitFor(/never/, 50)).rejects.toThrow(/50 ms passed without \/never\/ in its output:\nready/);
  const waiting = program.waitFor(/never/);
  const killed = program.kill('SIGINT');
  await expect(waiting).rejects.toThrow(/ended without \/never\//);
  expect(await killed).toEqual({ code: null, signal: 'SIGINT' });
  await expect(program.waitFor(/ready/)).resolves.toBeTruthy();
});
