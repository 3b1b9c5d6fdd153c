import { stat } from 'node:fs/promises';
import { request } from 'node:http';
import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest';
import { type Gemini, picture } from '../loopback/gemini.js';
import { run } from '../support/workspace.js';
import { vite8, vites } from './support/bundlers.js';
import { startDev } from './support/dev-server.js';
import { createSite, type Site, type SiteOptions, STACK, startSmallGemini, urlsOf } from './support/site.js';

const CACHE = 'node_modules/.cache/prompt-image';
const images = { barn: 'A barn', canal: 'A canal' };

let gemini: Gemini;
beforeAll(async () => {
  gemini = await startSmallGemini();
});
afterAll(() => gemini.close());

/** A site whose pictures are bought and committed. */
async function boughtSite(options: Partial<SiteOptions> = {}): Promise<Site> {
  const site = await createSite(gemini, { images, ...options });
  const { code, output } = await site.command(['generate']);
  expect(code, output).toBe(0);
  await site.commit();
  return site;
}

/** What has happened to each derived file so far: writing it again gives another inode and another time. */
async function derivedFiles(site: Site): Promise<Record<string, string>> {
  const files = (await site.list(CACHE)).filter((file) => /\.(webp|avif|png|jpg)$/.test(file));
  const stats = await Promise.all(files.map((file) => stat(site.path(CACHE, file))));
  return Object.fromEntries(files.map((file, index) => [file, `${stats[index]?.ino} ${stats[index]?.mtimeMs}`]));
}

const eventually = (assert: () => Promise<void>) => vi.waitFor(assert, { timeout: 10_000, interval: 100 });

const withBase = (base: string) => ({
  'vite.config.js': String(vite8.files['vite.config.js']).replace('plugins:', `base: '${base}', plugins:`),
});

describe.concurrent.each(vites)('$name', (bundler) => {
  test.each(['/', '/app/'])(
    'files are encoded when asked for, once, and answered with an ETag below %s',
    async (base) => {
      const output = { formats: ['webp', 'jpeg'], widths: [32, 64] };
      await using site = await boughtSite({
        bundler,
        images: { barn: { prompt: 'A barn', alt: '', output } },
        files: withBase(base),
      });
      let etag: string;
      let first: Record<string, string>;
      {
        await using dev = await startDev(site);
        const image = await dev.image('barn');
        const urls = urlsOf(image);
        expect(urls).toHaveLength(4);
        for (const url of urls) expect(url.startsWith(`${base}@prompt-image/barn-`), url).toBe(true);
        expect(await derivedFiles(site)).toEqual({});

        const responses = await Promise.all([...urls, ...urls].map((url) => dev.get(url)));
        for (const response of responses) {
          expect(response.status).toBe(200);
          const bytes = Buffer.from(await response.arrayBuffer());
          expect(response.headers.get('content-length')).toBe(`${bytes.length}`);
          expect(`image/${(await sharp(bytes).metadata()).format}`).toBe(response.headers.get('content-type'));
        }
        first = await derivedFiles(site);
        expect(Object.keys(first)).toHaveLength(4);
        etag = responses[0]?.headers.get('etag') ?? '';
        expect(etag).toMatch(/^"\w+"$/);
        const again = await dev.get(urls[0]!, { 'if-none-match': etag });
        expect([again.status, await again.text()]).toEqual([304, '']);
        const other = await dev.get(urls[0]!, { 'if-none-match': '"other"' });
        expect(other.status).toBe(200);
        expect(await derivedFiles(site)).toEqual(first);
      }
      await using dev = await startDev(site);
      const urls = urlsOf(await dev.image('barn'));
      const restarted = await Promise.all(urls.map((url) => dev.get(url)));
      expect(restarted.map(({ status }) => status)).toEqual([200, 200, 200, 200]);
      expect(restarted[0]?.headers.get('etag')).toBe(etag);
      expect(await derivedFiles(site)).toEqual(first);
    },
  );
});

/** Sends the path as it is; fetch would tidy it up. */
function getRaw(url: string, path: string): Promise<{ type: string; body: string }> {
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(url);
    const call = request({ hostname, port, path, timeout: 20_000 }, async (response) => {
      let body = '';
      for await (const chunk of response) body += chunk;
      resolve({ type: String(response.headers['content-type']), body });
    });
    call
      .on('error', reject)
      .on('timeout', () => call.destroy(new Error(`No answer to ${path}`)))
      .end();
  });
}

test.concurrent('nothing but pictures is answered', async () => {
  await using site = await boughtSite({ consent: true });
  await using dev = await startDev(site);
  const { src } = await dev.image('barn');
  const name = src.replace('/@prompt-image/', '');
  const [record = ''] = (await site.list('.prompt-image')).filter((file) => file.endsWith('.json'));
  for (const path of [
    '../.env.local',
    '%2e%2e/.env.local',
    '..%2f.env.local',
    `../../${site.root.split('/').at(-1)}/.env.local`,
    '/etc/passwd',
    `../.prompt-image/${record}%00`,
    name.replace(/\.\w+\.webp$/, '.webp'),
    name.replace(/\.\w+\.webp$/, '.0000000000000000.webp'),
    `x/../${name}`,
    '__proto__',
    '',
  ]) {
    const { type, body } = await getRaw(dev.url, `/@prompt-image/${path}`);
    expect(type, path).not.toMatch(/^image/);
    expect(body).not.toContain(gemini.key);
    expect(body).not.toContain('root:');
    expect(body).not.toContain('"self"');
  }
  expect((await getRaw(dev.url, `/@prompt-image/${name}?t=1`)).type).toBe('image/webp');
});

test.concurrent('a manifest that is invalid for a while does no harm', async () => {
  await using site = await boughtSite();
  await site.write('src/broken.image.json', '{ "prompt": 1 }');
  await using dev = await startDev(site);
  const good = await dev.image('barn');
  await dev.logs(/\[MANIFEST_INVALID\] src\/barn\.image\.json:1:\d+/, () =>
    site.write('src/barn.image.json', '{ "prompt": '),
  );
  expect(await dev.image('barn')).toEqual(good);
  await dev.image('barn');
  expect(await dev.image('canal')).toMatchObject({ width: 64 });

  expect(await dev.image('broken')).toMatchObject({ draft: true });
  await dev.image('broken');
  await dev.logs(/image update \/src\/barn/, () => site.edit('barn', { prompt: 'A barn', alt: 'A barn again' }));
  expect(await dev.image('barn')).toEqual({ ...good, alt: 'A barn again' });
  expect(dev.output().match(/MANIFEST_INVALID\] src\/barn/g), 'told once').toHaveLength(1);
  expect(dev.output().match(/MANIFEST_INVALID\] src\/broken/g), 'told once').toHaveLength(1);
  await dev.logs(/image update \/src\/broken/, () => site.edit('broken', 'Mended'));

  const gone = /\[MANIFEST_INVALID\] src\/canal\.image\.json: does not exist/;
  await dev.logs(gone, () => site.remove('src/canal.image.json'));
  await dev.logs(/image update \/src\/canal/, () => site.edit('canal', { prompt: 'A canal', alt: 'Back' }));
  expect(await dev.image('canal')).toMatchObject({ alt: 'Back' });
  expect(dev.output()).not.toMatch(STACK);
});

test.concurrent('a reference that is edited makes the picture stale', async () => {
  const photo = (colour: string) =>
    sharp({ create: { width: 64, height: 64, channels: 3, background: colour } })
      .png()
      .toBuffer();
  const edit = { prompt: 'The same at night', alt: '', references: ['./photo.png'] };
  await using site = await boughtSite({ images: { edit }, files: { 'src/photo.png': await photo('teal') } });
  await using dev = await startDev(site);
  const before = await dev.image('edit');
  expect(before).not.toHaveProperty('stale');
  const other = await photo('red');
  await dev.logs(/edit\.image\.json {2}references changed since it was bought/, () =>
    site.write('src/photo.png', other),
  );
  const stale = await dev.image('edit');
  expect(stale).toMatchObject({ stale: true });
  expect(stale.src).not.toBe(before.src);
  expect(dev.output(), 'read while it was written').not.toContain('is empty');
  expect((await dev.get(stale.src)).status).toBe(200);
  await dev.logs(/image update \/src\/edit/, () => site.git('checkout', '--', 'src/photo.png'));
  expect(await dev.image('edit')).toEqual(before);
});

test.concurrent('pictures come and go with git', async () => {
  await using site = await boughtSite({ images: { barn: 'A barn that comes and goes' } });
  await using dev = await startDev(site);
  const before = await dev.image('barn');
  await dev.logs(/image update \/src\/barn/, () => site.git('rm', '--quiet', '-r', '.prompt-image'));
  await eventually(async () => expect(await dev.image('barn')).toMatchObject({ draft: true }));
  await dev.logs(/image update \/src\/barn/, () => site.git('checkout', 'HEAD', '--', '.prompt-image'));
  await eventually(async () => expect(await dev.image('barn')).toEqual(before));
  expect(gemini.requests.filter(({ prompt }) => prompt.includes('comes and goes'))).toHaveLength(1);
});

test.concurrent('nothing is bought while git is at work', async () => {
  await using own = await startSmallGemini();
  await using site = await createSite(own, { images: { barn: 'A barn' }, consent: true });
  await site.write('.git/index.lock', '');
  await using dev = await startDev(site);
  await dev.image('barn');
  // There is no event for what does not happen: by now it would have been bought.
  await new Promise((resolve) => setTimeout(resolve, 4000));
  expect(own.requests).toHaveLength(0);
  await site.remove('.git/index.lock');
  await own.called(1);
});

test.concurrent('a changed config counts at once', async () => {
  await using site = await boughtSite();
  await using dev = await startDev(site);
  expect(await dev.image('barn')).toMatchObject({ width: 64 });
  const config = await site.read('prompt-image.config.js');
  await dev.logs(/server restarted/, () => site.replace('prompt-image.config.js', config.replace('[64]', '[48]')));
  await eventually(async () => expect(await dev.image('barn')).toMatchObject({ width: 48 }));
});

test.concurrent('a server-side module is plain data, and a closed server leaves nothing running', async () => {
  await using site = await boughtSite({
    files: {
      'ssr.js': `
        import { createServer } from 'vite';
        const server = await createServer({ server: { middlewareMode: true }, appType: 'custom', logLevel: 'error' });
        const { images } = await server.ssrLoadModule('/src/images.js');
        await server.close();
        console.log(JSON.stringify(images));`,
      'src/images.js':
        "import barn from './barn.image.json'; import canal from './canal.image?url'; export const images = { barn, canal };",
    },
  });
  const { code, stdout, output } = await run(process.execPath, ['ssr.js'], { cwd: site.root, timeout: 20_000 });
  expect(code, output).toBe(0);
  await using dev = await startDev(site);
  expect(JSON.parse(stdout)).toEqual({ barn: await dev.image('barn'), canal: (await dev.image('canal')).src });
});

test.concurrent('a picture in another shape than asked for is shown as it is', async () => {
  await using own = await startSmallGemini();
  own.always(picture({ size: { width: 200, height: 100 } }));
  await using site = await createSite(own, { images: { barn: { prompt: 'A barn', alt: '', aspectRatio: '1:1' } } });
  const bought = await site.command(['generate']);
  expect(bought.output).toContain('200×100 is not the 1:1 that was asked for');
  expect(bought.code).toBe(0);
  await using dev = await startDev(site);
  expect(await dev.image('barn')).toMatchObject({ width: 64, height: 32 });
});
