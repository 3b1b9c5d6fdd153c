import { Agent, type buildConnector, type Dispatcher, EnvHttpProxyAgent, Pool } from 'undici';
import { ProviderError } from '../provider.js';
import { kindOfHost } from './hosts.js';

/** Our own timeout rules, by the signal of a call: undici's would end what it permits. */
const patient = { headersTimeout: 0, bodyTimeout: 0 };
/** Milliseconds until a proxy must have opened its tunnel. What is sent through it may take longer; until then nothing is sent. */
const TUNNEL_TIMEOUT = 30_000;

/**
 * What a request goes through: the proxy that the environment names (`HTTPS_PROXY`, `HTTP_PROXY`, `NO_PROXY`, in lower case
 * too), else straight to its host. Loopback addresses never go through a proxy.
 *
 * One a request, to be destroyed after it. On a connection that was kept open the other side may hang up just as the next
 * request is sent, and then nobody could tell whether that was billed.
 *
 * @param connect opens connections, but for those to a proxy
 * @throws `CONFIG_INVALID` for a variable that names no proxy
 */
export function openConnection(url: URL, connect?: buildConnector.connector): Dispatcher {
  const options = { ...patient, ...(connect ? { connect } : {}) };
  const variable = kindOfHost(url.hostname) === 'loopback' ? undefined : proxyVariable(url);
  if (variable === undefined) return new Agent(options);
  const proxy = parseProxy(variable);
  return new EnvHttpProxyAgent({
    ...options,
    httpProxy: proxy.href,
    httpsProxy: proxy.href,
    clientFactory: (origin, poolOptions) => namedPool(origin, poolOptions, `the proxy ${proxy.host} (${variable})`),
  });
}

/** As curl and undici choose it; HTTP_PROXY also serves https where no other is named. */
function proxyVariable({ protocol }: URL): string | undefined {
  const names = ['https_proxy', 'HTTPS_PROXY', 'http_proxy', 'HTTP_PROXY'];
  return names.slice(protocol === 'https:' ? 0 : 2).find((name) => process.env[name]?.trim());
}

function parseProxy(variable: string): URL {
  const given = process.env[variable]?.trim() ?? '';
  const address = given.includes('://') ? given : `http://${given}`;
  if (URL.canParse(address) && /^https?:/i.test(address)) return new URL(address);
  // It is not shown: it may hold a password.
  throw new ProviderError('CONFIG_INVALID', `${variable} is not the address of an HTTP proxy`, {
    next: 'For example http://proxy.example:3128.',
  });
}

/** The connections to a proxy, whose failures name it: they are none of the service, and nothing was sent. */
function namedPool(origin: URL, options: object, name: string): Dispatcher {
  const pool = new Pool(origin, { ...options, headersTimeout: TUNNEL_TIMEOUT });
  const connect = pool.connect.bind(pool);
  const fail = (what: string, retry: 'safely' | 'never' = 'safely') =>
    new ProviderError('PROVIDER_UNAVAILABLE', `${name} ${what}`, {
      retry,
      next: 'Check that variable, or name the host in NO_PROXY.',
    });
  return Object.assign(pool, {
    connect: async (tunnel: Dispatcher.ConnectOptions) => {
      const opened = await connect(tunnel).catch((error: NodeJS.ErrnoException) => {
        throw fail(`cannot be reached (${error.code ?? 'connection failed'})`);
      });
      if (opened.statusCode === 200) return opened;
      opened.socket.on('error', () => {}).destroy();
      const status = `(HTTP ${opened.statusCode})`;
      throw opened.statusCode === 407
        ? fail(`wants other credentials ${status}`, 'never')
        : fail(`does not lead there ${status}`, opened.statusCode < 500 ? 'never' : 'safely');
    },
  });
}
