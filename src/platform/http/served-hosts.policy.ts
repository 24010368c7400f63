import { isIPv6 } from 'node:net';

/** What of the settings decides where MCTL is served. */
export interface Places {
  readonly host: string;
  readonly publicUrl?: string;
  /** Where Argo CD finds the embedded repository, e.g. the Service of a cluster. */
  readonly gitUrl?: string;
  readonly allowedHosts: readonly string[];
  readonly allowedOrigins: readonly string[];
}

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];
/** "Every address of this machine" is nothing that a client can mean; browsers take it for loopback all the same. */
const UNSPECIFIED = ['0.0.0.0', '[::]'];
/** Names and addresses as RFC 3986 §3.2.2 has them. No user before an @, no path behind, which URL parsers would strip. */
const HOST = /^(\[[0-9a-f:.]{2,45}\]|[a-z0-9_-]+(?:\.[a-z0-9_-]+)*)(?::\d{1,5})?$/;

/** Which `Host` and `Origin` headers are served. Both are compared as they were sent: 127.1 or 0x7f000001 is not 127.0.0.1. */
export class ServedHosts {
  private readonly hosts: ReadonlySet<string>;
  private readonly origins: ReadonlySet<string>;
  private readonly isLocal: boolean;

  constructor({ host, publicUrl, gitUrl, allowedHosts, allowedOrigins }: Places) {
    const own = isIPv6(host) ? `[${host}]` : host.toLowerCase();
    this.isLocal = LOOPBACK.includes(own) || /^127(\.\d{1,3}){3}$/.test(own);
    const urls = [publicUrl, gitUrl].filter((url) => url !== undefined);
    const named = urls.map((url) => new URL(url).hostname);
    const bound = UNSPECIFIED.includes(own) ? [] : [own];
    this.hosts = new Set([...LOOPBACK, ...bound, ...named, ...allowedHosts]);
    this.origins = new Set([...(publicUrl === undefined ? [] : [new URL(publicUrl).origin]), ...allowedOrigins]);
  }

  /** Any port: what a proxy or a port mapping makes of it is not for us to know. */
  servesHost(header: string | undefined): boolean {
    const name = HOST.exec(header?.toLowerCase() ?? '')?.[1];
    return name !== undefined && this.hosts.has(name);
  }

  /** A page of this machine may call while only this machine is listened to; every other page is named exactly. */
  servesOrigin(header: string): boolean {
    if (this.origins.has(header)) return true;
    if (!/^https?:\/\/[^/?#@]+$/.test(header)) return false;
    const name = HOST.exec(header.replace(/^https?:\/\//, '').toLowerCase())?.[1];
    return this.isLocal && name !== undefined && LOOPBACK.includes(name);
  }
}
