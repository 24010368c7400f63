import type { LookupFunction } from 'node:net';
import { type IncomingMessage } from 'node:http';
import { request } from 'node:https';
import { Inject, Injectable } from '@nestjs/common';
import { PublicHosts } from './public-hosts';

const TIMEOUT_MS = 3_000;
const MAX_BYTES = 64 * 1024;

export interface Document {
  readonly data: unknown;
  /** `Cache-Control` and `Expires`, where they came. */
  readonly caching: Readonly<Record<string, string>>;
}

/**
 * GET of a JSON document whose URL a stranger has given: https alone, to addresses that were checked before and are connected to, no
 * redirects, 3 s, 64 KiB, no cookie, credential or cache of ours.
 */
@Injectable()
export class PublicFetch {
  /** Certificate authorities beside the system's; for tests, which have no public host of their own. */
  ca: string | undefined;

  constructor(@Inject(PublicHosts) private readonly hosts: PublicHosts) {}

  /** @throws Error with words that may be shown: nothing of what is inside the network is in them. */
  async json(address: string): Promise<Document> {
    const url = new URL(address);
    if (url.protocol !== 'https:' || url.username || url.password) throw new Error('the address must be https');
    const addresses = await this.hosts.resolve(url.hostname).catch((cause: unknown) => {
      throw new Error('its host is not on the public internet, or does not exist', { cause });
    });
    const pinned: LookupFunction = (_host, options, done) => {
      const [first] = addresses;
      if (options.all) done(null, addresses);
      else done(null, first?.address ?? '', first?.family);
    };
    return read(await this.get(url, pinned));
  }

  private get(url: URL, lookup: LookupFunction): Promise<IncomingMessage> {
    const headers = { Accept: 'application/json', 'User-Agent': 'mctl' };
    return new Promise((resolve, reject) => {
      const signal = AbortSignal.timeout(TIMEOUT_MS);
      request(url, { agent: false, lookup, headers, signal, ...(this.ca !== undefined && { ca: this.ca }) }, resolve)
        .on('error', (cause) => reject(new Error('it could not be read', { cause })))
        .end();
    });
  }
}

async function read(response: IncomingMessage): Promise<Document> {
  try {
    if (response.statusCode !== 200) {
      throw new Error(`its host answered ${response.statusCode}, and redirects are not followed`);
    }
    const type = response.headers['content-type'] ?? '';
    if (!/^application\/([a-z0-9.+-]+\+)?json\s*(;|$)/i.test(type)) throw new Error('it is not application/json');
    const text = await bodyOf(response);
    const { 'cache-control': control, expires } = response.headers;
    return {
      data: parse(text),
      caching: { ...(control && { 'cache-control': control }), ...(expires && { expires }) },
    };
  } finally {
    response.destroy();
  }
}

async function bodyOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of response as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > MAX_BYTES) break;
      chunks.push(chunk);
    }
  } catch (cause) {
    throw new Error('it could not be read', { cause });
  }
  if (size > MAX_BYTES) throw new Error(`it is longer than ${MAX_BYTES / 1024} KiB`);
  return Buffer.concat(chunks).toString('utf8');
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new Error('it is no JSON');
  }
}
