/** A step of the file system: a function of node:fs/promises, or of one of its file handles, on a file. */
export interface Step {
  name: 'link' | 'mkdir' | 'open' | 'readdir' | 'readFile' | 'rename' | 'sync' | 'unlink' | 'writeFile';
  /** Of the path; where there are two, of the new one. */
  file: RegExp;
  /** The how manieth of them. @default 1 */
  nth?: number;
}

/** The picture among the originals. */
export const PICTURE_NAMED: Step = { name: 'link', file: /barn-[0-9a-f-]+\.png$/ };
export const RECORD_NAMED: Step = { name: 'link', file: /barn-[0-9a-f-]+\.json$/ };

/** A module for `preload`: the process is killed there. */
export function dieAt(step: Step, when: 'before' | 'after' = 'before'): string {
  return interpose([step], `process.kill(process.pid, 'SIGKILL');`, when);
}

export interface Failing extends Step {
  /** Also from then on, as on a full disk. @default once */
  lasting?: boolean;
}

/** A module for `preload`: the system says no there. */
export function failAt(code: string, ...steps: Failing[]): string {
  return interpose(
    steps,
    `throw Object.assign(new Error('${code}: not today, ' + path), { code: '${code}', errno: -1, syscall: name, path });`,
  );
}

/** A module for `preload`: it takes so many milliseconds each time. */
export function delayAt(step: Step, milliseconds: number): string {
  const act = `await new Promise((resolve) => setTimeout(resolve, ${milliseconds}));`;
  return interpose([{ ...step, lasting: true }], act);
}

function interpose(steps: readonly Failing[], act: string, when: 'before' | 'after' = 'before'): string {
  const rows = steps.map(({ name, file, nth = 1, lasting = false }) => {
    return `{ name: '${name}', file: ${file}, nth: ${nth}, lasting: ${lasting}, count: 0 }`;
  });
  return `
    import promises from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    const steps = [${rows.join(', ')}];
    const isHere = (name, path) => {
      const found = steps.filter((step) => step.name === name && step.file.test(String(path)));
      return found.map((step) => (++step.count === step.nth || (step.lasting && step.count > step.nth))).includes(true);
    };
    const around = (owner, name, pathOf) => {
      const real = owner[name];
      owner[name] = async function (...args) {
        const path = pathOf(args);
        const here = isHere(name, path);
        if (here && '${when}' === 'before') { ${act} }
        const result = await real.apply(this, args);
        if (here && '${when}' === 'after') { ${act} }
        return result;
      };
    };
    for (const name of ['open', 'mkdir', 'unlink', 'readFile', 'readdir']) around(promises, name, ([path]) => path);
    for (const name of ['rename', 'link']) around(promises, name, ([, path]) => path);
    const { open } = promises;
    promises.open = async (path, ...args) => {
      const handle = await open(path, ...args);
      for (const name of ['sync', 'writeFile']) around(handle, name, () => path);
      return handle;
    };
    syncBuiltinESMExports();`;
}

/** A module for `preload`: there is room for so many bytes of files whose paths match; the one that is too long is cut off. */
export function fillUp(file: RegExp, room: number): string {
  return `
    import promises from 'node:fs/promises';
    import { syncBuiltinESMExports } from 'node:module';
    let room = ${room};
    const { open } = promises;
    promises.open = async (path, ...args) => {
      const handle = await open(path, ...args);
      if (!${file}.test(String(path))) return handle;
      const write = handle.writeFile.bind(handle);
      handle.writeFile = async (data) => {
        const bytes = Buffer.from(data);
        const fits = bytes.subarray(0, Math.max(0, room));
        room -= bytes.length;
        await write(fits);
        if (fits.length === bytes.length) return;
        throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC', syscall: 'write' });
      };
      return handle;
    };
    syncBuiltinESMExports();`;
}
