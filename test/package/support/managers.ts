import { join } from 'node:path';
import { repositoryRoot } from '../../support/workspace.js';

type Command = readonly [program: string, ...args: string[]];

/** A package manager as a person at a terminal uses it. */
export interface Manager {
  name: string;
  /** Installs the packages that are named after it. */
  install: Command;
  /** Runs a command of an installed package. */
  exec: Command;
}

export const npm: Manager = {
  name: 'npm',
  install: ['npm', 'install', '--save-dev', '--prefer-offline', '--no-audit', '--no-fund'],
  exec: ['npx'],
};

const pnpmCli = join(repositoryRoot, 'node_modules', 'pnpm', 'bin', 'pnpm.cjs');

/** Gives packages nothing but what they declare. */
export const pnpm: Manager = {
  name: 'pnpm',
  install: [process.execPath, pnpmCli, 'add', '--save-dev', '--prefer-offline'],
  exec: [process.execPath, pnpmCli, 'exec'],
};
