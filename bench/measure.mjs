import { spawn } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { buildEnv } from './fixture.mjs';

/**
 * Runs a command; gives its wall time in seconds, the peak memory of its whole process tree in megabytes and what it printed.
 * Throws where it ends with another code than `code`.
 */
export function measure(args, { cwd, memory, env = buildEnv, code: expected = 0 }) {
  return new Promise((resolve, reject) => {
    const started = performance.now();
    const child = spawn(process.execPath, args, { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    for (const stream of [child.stdout, child.stderr]) {
      stream.setEncoding('utf8').on('data', (text) => {
        output += text;
      });
    }
    let wall = 0;
    let peak = 0;
    const sampler =
      memory &&
      setInterval(() => {
        peak = Math.max(peak, treeMemory(child.pid));
      }, 40);
    child.on('error', reject);
    child.on('exit', () => {
      wall = (performance.now() - started) / 1000;
      clearInterval(sampler);
    });
    child.on('close', (code) => {
      if (code !== expected) reject(new Error(`${args.join(' ')} ended with ${code}:\n${output}`));
      else resolve({ wall, memory: peak / 1024, output });
    });
  });
}

/** Proportional set size of a process and its descendants in kilobytes. */
function treeMemory(root) {
  const parents = new Map();
  for (const name of readdirSync('/proc').filter((entry) => /^\d+$/.test(entry))) {
    const stat = read(`/proc/${name}/stat`);
    if (stat) parents.set(Number(name), Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]));
  }
  let sum = 0;
  for (const pid of parents.keys()) {
    if (isBelow(pid, root, parents)) sum += Number(/^Pss:\s+(\d+)/m.exec(read(`/proc/${pid}/smaps_rollup`))?.[1] ?? 0);
  }
  return sum;
}

function isBelow(pid, root, parents) {
  for (let current = pid; current; current = parents.get(current)) if (current === root) return true;
  return false;
}

/** Processes end while they are looked at. */
function read(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error.code === 'ENOENT' || error.code === 'ESRCH') return '';
    throw error;
  }
}
