import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { type Browser, chromium } from 'playwright-core';
import {
  canInstallDebianPackages,
  findOnPath,
  installDebianPackage,
  isExecutable,
  runInstaller,
  say,
} from './install.js';

const CHROMIUM_ARGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
  '--no-first-run',
  '--disable-quic',
];

/**
 * A browser that is there already: CHROME_PATH, then the system's Chrome or Chromium, then the one of Playwright.
 * @returns the path of its program
 * @throws Error where CHROME_PATH names no program
 */
export function findChromium(): string | undefined {
  const { CHROME_PATH } = process.env;
  if (CHROME_PATH) {
    if (isExecutable(CHROME_PATH)) return CHROME_PATH;
    throw new Error(`CHROME_PATH names no program: ${CHROME_PATH}`);
  }
  return [...systemBrowsers(), chromium.executablePath()].find((path) => existsSync(path) && runs(path));
}

/**
 * `findChromium`, and where there is none installs one: as root on Debian its package, elsewhere by Playwright's
 * installer. Says so on stderr.
 * @throws Error when that fails
 */
export async function ensureChromium(): Promise<string> {
  const found = findChromium();
  if (found !== undefined) return found;
  if (canInstallDebianPackages()) {
    say("no Chrome or Chromium found, installing Debian's chromium");
    await installDebianPackage('chromium');
  } else {
    say("no Chrome or Chromium found, installing Playwright's");
    await installWithPlaywright();
  }
  const installed = findChromium();
  if (installed === undefined)
    throw new Error('The tests need Chrome or Chromium: install one, or name it in CHROME_PATH');
  say(`Chromium is installed: ${installed}`);
  return installed;
}

/** Starts a headless browser that opens no connection of its own. Close it when done. */
export async function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath: await ensureChromium(), args: CHROMIUM_ARGS });
}

function systemBrowsers(): string[] {
  if (process.platform === 'darwin') {
    const programs = ['Google Chrome', 'Chromium'].map((name) => `Applications/${name}.app/Contents/MacOS/${name}`);
    return ['/', homedir()].flatMap((folder) => programs.map((program) => join(folder, program)));
  }
  if (process.platform === 'win32') {
    const { PROGRAMFILES, 'PROGRAMFILES(X86)': programFiles86, LOCALAPPDATA } = process.env;
    return [PROGRAMFILES, programFiles86, LOCALAPPDATA]
      .filter((folder) => folder !== undefined)
      .flatMap((folder) => ['Google\\Chrome', 'Chromium'].map((name) => join(folder, name, 'Application\\chrome.exe')));
  }
  return ['chromium', 'google-chrome-stable', 'google-chrome', 'chromium-browser']
    .map((name) => findOnPath(name))
    .filter((path) => path !== undefined);
}

const checked = new Map<string, boolean>();

/** On Linux the name alone says little: Ubuntu's is a stub without snapd, and Playwright's may lack system libraries. */
function runs(path: string): boolean {
  if (process.platform !== 'linux') return true;
  let works = checked.get(path);
  if (works === undefined) {
    works = spawnSync(path, ['--version'], { stdio: 'ignore', timeout: 30_000 }).status === 0;
    checked.set(path, works);
  }
  return works;
}

async function installWithPlaywright(): Promise<void> {
  const cli = join(dirname(createRequire(import.meta.url).resolve('playwright-core/package.json')), 'cli.js');
  const withSystemLibraries = process.platform === 'linux' && process.getuid?.() === 0 && findOnPath('apt-get');
  await runInstaller(process.execPath, [cli, 'install', ...(withSystemLibraries ? ['--with-deps'] : []), 'chromium']);
  checked.clear();
}
