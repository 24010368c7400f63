import { isIPv6 } from 'node:net';

/** What one subscriber has at least: an IPv4 address, or a /64 of IPv6, in which addresses cost nothing. */
export function networkOf(address: string): string {
  const mapped = /^::ffff:(\d{1,3}(?:\.\d{1,3}){3})$/i.exec(address)?.[1];
  if (mapped) return mapped;
  if (!isIPv6(address)) return address;
  return prefixOf(address, 4);
}

/** The /48 that a customer with several networks gets (RFC 6177); undefined for an IPv4 address, of which nobody gets many. */
export function siteOf(address: string): string | undefined {
  const isMapped = /^::ffff:\d{1,3}\./i.test(address);
  return isIPv6(address) && !isMapped ? prefixOf(address, 3) : undefined;
}

function prefixOf(address: string, length: number): string {
  const [head = '', tail] = (address.split('%')[0] ?? '').split('::');
  const before = groups(head);
  const after = tail === undefined ? [] : groups(tail);
  const zeros = new Array<string>(Math.max(0, 8 - before.length - after.length)).fill('0');
  const all = [...before, ...zeros, ...after];
  const start = all.slice(0, length).map((group) => group.toLowerCase().replace(/^0+(?=.)/, ''));
  return `${start.join(':')}::/${length * 16}`;
}

function groups(text: string): string[] {
  return text === '' ? [] : text.split(':');
}
