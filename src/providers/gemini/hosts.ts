import ipaddr from 'ipaddr.js';

/** Names that only a private network gives meaning to; a name without a dot is one, too. */
const localNames =
  /^[^.]*$|\.(?:local|localdomain|internal|intranet|private|corp|home|lan|home\.arpa)$|^metadata\.goog$/;

/** Where clouds tell a machine its secrets. A kind of its own, so that no gateway in the same network makes them allowed. */
const metadata = new Set(['169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '192.0.0.192', '168.63.129.16']);

/** All that is given out of IPv6; `::127.0.0.1` and the like are outside. @see https://www.iana.org/assignments/ipv6-address-space */
const publicIpv6 = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Which kind of place an address is: `unicast` for the public internet, else the name of a special range.
 *
 * @param address of a socket or a literal in a URL, IPv6 in any spelling
 */
export function kindOfAddress(address: string): string {
  if (!ipaddr.isValid(address)) return 'unknown';
  // To IPv4 where it is mapped into IPv6.
  const parsed = ipaddr.process(address);
  if (metadata.has(parsed.toString())) return 'metadata';
  const range = parsed.range();
  return range === 'unicast' && parsed instanceof ipaddr.IPv6 && !parsed.match(publicIpv6) ? 'reserved' : range;
}

/**
 * The same for the host of a URL, as far as it can be told without asking: `undefined` for a name that may be anywhere.
 *
 * @param hostname as `URL` gives it, which has made every other spelling of an IPv4 address into the usual one
 */
export function kindOfHost(hostname: string): string | undefined {
  const name = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '');
  if (ipaddr.isValid(name)) return kindOfAddress(name);
  if (/^(?:.+\.)?localhost$/.test(name)) return 'loopback';
  return localNames.test(name) ? 'local' : undefined;
}
