import { lookup } from 'node:dns';
import { lookup as resolve } from 'node:dns/promises';
import type { LookupFunction, Socket } from 'node:net';
import { buildConnector } from 'undici';
import { ProviderError } from '../provider.js';
import { kindOfAddress, kindOfHost } from './hosts.js';

/** Keeps downloads out of the networks that this machine is in: an answer may name any address. */
export interface Guard {
  /**
   * What can be told by the URL alone. Through a proxy there is no more to tell, since the socket's other end is the proxy:
   * a public name that leads to a private address is then for the proxy to refuse.
   *
   * @throws `PROVIDER_BAD_RESPONSE`
   */
  check: (url: URL) => void;
  /** Opens connections, and closes one that leads to a refused address before a byte is sent. */
  connect: buildConnector.connector;
}

/**
 * @param gateway address of the service where it is not the public one. Where that is a host of one's own network or machine,
 * hosts of the same kind are as good; with a loopback one, plain http is, too.
 */
export async function createGuard(gateway: string | undefined): Promise<Guard> {
  const own = gateway === undefined ? new Set<string>() : await kindsOf(new URL(gateway).hostname);
  const isAllowed = (kind: string) => kind === 'unicast' || own.has(kind);

  const check = ({ protocol, hostname, username, password }: URL) => {
    if (protocol !== 'https:' && !(protocol === 'http:' && own.has('loopback'))) {
      throw refuse(`${hostname || 'what it names'} is not asked, because that is not https`);
    }
    if (username || password) throw refuse(`${hostname} is not asked with a password`);
    const kind = kindOfHost(hostname);
    if (kind !== undefined && !isAllowed(kind)) throw refuseHost(hostname);
  };

  // Before a connection is made; sees names alone, and trusts what the system answers.
  const lookupAllowed: LookupFunction = (hostname, options, callback) => {
    lookup(hostname, { ...options, all: true }, (error, found) => {
      if (error) return callback(error, '');
      const allowed = found.filter(({ address }) => isAllowed(kindOfAddress(address)));
      const [first] = allowed;
      if (!first) return callback(refuseHost(hostname), '');
      return options.all ? callback(null, allowed) : callback(null, first.address, first.family);
    });
  };
  const open = buildConnector({ lookup: lookupAllowed });
  const connect: Guard['connect'] = (options, callback) => {
    let refused: ProviderError | undefined;
    // It gives its socket, though its type does not say so.
    const socket = open(options, (...opened) => (refused ? callback(refused, null) : callback(...opened)));
    // The last word, however the address was found. First in line, so that TLS has not sent its greeting either.
    (socket as unknown as Socket).prependOnceListener('connect', function (this: Socket) {
      if (isAllowed(kindOfAddress(this.remoteAddress ?? ''))) return;
      refused = refuseHost(options.hostname);
      this.destroy(refused);
    });
  };
  return { check, connect };
}

/** Which special kinds a host of the user's own is. A name that cannot be resolved here may be one for the proxy alone. */
async function kindsOf(hostname: string): Promise<Set<string>> {
  const named = kindOfHost(hostname);
  const addresses = named === undefined || named === 'local' ? await addressesOf(hostname) : [];
  const kinds = new Set([named ?? 'unicast', ...addresses.map(kindOfAddress)]);
  if (kinds.has('private') || kinds.has('uniqueLocal')) kinds.add('local');
  return kinds;
}

async function addressesOf(hostname: string): Promise<string[]> {
  try {
    return (await resolve(hostname, { all: true })).map(({ address }) => address);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === 'getaddrinfo') return [];
    throw error;
  }
}

function refuseHost(hostname: string): ProviderError {
  return refuse(`${hostname} is not asked, because it is no host of the public internet`);
}

function refuse(why: string): ProviderError {
  return new ProviderError('PROVIDER_BAD_RESPONSE', `the link to the picture is refused: ${why}`);
}
