// Makes what is missing, builds the site and serves it.
//   --live      with a real model instead of the painter; says the price first and asks
//   --no-serve  stops after the build
import { spawnSync } from 'node:child_process';
import { createInterface } from 'node:readline/promises';
import { fileURLToPath } from 'node:url';

const playground = fileURLToPath(new URL('..', import.meta.url));
const promptImage = fileURLToPath(new URL('../../dist/cli.js', import.meta.url));
const vite = fileURLToPath(new URL('bin/vite.js', import.meta.resolve('vite/package.json')));

const live = process.argv.includes('--live');
const mode = live ? 'live' : 'production';
const config = live ? ['--config', 'prompt-image.live.config.ts'] : [];

if (live) {
  run(promptImage, 'generate', '--dry-run', ...config);
  if (!(await confirm('Go on, and buy what is missing at this price?'))) {
    console.log('Nothing was bought.');
    process.exit(1);
  }
}
run(promptImage, 'generate', ...config);
run(vite, 'build', '--mode', mode);
if (!process.argv.includes('--no-serve')) run(vite, 'preview', '--mode', mode);

/** Runs a command line tool in the playground; ends with its code if it fails. */
function run(tool, ...args) {
  const { status } = spawnSync(process.execPath, [tool, ...args], { cwd: playground, stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}

/** Without a terminal nobody is there to say yes. */
async function confirm(question) {
  if (!process.stdin.isTTY) return false;
  const terminal = createInterface({ input: process.stdin, output: process.stdout });
  const answer = await terminal.question(`${question} [y/N] `);
  terminal.close();
  return /^y(es)?$/i.test(answer.trim());
}
