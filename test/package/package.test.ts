import { afterAll, beforeAll } from 'vitest';
import { testContents } from './contents-suite.js';
import { testInstallation } from './install-suite.js';
import { testScaffolds } from './scaffold-suite.js';
import { packTarball, type Tarball } from './support/tarball.js';
import { testTypes } from './types-suite.js';

let tarball: Tarball;
beforeAll(async () => {
  tarball = await packTarball();
}, 300_000);
afterAll(() => tarball[Symbol.asyncDispose]());

testContents(() => tarball);
testTypes(() => tarball);
testInstallation(() => tarball);
testScaffolds(() => tarball);
