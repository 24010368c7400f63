import type { LookupAddress } from 'node:dns';
import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import { Injectable } from '@nestjs/common';
import { isPublicAddress } from './public-address.policy';

/** Addresses of hosts that strangers name. */
@Injectable()
export class PublicHosts {
  /**
   * Every address of a host, asked once: whoever connects takes one of these, whatever the name says a moment later.
   * @param hostname as `URL` writes it.
   * @throws Error where one of them is not public; the message names none.
   */
  async resolve(hostname: string): Promise<LookupAddress[]> {
    if (isIP(hostname.replace(/^\[|\]$/g, '')) !== 0) throw new Error('a host must be named, not given as an address');
    const addresses = await lookup(hostname, { all: true });
    const isSafe = addresses.length > 0 && addresses.every(({ address }) => isPublicAddress(address));
    if (!isSafe) throw new Error('the host is not on the public internet');
    return addresses;
  }
}
