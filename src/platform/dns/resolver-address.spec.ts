import { resolverAddress } from './resolver-address';

describe(resolverAddress.name, () => {
  it.each([
    ['192.0.2.53', '192.0.2.53'],
    ['192.0.2.53:5353', '192.0.2.53:5353'],
    ['2001:db8::53', '[2001:db8::53]'],
    ['[2001:db8::53]', '[2001:db8::53]'],
    ['[2001:db8::53]:5353', '[2001:db8::53]:5353'],
    ['::1', '[::1]'],
  ])('takes %s', (text, address) => expect(resolverAddress(text)).toBe(address));

  it.each([
    'dns.example.org',
    '192.0.2',
    '192.0.2.53:',
    '192.0.2.53:0',
    '192.0.2.53:65536',
    '[192.0.2.53]:53',
    '[::1',
    '::1]:53',
    '',
    'udp://192.0.2.53',
  ])('refuses "%s"', (text) => expect(resolverAddress(text)).toBeUndefined());
});
