import { isIPv4, isIPv6 } from 'node:net';

/**
 * `192.0.2.1`, `192.0.2.1:5353`, `2001:db8::1` or `[2001:db8::1]:5353` in the form that the resolver takes; undefined for anything
 * else. Names are none: who would look them up?
 */
export function resolverAddress(text: string): string | undefined {
  if (isIPv6(text)) return `[${text}]`;
  const [, host = '', port] = /^(.+?)(?::(\d{1,5}))?$/.exec(text) ?? [];
  if (port !== undefined && !isPort(Number(port))) return undefined;
  const isAddress = isIPv4(host) || isBracketed(host);
  return isAddress ? `${host}${port === undefined ? '' : `:${Number(port)}`}` : undefined;
}

function isBracketed(host: string): boolean {
  return host.startsWith('[') && host.endsWith(']') && isIPv6(host.slice(1, -1));
}

function isPort(port: number): boolean {
  return port >= 1 && port <= 65535;
}
