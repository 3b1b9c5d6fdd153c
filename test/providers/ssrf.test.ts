import dns, { type LookupAddress } from 'node:dns';
import { once } from 'node:events';
import { syncBuiltinESMExports } from 'node:module';
import { type AddressInfo, createServer, isIP, Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createGuard } from '../../src/providers/gemini/guard.js';
import { kindOfAddress } from '../../src/providers/gemini/hosts.js';
import { file, redirect } from '../loopback/gemini.js';
import { refusedHosts } from './addresses.js';
import { context, createProvider, failureOf, startProvider } from './calls.js';

const KEY = 'sk-must-not-be-sent';
const hosts = Object.entries(refusedHosts).flatMap(([kind, names]) => names.map((name) => [kind, name] as const));
const service = createProvider.anyfast({ apiKey: KEY });

/** Everything that this process opens to somewhere. */
let sockets = 0;
const systemConnect = Socket.prototype.connect;
/** Somebody on this machine who must hear nothing. */
const heard = { connections: 0, bytes: 0 };
const trap = createServer((socket) => {
  heard.connections += 1;
  socket.on('data', (chunk) => {
    heard.bytes += chunk.length;
  });
  socket.on('error', () => {});
});
let port = 0;

/** What the system answers for names, so that no test asks the network. */
const names: Record<string, string[]> = {};
const asked: string[] = [];
const systemLookup = dns.lookup;

beforeAll(async () => {
  Socket.prototype.connect = function (this: Socket, ...to: unknown[]) {
    sockets += 1;
    return systemConnect.apply(this, to as never);
  } as typeof systemConnect;
  trap.listen(0, '127.0.0.1');
  await once(trap, 'listening');
  port = (trap.address() as AddressInfo).port;
  const lookup = (
    name: string,
    options: { all?: boolean },
    callback: (error: Error | null, found: string | LookupAddress[], family?: number) => void,
  ) => {
    // What listens on an address looks it up, too.
    if (isIP(name)) return systemLookup(name, options, callback as never);
    asked.push(name);
    const found = (names[name] ?? []).map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    const [first] = found;
    if (!first) callback(Object.assign(new Error('nobody'), { code: 'ENOTFOUND', syscall: 'getaddrinfo' }), '');
    else if (options.all) callback(null, found);
    else callback(null, first.address, first.family);
  };
  dns.lookup = lookup as typeof dns.lookup;
  syncBuiltinESMExports();
});

afterAll(() => {
  Socket.prototype.connect = systemConnect;
  dns.lookup = systemLookup;
  syncBuiltinESMExports();
  trap.close();
});

async function refusal(url: string, provider = service) {
  const before = { ...heard };
  const error = await failureOf(provider.download!(url, context()));
  expect(error).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE', retry: 'never' });
  expect(error.what).toMatch(/^the link to the picture (is refused: .* is not asked|is no address)/);
  expect(error.message).not.toMatch(/hidden|a\.png/);
  expect(heard).toEqual(before);
  return error;
}

test('there are cases enough, and the trap would hear', async () => {
  expect(hosts.length).toBeGreaterThan(100);
  const before = { ...heard };
  const gateway = createProvider.anyfast({ apiKey: KEY, baseUrl: `http://127.0.0.1:${port}` });
  const opened = sockets;
  const enough = new AbortController();
  const asking = gateway.download!(`https://127.0.0.1:${port}/a.png`, { signal: enough.signal });
  await expect.poll(() => heard.bytes, { timeout: 20_000 }).toBeGreaterThan(before.bytes);
  enough.abort();
  await expect(asking).rejects.toThrow(/aborted/);
  expect(heard.connections).toBe(before.connections + 1);
  expect(sockets).toBe(opened + 1);
});

test.each(hosts)('no connection to %s: %s', async (_, host) => {
  const opened = sockets;
  const known = asked.length;
  for (const at of ['', `:${port}`]) await refusal(`https://${host}${at}/a.png?sig=hidden`);
  expect(sockets).toBe(opened);
  expect(asked.slice(known), 'the name is not even asked for').toEqual([]);
});

test.each([
  'http://cdn.example/a.png',
  'ftp://cdn.example/a.png',
  'ws://cdn.example/a.png',
  'gopher://127.0.0.1/_hidden',
  'file:///etc/a.png',
  'data:image/png;base64,hidden',
  'javascript:hidden',
  'blob:https://cdn.example/a.png',
  'https://user:hidden@cdn.example/a.png',
  'https://hidden@cdn.example/a.png',
  'https://cdn.example@127.0.0.1/a.png',
  'https://127.0.0.1\\@cdn.example/a.png',
  'https://127.0.0.1#@cdn.example/a.png',
  'https://127.0.0.1\t/a.png',
  'https:127.0.0.1/a.png',
  'https:///127.0.0.1/a.png',
  'https://',
  'https://[fe80::1%25eth0]/a.png',
  'https://1.2.3.4.5/a.png',
  '/a.png',
  '',
])('no connection for %j', async (url) => {
  const opened = sockets;
  await refusal(url);
  expect(sockets).toBe(opened);
});

describe('a public name that leads inside', () => {
  test.each<[string, string[]]>([
    ['loopback', ['127.0.0.1']],
    ['loopback in IPv6', ['::1']],
    ['loopback mapped', ['::ffff:127.0.0.1']],
    ['a private address', ['10.0.0.1']],
    ['the metadata', ['169.254.169.254']],
    ['a scoped address', ['fe80::1%lo']],
    ['nowhere', ['0.0.0.0', '::']],
    ['several of them', ['192.168.0.1', '127.0.0.1', 'fd00::1']],
  ])('to %s is refused, and asked for once', async (_, addresses) => {
    names['rebinding.example'] = addresses;
    const before = asked.length;
    const error = await refusal(`https://rebinding.example:${port}/a.png?sig=hidden`);
    expect(error.what).toContain('rebinding.example is not asked, because it is no host of the public internet');
    expect(asked.slice(before), 'what was checked is what is connected to').toEqual(['rebinding.example']);
  });

  test('is refused by its connection, whatever the lookup said, before a byte is sent', async () => {
    const { connect } = await createGuard(undefined);
    for (const protocol of ['https:', 'http:']) {
      const { connections, bytes } = heard;
      const to = { protocol, hostname: '127.0.0.1', host: `127.0.0.1:${port}`, port: String(port) };
      const failed = await new Promise((resolve) => connect(to, (...[error]) => resolve(error)));
      expect(failed).toMatchObject({ code: 'PROVIDER_BAD_RESPONSE' });
      await expect.poll(() => heard.connections, { timeout: 10_000 }).toBe(connections + 1);
      expect(heard.bytes).toBe(bytes);
    }
  });
});

describe('a redirect', () => {
  const elsewhere = hosts.filter(([kind]) => kind !== 'loopback');

  test.each(elsewhere)('of a gateway on this machine leads to no %s: %s', async (_, host) => {
    await using started = await startProvider('anyfast');
    const { gemini, provider } = started;
    for (const scheme of ['http', 'https']) {
      const opened = sockets;
      const url = gemini.serve('/a.png', redirect(`${scheme}://${host}:${port}/b.png?key=hidden`));
      await refusal(url, provider);
      expect(sockets, 'one for the redirect').toBe(opened + 1);
    }
  });

  test('is looked at on every hop', async () => {
    await using started = await startProvider('anyfast');
    const { gemini, provider } = started;
    gemini.serve('/3', redirect(`http://0.0.0.0:${port}/a.png`));
    gemini.serve('/2', redirect(gemini.serve('/3', redirect(`http://0.0.0.0:${port}/a.png`))));
    await refusal(gemini.serve('/1', redirect('/2', 308)), provider);
    expect(gemini.requests.map(({ path }) => path)).toEqual(['/1', '/2', '/3']);
  });
});

describe('a gateway of one’s own', () => {
  const judge = async (gateway: string, url: string) => {
    const { check } = await createGuard(gateway);
    try {
      check(new URL(url));
      return 'asked';
    } catch {
      return 'refused';
    }
  };

  test.each([
    ['https://10.1.2.3', 'https://10.9.9.9/', 'asked'],
    ['https://10.1.2.3', 'https://192.168.0.1/', 'asked'],
    ['https://10.1.2.3', 'https://files.corp/', 'asked'],
    ['https://10.1.2.3', 'https://cdn.example/', 'asked'],
    ['https://10.1.2.3', 'http://10.9.9.9/', 'refused'],
    ['https://10.1.2.3', 'https://127.0.0.1/', 'refused'],
    ['https://10.1.2.3', 'https://[fd00::1]/', 'refused'],
    ['https://[fd00::1]', 'https://[fd00::2]/', 'asked'],
    ['https://[fd00::1]', 'https://[fd00:ec2::254]/', 'refused'],
    ['https://169.254.1.1', 'https://169.254.1.2/', 'asked'],
    ['https://169.254.1.1', 'https://169.254.169.254/', 'refused'],
    ['https://gw.internal', 'https://files.internal/', 'asked'],
    ['https://gw.internal', 'https://10.0.0.1/', 'refused'],
    ['http://localhost:3000', 'http://127.0.0.1:9/', 'asked'],
    ['http://localhost:3000', 'http://[::1]:9/', 'asked'],
    ['http://localhost:3000', 'https://router/', 'refused'],
    ['http://localhost:3000', 'https://192.168.0.1/', 'refused'],
    ['https://1.1.1.1', 'https://127.0.0.1/', 'refused'],
    ['https://1.1.1.1', 'http://1.1.1.1/', 'refused'],
  ])('%s: %s is %s', async (gateway, url, outcome) => {
    expect(await judge(gateway, url)).toBe(outcome);
  });

  test('serves its pictures', async () => {
    await using started = await startProvider('anyfast');
    const { gemini, provider } = started;
    const picture = Buffer.from('\x89PNG\r\n\x1a\n a picture', 'latin1');
    const url = gemini.serve('/a.png', file(picture, 'image/png'));
    for (const name of ['127.0.0.1', '127.1', '[::ffff:127.0.0.1]']) {
      expect(picture.equals(await provider.download!(url.replace('127.0.0.1', name), context())), name).toBe(true);
    }
  });
});

test.each(['1.1.1.1', '8.8.8.8', '2606:4700:4700::1111', '::ffff:1.1.1.1'])('%s is public', (address) => {
  expect(kindOfAddress(address)).toBe('unicast');
});
