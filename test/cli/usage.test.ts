import { afterAll, beforeAll, expect, test } from 'vitest';
import { createSite, type Site, STACK } from '../e2e/support/site.js';
import { startInTerminal } from '../e2e/support/terminal.js';
import { createWorkspace, run } from '../support/workspace.js';

let site: Site;
beforeAll(async () => {
  site = await createSite({ url: 'http://127.0.0.1:1', key: 'none' }, { images: { barn: 'A barn' } });
});
afterAll(() => site[Symbol.asyncDispose]());

test('help names the commands that there are, and examples', async () => {
  const { code, stdout, stderr } = await site.command(['--help']);
  expect([code, stderr]).toEqual([0, '']);
  const groups = [
    ['init', 'add', 'generate', 'status', 'check'],
    ['keep', 'reroll', 'pick', 'prune', 'adopt', 'export', 'report', 'types'],
  ];
  for (const command of groups.flat()) expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
  expect(stdout).toContain('$ npx prompt-image generate --dry-run');
});

test.each([
  ['init', ['--yes', '--json', 'npx unplugin-prompt-image init']],
  ['add', ['<file>', '<prompt>', '--ratio', '--alt', '--yes', '--json', '$ npx prompt-image add']],
  ['generate', ['--dry-run', '--yes', '--json', '[patterns...]', '$ npx prompt-image generate']],
  ['status', ['[patterns...]', '--json', '--costs', '--alt', '$ npx prompt-image status']],
  ['adopt', ['<address>', '<picture>', '--source-type', 'digitalCapture', '--json', '$ npx prompt-image adopt']],
  ['export', ['<address>', '--out', '--width', '--crop', '--check', '--json', '$ npx prompt-image export']],
  ['report', ['--out', '--diff', '--sheet', '--json', '$ npx prompt-image report']],
  ['types', ['[patterns...]', '--json', '$ npx prompt-image types']],
  ['check', ['--strict', '--json', 'npx prompt-image check']],
  ['keep', ['[patterns...]', '--json', '$ npx prompt-image keep']],
  ['reroll', ['<address>', '--count <n>', '--yes', '--json', '$ npx prompt-image reroll']],
  ['pick', ['<address> [take]', '--original <sha8>', '--json', '$ npx prompt-image pick']],
  ['prune', ['--takes', '--yes', '--purge', '--json', '$ npx prompt-image prune']],
])('help on %s', async (command, words) => {
  const { code, stdout } = await site.command([command, '--help']);
  expect(code).toBe(0);
  expect(stdout).toContain(`Usage: prompt-image ${command}`);
  for (const word of words) expect(stdout).toContain(word);
  expect((await site.command(['help', command])).stdout).toBe(stdout);
});

test('the version is that of the package', async () => {
  const { version } = JSON.parse(await site.read('node_modules/unplugin-prompt-image/package.json')) as {
    version: string;
  };
  expect(await site.command(['--version'])).toMatchObject({ code: 0, stdout: `${version}\n` });
});

test('the command is also installed under the name of the package', async () => {
  const bin = site.bin('unplugin-prompt-image', 'unplugin-prompt-image');
  expect(await run(process.execPath, [bin, 'status'], { cwd: site.root })).toMatchObject({
    code: 0,
    stdout: expect.stringContaining('1 image: 1 missing'),
  });
});

test.each([
  ['no command', [], 'Usage: prompt-image'],
  ['a misspelt command', ['generat'], 'Did you mean generate?'],
  ['an unknown command', ['frobnicate'], "unknown command 'frobnicate'"],
  ['a misspelt option', ['generate', '--dry-ran'], 'Did you mean --dry-run?'],
  ['an option of another command', ['check', '--dry-run'], "unknown option '--dry-run'"],
  ['arguments where there are none', ['check', 'src'], 'too many arguments'],
  ['an argument too few', ['add', 'src/hero'], "missing required argument 'prompt'"],
])('%s is a wrong use', async (_, args, words) => {
  const { code, stdout, stderr } = await site.command(args);
  expect([code, stdout]).toEqual([2, '']);
  expect(stderr).toContain(words);
  expect(stderr).not.toMatch(STACK);
});

test('a reader that leaves is no mistake', async () => {
  const bin = site.bin('unplugin-prompt-image', 'prompt-image');
  const line = `"${process.execPath}" "${bin}" help add | exec 0<&-; echo done`;
  for (const words of [line, line.replace('help add', 'status')]) {
    expect(await run('sh', ['-c', words], { cwd: site.root })).toMatchObject({ code: 0, output: 'done\n' });
  }
});

test('a wrong use names the help of its command', async () => {
  expect((await site.command(['generate', '--dry-ran'])).stderr).toContain('Run: npx prompt-image generate --help');
  expect((await site.command(['generat'])).stderr).toContain('Run: npx prompt-image --help');
});

test("the system's no is one line", async () => {
  const readOnly =
    "import fs from 'node:fs/promises'; import { syncBuiltinESMExports } from 'node:module'; fs.writeFile = async () => { throw Object.assign(new Error(\"EACCES: permission denied, open 'x'\"), { code: 'EACCES', syscall: 'open' }); }; syncBuiltinESMExports();";
  await using workspace = await createWorkspace();
  const bin = workspace.bin('unplugin-prompt-image', 'prompt-image');
  const preload = `data:text/javascript,${encodeURIComponent(readOnly)}`;
  const result = await run(process.execPath, ['--import', preload, bin, 'init'], { cwd: workspace.root });
  expect(result).toMatchObject({ code: 1, stderr: "EACCES: permission denied, open 'x'\n" });
});

test('--config names another config file, before and after the command', async () => {
  await site.write('other/prompt-image.config.json', '{ "include": ["none"] }');
  for (const args of [
    ['--config', 'other/prompt-image.config.json', 'status'],
    ['status', '--config', 'other/prompt-image.config.json'],
  ]) {
    const { code, output } = await site.command(args);
    expect(output).toBe('0 images\n');
    expect(code).toBe(0);
  }
  const { code, output } = await site.command(['--config', 'nowhere.js', 'status']);
  expect(code).toBe(1);
  expect(output).toMatch(/^\[CONFIG_INVALID\] .*nowhere\.js/);
  expect(output).not.toMatch(STACK);
});

test('a mistake in the config is told without a stack', async () => {
  await using workspace = await createWorkspace({ 'prompt-image.config.json': '{ "conmit": true }' });
  const bin = workspace.bin('unplugin-prompt-image', 'prompt-image');
  const { code, stderr } = await run(process.execPath, [bin, 'status'], { cwd: workspace.root });
  expect(code).toBe(1);
  expect(stderr).toContain('[CONFIG_INVALID] prompt-image.config.json: unknown option "conmit"');
  expect(stderr).toContain('Did you mean "commit"?');
  expect(stderr).not.toMatch(STACK);
});

test('colours are for terminals, and not for all', async () => {
  const styled = '\u001b[';
  const piped = await site.command(['status'], { FORCE_COLOR: undefined });
  expect(piped.output).not.toContain(styled);
  const inTerminal = async (env: Record<string, string | undefined>) => {
    const bin = site.bin('unplugin-prompt-image', 'prompt-image');
    await using program = await startInTerminal(process.execPath, [bin, 'status'], { cwd: site.root, env });
    await program.exited;
    expect(program.output()).toContain('1 missing');
    return program.output();
  };
  expect(await inTerminal({ TERM: 'xterm-256color', NO_COLOR: undefined })).toContain(styled);
  expect(await inTerminal({ TERM: 'xterm-256color', NO_COLOR: '1' })).not.toContain(styled);
});
