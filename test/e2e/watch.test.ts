import { expect, test, vi } from 'vitest';
import { start } from '../support/workspace.js';
import { type Bundler, messagesIn, rollups, vite8, vites, webpacks } from './support/bundlers.js';
import { createSite, STACK, startSmallGemini } from './support/site.js';

/** Built again and again until it is told to stop. */
const watching: Bundler[] = [
  ...vites.map((bundler) => ({
    ...bundler,
    command: (site: Parameters<Bundler['command']>[0]) => [...vite8.command(site), '--watch'],
  })),
  ...rollups.map((bundler) => ({
    ...bundler,
    command: (site: Parameters<Bundler['command']>[0]) => [...bundler.command(site), '--watch'],
  })),
  ...webpacks.map((bundler) => ({
    ...bundler,
    files: {
      ...bundler.files,
      'build.js': String(bundler.files['build.js']).replace('...config }', '...config, watch: true }'),
    },
  })),
];

/** Under Vite 8 a round that begins while another one writes can lose its files until the next save: not ours to mend. */
const RETRY = 2;

test.concurrent.each(watching)(
  '$name: a watching build shows drafts and spends nothing',
  { retry: RETRY },
  async (bundler) => {
    await using gemini = await startSmallGemini();
    await using site = await createSite(gemini, { bundler, images: { barn: 'A barn' }, consent: true });
    const env = { PROMPT_IMAGE_BUY: '1', NO_COLOR: '1' };
    await using builder = await start(process.execPath, bundler.command(site), { cwd: site.root, env });
    await builder.waitFor(/1 image: 0 reused, 0 bought, 1 draft/);
    const shows = (barn: object) =>
      vi.waitFor(async () => expect(await site.images()).toMatchObject({ barn }), { timeout: 10_000, interval: 200 });
    await shows({ draft: true, alt: '' });

    /**
     * Saves a manifest. More than once, because watchers start some time after the first build; but not while a round is under way,
     * which Rolldown's watcher does not survive unharmed.
     */
    const edited = async (alt: unknown, pattern: RegExp) => {
      const from = builder.output().length;
      const save = async () => {
        await site.edit('barn', { prompt: 'A barn', alt });
        await builder.waitFor(pattern, 3000, from);
      };
      await vi.waitFor(save, { timeout: 30_000 });
    };
    await edited(1, /\[MANIFEST_INVALID\] src\/barn\.image\.json:3:10/);
    await edited('A barn', /1 image: 0 reused, 0 bought, 1 draft/);
    expect(gemini.requests).toHaveLength(0);

    const before = builder.output().length;
    expect((await site.command(['generate'])).code).toBe(0);
    // Rolldown, and so Vite 8, watches no folders: there the picture waits for the next edit.
    if (bundler.name !== 'vite 8' && bundler.name !== 'rolldown') {
      await builder.waitFor(/1 image: 1 reused, 0 bought/, 20_000, before);
      await shows({ alt: 'A barn' });
    }
    await edited('A red barn', /1 image: 1 reused, 0 bought/);
    await shows({ alt: 'A red barn' });
    expect((await site.images()).barn).not.toHaveProperty('draft');
    expect(gemini.calls).toBe(1);
    expect(messagesIn(builder.output(), bundler)).not.toMatch(STACK);
  },
);
