import { mkdir, rm, symlink, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { resolveConfig } from '../../src/config/config.js';
import { isKeyed, type Provider } from '../../src/providers/provider.js';
import { createWorkspace } from '../support/workspace.js';
import { configure, refusal, type Setting } from './configure.js';

const ANYFAST = 'ANYFAST_API_KEY=sk-anyfast-1\n';
const GEMINI = 'GEMINI_API_KEY=sk-gemini-1\n';
const GOOGLE = 'GOOGLE_API_KEY=sk-google-1\n';

const uses = (provider: Provider, key: string) => isKeyed(provider) && provider.usesKey(key);

describe('which key is used', () => {
  test.each<[string, Setting, provider: string, key: string | undefined]>([
    ['none', {}, 'anyfast', undefined],
    [
      'the one of Anyfast before others',
      { untracked: { '.env.local': GOOGLE + GEMINI + ANYFAST } },
      'anyfast',
      'sk-anyfast-1',
    ],
    ['whichever file it is in', { untracked: { '.env.local': GEMINI, '.env': ANYFAST } }, 'anyfast', 'sk-anyfast-1'],
    ['Gemini before Google', { untracked: { '.env.local': GOOGLE, '.env': GEMINI } }, 'google', 'sk-gemini-1'],
    ['Google alone', { untracked: { '.env': GOOGLE } }, 'google', 'sk-google-1'],
    [
      'the environment before files',
      { untracked: { '.env.local': GEMINI }, env: { GEMINI_API_KEY: 'sk-shell-1' } },
      'google',
      'sk-shell-1',
    ],
    [
      'files where the environment has a blank one',
      { untracked: { '.env.local': GEMINI }, env: { GEMINI_API_KEY: ' ', ANYFAST_API_KEY: '' } },
      'google',
      'sk-gemini-1',
    ],
    [
      '.env.local before .env',
      { untracked: { '.env.local': GEMINI, '.env': 'GEMINI_API_KEY=sk-other-1' } },
      'google',
      'sk-gemini-1',
    ],
    [
      'not the one of a mode',
      { untracked: { '.env.production': GEMINI, '.env.production.local': GEMINI } },
      'anyfast',
      undefined,
    ],
    [
      'the one that the config names',
      { untracked: { '.env.local': ANYFAST + GEMINI }, files: { 'prompt-image.config.json': { provider: 'google' } } },
      'google',
      'sk-gemini-1',
    ],
    [
      'the one that stands in the config',
      {
        untracked: { '.env.local': ANYFAST },
        files: {
          'prompt-image.config.mjs': `import { anyfast } from 'unplugin-prompt-image';
            export default { provider: anyfast({ apiKey: 'sk-written-1' }) };`,
        },
      },
      'anyfast',
      'sk-written-1',
    ],
  ])('%s', async (_, setting, name, key) => {
    const { provider } = await configure(setting);
    expect(provider.name).toBe(name);
    expect(isKeyed(provider) && provider.hasKey).toBe(key !== undefined);
    if (key !== undefined) expect(uses(provider, key)).toBe(true);
    expect(JSON.stringify(provider)).not.toContain('sk-');
  });
});

const outside = { git: false };
const shell = { GEMINI_API_KEY: 'sk-gemini-1' };

describe('who consents', () => {
  test.each<[string, boolean, Setting]>([
    ['nobody', false, {}],
    ['a key in the shell', false, { env: shell }],
    ['a key in .env', false, { untracked: { '.env': GEMINI } }],
    ['a key in .env.local', true, { untracked: { '.env.local': GEMINI } }],
    ['the same in the shell and in .env.local', true, { untracked: { '.env.local': GEMINI }, env: shell }],
    [
      'another in .env.local than in the shell',
      false,
      { untracked: { '.env.local': 'GEMINI_API_KEY=sk-other' }, env: shell },
    ],
    ['a key for another provider', false, { untracked: { '.env.local': GEMINI, '.env': ANYFAST } }],
    [
      'the second key of the provider',
      true,
      { untracked: { '.env.local': 'GEMINI_API_KEY=\nGOOGLE_API_KEY=sk-google-1' } },
    ],
    ['a key in a file of a mode', false, { untracked: { '.env.development.local': GEMINI }, env: shell }],
    ['a key in a tracked .env.local', false, { files: { '.gitignore': '', '.env.local': GEMINI } }],
    [
      'a key in a .env.local that differs in case',
      false,
      { files: { '.gitignore': '', '.ENV.local': '' }, untracked: { '.env.local': GEMINI } },
    ],
    ['a key in .env.local, outside', true, { ...outside, untracked: { '.env.local': GEMINI } }],
    ['a key in a comment', false, { untracked: { '.env.local': `# ${GEMINI}` }, env: shell }],
    ['the word in the shell', true, { env: { ...shell, PROMPT_IMAGE_BUY: '1' } }],
    ['another word in the shell', false, { env: { ...shell, PROMPT_IMAGE_BUY: 'yes' } }],
    ['the word in an ignored .env.local', true, { untracked: { '.env.local': 'PROMPT_IMAGE_BUY=1' }, env: shell }],
    [
      'the word in an .env.local that is not ignored',
      false,
      { files: { '.gitignore': '' }, untracked: { '.env.local': 'PROMPT_IMAGE_BUY=1' }, env: shell },
    ],
    [
      'the word in an ignored .env',
      false,
      { files: { '.gitignore': '.env\n' }, untracked: { '.env': 'PROMPT_IMAGE_BUY=1' }, env: shell },
    ],
    [
      'the word in .env.local, outside',
      false,
      { ...outside, untracked: { '.env.local': 'PROMPT_IMAGE_BUY=1' }, env: shell },
    ],
    ['the word in the shell, outside', true, { ...outside, env: { ...shell, PROMPT_IMAGE_BUY: '1' } }],
    ['a tracked "no"', false, { files: { '.env': 'PROMPT_IMAGE_BUY=0' }, env: shell }],
    [
      'a config that says the word',
      false,
      { files: { 'prompt-image.config.mjs': "process.env.PROMPT_IMAGE_BUY = '1'; export default {};" }, env: shell },
    ],
    [
      'a free provider',
      true,
      {
        files: {
          'prompt-image.config.mjs': "export default { provider: { name: 'p', free: true, generate: () => {} } };",
        },
      },
    ],
    [
      'a provider of its own',
      false,
      {
        files: { 'prompt-image.config.mjs': "export default { provider: { name: 'p', generate: () => {} } };" },
        untracked: { '.env.local': ANYFAST + GEMINI },
      },
    ],
  ])('%s: %s', async (_, given, setting) => {
    const { consent } = await configure(setting);
    expect(consent.given).toBe(given);
    expect(consent.how === '').toBe(given);
    expect(consent.how).not.toContain('sk-');
  });

  test.each(['.env', '.env.local', '.env.production', '.env.staging.local', '.env.example'])(
    'PROMPT_IMAGE_BUY in a tracked %s is an error',
    async (file) => {
      const files = { '.gitignore': '', [file]: 'A=1\nexport PROMPT_IMAGE_BUY="1"\n' };
      const error = await refusal({ files, env: shell });
      expect(error).toMatchObject({
        code: 'CONFIG_INVALID',
        what: `${file} sets PROMPT_IMAGE_BUY and is tracked by git`,
      });
      expect((await configure({ ...outside, files, env: shell })).consent.given).toBe(false);
    },
  );

  test('a repository that git does not answer for leaves only the word in the shell', async () => {
    const setting = { untracked: { '.env.local': GEMINI } };
    process.env.GIT_TEST_ASSUME_DIFFERENT_OWNER = '1';
    try {
      await using workspace = await createWorkspace({ '.env.local': GEMINI }, {});
      await workspace.write('.git', 'gitdir: /nowhere\n');
      const { consent } = await resolveConfig(workspace.root, {});
      expect(consent).toMatchObject({ given: false, how: expect.stringContaining('Git does not say') });
      const said = await configure({ ...setting, git: false, env: { PROMPT_IMAGE_BUY: '1' } });
      expect(said.consent.given).toBe(true);
    } finally {
      delete process.env.GIT_TEST_ASSUME_DIFFERENT_OWNER;
    }
  });
});

describe('a key beside another folder', () => {
  const app = { 'app/prompt-image.config.json': {}, 'app/site/index.html': '' };

  test.each([
    ['above the config', '.env.local', 'app'],
    ['beside the bundler', 'app/site/.env.local', 'app/site'],
    ['above, from below', '.env.local', 'app/site'],
  ])('%s is named, not read', async (_, file, start) => {
    await configure(
      { files: app, untracked: { [file]: GEMINI }, start },
      ({ config: { provider, consent }, workspace }) => {
        expect(isKeyed(provider) && provider.hasKey).toBe(false);
        expect(consent.how).toContain(`(the key in ${workspace.path(file)} is not read)`);
      },
    );
  });

  test('beyond the repository nobody looks', async () => {
    await using around = await createWorkspace({ '.env.local': GEMINI, 'repository/package.json': '{}' });
    await around.git('init', '--quiet', 'repository');
    const { consent } = await resolveConfig(around.path('repository'), {});
    expect(consent.how).not.toContain('is not read');
  });
});

describe('a key that Vite would publish', () => {
  test.each(['.env', '.env.local', '.env.production', '.env.staging.local'])('in %s', async (file) => {
    const error = await refusal({ untracked: { [file]: 'VITE_GOOGLE_API_KEY=sk-exposed-1' } });
    expect(error).toMatchObject({
      code: 'CONFIG_KEY_EXPOSED',
      what: `VITE_GOOGLE_API_KEY in ${file} would be published with your site`,
    });
    expect(error.message).not.toContain('sk-');
  });

  test('in the environment', async () => {
    const error = await refusal({ env: { VITE_ANYFAST_API_KEY: 'sk-exposed-1' } });
    expect(error.what).toContain('VITE_ANYFAST_API_KEY in the environment');
  });

  test('beside the bundler', async () => {
    const files = { 'prompt-image.config.json': {}, 'site/.env': 'VITE_GEMINI_API_KEY=sk-exposed-1' };
    expect(await refusal({ files, start: 'site' })).toMatchObject({ code: 'CONFIG_KEY_EXPOSED' });
  });

  test('an empty one publishes nothing', async () => {
    await configure({ untracked: { '.env': 'VITE_GEMINI_API_KEY=\nVITE_OTHER_API_KEY=1\n' } });
  });
});

describe('env files that cannot be read', () => {
  test('are an error, not a file without a key', async () => {
    await using workspace = await createWorkspace();
    await symlink('.env.local', workspace.path('.env.local'));
    await expect(resolveConfig(workspace.root, {})).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringContaining('.env.local cannot be read (ELOOP)'),
    });
    await rm(workspace.path('.env.local'));
    await symlink('nowhere', workspace.path('.env.local'));
    expect((await resolveConfig(workspace.root, {})).root).toBe(workspace.root);
  });

  test('folders of such a name are none', async () => {
    await using workspace = await createWorkspace();
    await mkdir(workspace.path('.env.d'));
    await mkdir(workspace.path('.env'));
    await writeFile(workspace.path('.envrc'), 'export VITE_GEMINI_API_KEY=x');
    expect((await resolveConfig(workspace.root, {})).root).toBe(workspace.root);
  });
});

describe('a key that is given away is told', () => {
  test.each<[string, warning: RegExp | undefined, Setting]>([
    ['kept in an ignored file', undefined, { untracked: { '.env.local': GEMINI } }],
    ['in the shell', undefined, { env: { GEMINI_API_KEY: 'sk-gemini-1' } }],
    ['outside of a repository', undefined, { git: false, untracked: { '.env': GEMINI } }],
    [
      'in a file that git tracks',
      /^\.env holds the key, and git tracks it: others have it\..* revoke the key/,
      { files: { '.env': GEMINI } },
    ],
    [
      'in a tracked .env.local',
      /^\.env\.local holds the key, and git tracks it/,
      { files: { '.gitignore': '', '.env.local': GEMINI } },
    ],
    [
      'in a file that the next commit would take along',
      /^\.env\.local holds the key, and git does not ignore it\. Put it into \.gitignore/,
      { files: { '.gitignore': 'dist\n' }, untracked: { '.env.local': GEMINI } },
    ],
    [
      'of another key than the one that is used',
      undefined,
      { files: { '.env': GEMINI }, env: { GEMINI_API_KEY: 'sk-other-1' } },
    ],
  ])('%s', async (_, warning, setting) => {
    const { consent } = await configure(setting);
    if (warning === undefined) expect(consent.warnings).toEqual([]);
    else expect(consent.warnings).toEqual([expect.stringMatching(warning)]);
    expect(consent.warnings.join()).not.toContain('sk-');
  });
});
