/** Hosts that no answer may lead to, by what they are, in every spelling that a URL takes. */
export const refusedHosts: Readonly<Record<string, readonly string[]>> = {
  loopback: [
    ...['127.0.0.1', '127.0.0.1.', '127.1', '127.0.1', '127.255.255.254', '2130706433', '0x7f000001', '0x7f.1'],
    ...[
      '0177.0.0.1',
      '017700000001',
      '0x7f.0.0.0x1',
      '%31%32%37.0.0.1',
      '127%2e0%2e0%2e1',
      '１２７.０.０.１',
      '127。0。0。1',
    ],
    ...['[::1]', '[0:0:0:0:0:0:0:1]', '[0000::0001]', '[::ffff:127.0.0.1]', '[::ffff:7f00:1]', '[::FFFF:7F00:0001]'],
    ...['localhost', 'LOCALHOST', 'localhost.', 'a.localhost', 'a.b.localhost.', 'loc%61lhost', 'ｌｏｃａｌｈｏｓｔ'],
  ],
  private: [
    ...['10.0.0.1', '10.255.255.255', '167772161', '0xa000001', '012.0.0.1', '172.16.0.1', '172.31.255.255'],
    ...['192.168.0.1', '192.168.1.254', '0xc0.0xa8.0.1', '[::ffff:10.0.0.1]', '[::ffff:c0a8:1]'],
  ],
  uniqueLocal: ['[fc00::1]', '[fd00::1]', '[fdff:ffff::1]'],
  shared: ['100.64.0.1', '100.127.255.255', '0x64400001'],
  linkLocal: ['169.254.1.1', '[fe80::1]', '[febf::1]', '[fec0::1]', '[::ffff:169.254.1.1]'],
  metadata: [
    ...['169.254.169.254', '2852039166', '0xa9fea9fe', '0251.0376.0251.0376', '169.254.43518', '[::ffff:a9fe:a9fe]'],
    ...['[fd00:ec2::254]', '100.100.100.200', '192.0.0.192', '168.63.129.16', '[::ffff:168.63.129.16]'],
    ...['metadata.google.internal', 'metadata.goog', 'metadata'],
  ],
  unspecified: ['0.0.0.0', '0', '0x0', '[::]'],
  embedded: [
    '[::127.0.0.1]',
    '[::ffff:0:7f00:1]',
    '[64:ff9b::7f00:1]',
    '[64:ff9b:1::a00:1]',
    '[2002:7f00:1::]',
    '[2001::1]',
  ],
  reserved: [
    ...['0.1.2.3', '192.0.2.1', '198.51.100.1', '203.0.113.1', '198.18.0.1', '240.0.0.1', '255.255.255.255'],
    ...['192.88.99.1', '[2001:db8::1]', '[100::1]', '[3fff::1]', '[4000::1]', '[fe00::1]'],
  ],
  multicast: ['224.0.0.1', '239.255.255.250', '[ff02::1]', '[ff05::2]'],
  local: [
    ...['intranet', 'router', 'ip6-localhost', 'localhost.localdomain', 'printer.local', 'host.docker.internal'],
    ...['db.internal', 'nas.lan', 'gw.home.arpa', 'wiki.corp', 'tv.home', 'hr.intranet', 'x.private', 'PRINTER.Local.'],
  ],
};
