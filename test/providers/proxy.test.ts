import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { type Gemini, picture, startGemini } from '../loopback/gemini.js';
import { certificateFile, type ForwardProxy, type ProxyOptions, startProxy, startTls } from '../loopback/proxy.js';
import { createWorkspace, run } from '../support/workspace.js';
import { refusedHosts } from './addresses.js';
import { carried, context, createProvider, failureOf, flavours, imageRequest, SMALL } from './calls.js';

const variables = ['HTTPS_PROXY', 'HTTP_PROXY', 'NO_PROXY', 'ALL_PROXY'].flatMap((name) => [name, name.toLowerCase()]);
beforeEach(() => {
  for (const name of variables) vi.stubEnv(name, undefined);
});
afterEach(() => {
  vi.unstubAllEnvs();
});

const portOf = (gemini: Gemini) => Number(new URL(gemini.url).port);

/** A service that only the proxy can reach, by names that nobody else knows. */
async function startBehind(options: Partial<ProxyOptions> = {}) {
  const gemini = await startGemini({ flavour: 'anyfast' });
  gemini.always(picture({ size: SMALL }));
  const proxy = await startProxy({ target: portOf(gemini), ...options });
  const ask = (baseUrl: string) =>
    createProvider.anyfast({ apiKey: gemini.key, baseUrl }).generate(imageRequest(), context());
  const close = async () => void (await Promise.all([gemini.close(), proxy[Symbol.asyncDispose]()]));
  return { gemini, proxy, ask, [Symbol.asyncDispose]: close };
}

const stub = (values: Record<string, string>) => {
  for (const [name, value] of Object.entries(values)) vi.stubEnv(name, value);
};
const address = ({ port }: ForwardProxy) => `http://127.0.0.1:${port}`;

describe('a call goes through the proxy', () => {
  test.each(['HTTP_PROXY', 'http_proxy'])('of %s', async (name) => {
    await using behind = await startBehind();
    stub({ [name]: address(behind.proxy) });
    const { bytes } = carried(await behind.ask('http://gateway.invalid'));
    expect(behind.gemini.requests[0]!.picture!.bytes.equals(bytes)).toBe(true);
    expect([behind.proxy.tunnels, behind.proxy.others]).toEqual([['gateway.invalid:80'], []]);
    expect(JSON.stringify(behind.gemini.requests[0]!.headers)).not.toContain('proxy');
  });

  test('named without http:// and with spaces, as people do', async () => {
    await using behind = await startBehind();
    stub({ HTTP_PROXY: ` ${address(behind.proxy).replace('http://', '')} ` });
    await behind.ask('http://gateway.invalid:8080');
    expect(behind.proxy.tunnels).toEqual(['gateway.invalid:8080']);
  });

  test('with the credentials that it wants', async () => {
    await using behind = await startBehind({ credentials: 'me:p@ss' });
    stub({ http_proxy: address(behind.proxy).replace('//', '//me:p%40ss@') });
    await behind.ask('http://gateway.invalid');
    expect(behind.gemini.calls).toBe(1);
    stub({ http_proxy: address(behind.proxy).replace('//', '//me:sesame@') });
    const error = await failureOf(behind.ask('http://gateway.invalid'));
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retry: 'never' });
    expect(error.what).toBe(`the proxy 127.0.0.1:${behind.proxy.port} (http_proxy) wants other credentials (HTTP 407)`);
    expect(error.message).not.toMatch(/sesame|me:/);
  });
});

describe('a call goes straight', () => {
  test.each(['gateway.invalid', '.invalid', '*.invalid', 'other.example, invalid', '*', 'gateway.invalid:80'])(
    'where NO_PROXY is %s',
    async (none) => {
      await using behind = await startBehind();
      for (const name of ['NO_PROXY', 'no_proxy']) {
        stub({ HTTP_PROXY: address(behind.proxy), NO_PROXY: '', no_proxy: '' });
        vi.stubEnv('no_proxy', undefined);
        stub({ [name]: none });
        const error = await failureOf(behind.ask('http://gateway.invalid'));
        expect(error.what).toMatch(/^gateway\.invalid cannot be reached \((ENOTFOUND|EAI_AGAIN)\)$/);
      }
      expect(behind.proxy.tunnels).toEqual([]);
    },
  );

  test.each(['127.0.0.1', 'localhost', '127.1', '[::ffff:127.0.0.1]'])(
    'to %s, which is this machine and not the proxy’s',
    async (host) => {
      await using behind = await startBehind();
      stub(Object.fromEntries(['HTTP_PROXY', 'HTTPS_PROXY'].map((name) => [name, address(behind.proxy)])));
      behind.gemini.always(picture({ size: SMALL, via: 'fileData.fileUri' }));
      const baseUrl = behind.gemini.url.replace('127.0.0.1', host);
      const provider = createProvider.anyfast({ apiKey: behind.gemini.key, baseUrl });
      const answer = await provider.generate(imageRequest(), context());
      await provider.download!('url' in answer ? answer.url : '', context());
      expect([behind.gemini.requests.length, behind.proxy.tunnels]).toEqual([2, []]);
    },
  );

  test('where the variable is empty', async () => {
    await using behind = await startBehind();
    stub({ HTTP_PROXY: '', http_proxy: ' ' });
    expect((await failureOf(behind.ask('http://gateway.invalid'))).what).toMatch(/^gateway\.invalid cannot be reached/);
  });
});

describe('a proxy that does not work is named, and not its password', () => {
  const ask = (baseUrl = 'https://gateway.invalid') =>
    failureOf(createProvider.google({ apiKey: 'sk-loop', baseUrl }).generate(imageRequest(), context()));

  test.each([
    ['HTTPS_PROXY', 'https://gateway.invalid'],
    ['https_proxy', 'https://gateway.invalid'],
    ['HTTP_PROXY', 'https://gateway.invalid'],
    ['HTTP_PROXY', 'http://gateway.invalid'],
  ])('%s, down, for %s', async (name, baseUrl) => {
    const gone = await startGemini();
    await gone.close();
    stub({ [name]: gone.url.replace('//', '//me:sesame@') });
    const error = await ask(baseUrl);
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retry: 'safely' });
    expect(error.what).toBe(`the proxy ${new URL(gone.url).host} (${name}) cannot be reached (ECONNREFUSED)`);
    expect(error.next).toMatch(/NO_PROXY/);
    expect(`${error.message}${error.stack}`).not.toMatch(/sesame|me:/);
  });

  test('a download says so, too', async () => {
    const gone = await startGemini();
    await gone.close();
    stub({ HTTPS_PROXY: gone.url });
    for (const flavour of flavours) {
      const error = await failureOf(createProvider[flavour]().download!('https://cdn.example/a.png', context()));
      expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retry: 'safely' });
      expect(error.what).toMatch(/^the proxy 127\.0\.0\.1:\d+ \(HTTPS_PROXY\) cannot be reached/);
    }
  });

  test('unknown', async () => {
    stub({ HTTPS_PROXY: 'http://proxy.invalid:3128' });
    expect((await ask()).what).toMatch(
      /^the proxy proxy\.invalid:3128 \(HTTPS_PROXY\) cannot be reached \((ENOTFOUND|EAI_AGAIN)\)$/,
    );
  });

  test.each([
    [502, 'safely'],
    [503, 'safely'],
    [403, 'never'],
    [404, 'never'],
  ] as const)('or it answers %i: retried %s', async (status, retry) => {
    await using behind = await startBehind({ status });
    stub({ HTTPS_PROXY: address(behind.proxy) });
    const error = await ask();
    expect(error).toMatchObject({ code: 'PROVIDER_UNAVAILABLE', retry });
    expect(error.what).toBe(
      `the proxy 127.0.0.1:${behind.proxy.port} (HTTPS_PROXY) does not lead there (HTTP ${status})`,
    );
  });

  test.each(['socks5://me:sesame@127.0.0.1:1', 'http://', 'http://me:sesame@', 'file:///sesame'])(
    '%s is no proxy that we can use',
    async (value) => {
      stub({ HTTPS_PROXY: value });
      const error = await ask();
      expect(error).toMatchObject({ code: 'CONFIG_INVALID', retry: 'never' });
      expect(error.what).toBe('HTTPS_PROXY is not the address of an HTTP proxy');
      expect(error.message).not.toContain('sesame');
    },
  );
});

test('through a proxy, what is inside is refused before the proxy is asked', async () => {
  await using behind = await startBehind();
  stub({ HTTPS_PROXY: address(behind.proxy), HTTP_PROXY: address(behind.proxy) });
  const provider = createProvider.google();
  for (const host of Object.values(refusedHosts).flat()) {
    const error = await failureOf(provider.download!(`https://${host}/a.png`, context()));
    expect(error, host).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retry: 'never' });
  }
  expect(behind.proxy.tunnels).toEqual([]);
});

test('the services themselves, and pictures elsewhere, are reached through a proxy with TLS', async () => {
  await using workspace = await createWorkspace({
    'ask.mjs': `
      import { anyfast, google } from 'unplugin-prompt-image';
      const signal = AbortSignal.timeout(20_000);
      const request = { prompt: 'A barn', model: 'gemini-3.1-flash-lite-image', imageSize: '1K', references: [], take: 1 };
      const provider = { anyfast, google }[process.argv[2]]({ apiKey: process.argv[3] });
      const { url } = await provider.generate(request, { signal });
      const bytes = await provider.download(url, { signal });
      console.log(provider.isDefaultEndpoint, Buffer.from(bytes).toString('base64'));`,
  });
  for (const flavour of flavours) {
    await using gemini = await startGemini({ flavour });
    await using tls = await startTls(portOf(gemini));
    await using proxy = await startProxy({ target: tls.port });
    gemini.script((call) => {
      const answer = picture({ size: SMALL, via: 'file_data.file_uri', url: 'https://cdn.example/a.png' });
      call.serve('/a.png', () => ({ status: 302, headers: { location: '/b.png?sig=1' }, body: '' }));
      call.serve('/b.png', () => ({ status: 200, body: gemini.requests[0]!.picture!.bytes }));
      return answer(call);
    });
    const env = { HTTPS_PROXY: address(proxy), NODE_EXTRA_CA_CERTS: certificateFile, no_proxy: 'other.example' };
    const { output } = await run(process.execPath, ['ask.mjs', flavour, gemini.key], { cwd: workspace.root, env });
    expect(output).toBe(`true ${gemini.requests[0]!.picture!.bytes.toString('base64')}\n`);
    const service = { anyfast: 'www.anyfast.ai', google: 'generativelanguage.googleapis.com' }[flavour];
    expect(proxy.tunnels).toEqual([`${service}:443`, 'cdn.example:443', 'cdn.example:443']);
    for (const request of gemini.requests.slice(1)) {
      expect(JSON.stringify([request.url, request.headers])).not.toContain(gemini.key);
    }
  }
});
