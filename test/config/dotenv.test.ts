import { loadEnv } from 'vite7';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { parseDotenv } from '../../src/config/dotenv.js';
import { createWorkspace, type Workspace } from '../support/workspace.js';

const NAME = 'GEMINI_API_KEY';

const files: [text: string, value: string | undefined][] = [
  [`${NAME}=sk-1`, 'sk-1'],
  [`  ${NAME} = sk-1  `, 'sk-1'],
  [`export ${NAME}=sk-1\n`, 'sk-1'],
  [`\uFEFF${NAME}=sk-1`, 'sk-1'],
  [`A=1\r\n${NAME}=sk-1\r\nB=2\r\n`, 'sk-1'],
  [`A=1\r${NAME}=sk-1`, 'sk-1'],
  [`${NAME}="sk-1"`, 'sk-1'],
  [`${NAME}='sk-1'`, 'sk-1'],
  [`${NAME}=\`sk-1\``, 'sk-1'],
  [`${NAME}="sk-1" # mine`, 'sk-1'],
  [`${NAME}=sk-1 # mine`, 'sk-1'],
  [`${NAME}=sk#1`, 'sk'],
  [`${NAME}="sk#1"`, 'sk#1'],
  [`${NAME}=sk=1==`, 'sk=1=='],
  [`${NAME}='it is "this"'`, 'it is "this"'],
  [`${NAME}="two\\nlines"`, 'two\nlines'],
  [`${NAME}='two\\nlines'`, 'two\\nlines'],
  [`${NAME}="over\ntwo"`, 'over\ntwo'],
  [`${NAME}: sk-1`, 'sk-1'],
  [`# ${NAME}=sk-1`, undefined],
  [`#${NAME}=sk-1`, undefined],
  [`MY_${NAME}=sk-1`, undefined],
  [`${NAME}_2=sk-1`, undefined],
  [`${NAME.toLowerCase()}=sk-1`, undefined],
  [`${NAME}`, undefined],
  [`junk\n\n=\n${NAME}=sk-1\nmore junk`, 'sk-1'],
  [`junk ${NAME}=sk-1`, undefined],
  [`PRIVATE="-----BEGIN\n${NAME}=sk-1\n-----END"\n`, undefined],
  [`PRIVATE='\n${NAME}=sk-1'\n${NAME}=sk-2`, 'sk-2'],
  [`OPEN="never closed\n${NAME}=sk-1`, 'sk-1'],
  [`${NAME}=sk-1\n${NAME}=sk-2`, 'sk-2'],
  [`${NAME}=`, ''],
  [`${NAME}=""`, ''],
];

let workspace: Workspace;
beforeAll(async () => {
  workspace = await createWorkspace();
});
afterAll(() => workspace[Symbol.asyncDispose]());

test.each(files)('%j', async (text, value) => {
  expect(parseDotenv(Buffer.from(text))[NAME]).toBe(value);
  // The package dotenv, within Vite 7, reads the same out of it.
  await workspace.write('.env.local', text);
  vi.stubEnv(NAME, undefined);
  try {
    expect(loadEnv('test', workspace.root, NAME)[NAME]).toBe(value);
  } finally {
    vi.unstubAllEnvs();
  }
});

test('UTF-16, as PowerShell writes it', () => {
  expect(parseDotenv(Buffer.from(`\uFEFF${NAME}=sk-1\r\n`, 'utf16le'))).toEqual({ [NAME]: 'sk-1' });
});

test('names that objects have of themselves are ordinary ones', () => {
  expect(parseDotenv(Buffer.from('toString=1\n__proto__=2\n'))[NAME]).toBeUndefined();
});
