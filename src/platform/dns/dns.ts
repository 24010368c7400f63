import { getServers } from 'node:dns';
import { Resolver } from 'node:dns/promises';
import { Inject, Injectable } from '@nestjs/common';
import { Config } from '../config';
import { type CnameChain, followCnames } from './cname-chain';
import { isTrouble, type Lookup, type Trouble } from './lookup';

/** A datagram may get lost; a server that is silent twice is taken for gone. */
const TRIES = 2;

const TROUBLE: Readonly<Record<string, Trouble>> = {
  ESERVFAIL: 'servfail',
  EREFUSED: 'refused',
  ENOTIMP: 'refused',
  ETIMEOUT: 'timeout',
  ECANCELLED: 'timeout',
  ECONNREFUSED: 'unreachable',
};

/**
 * Questions to the configured DNS servers and to nobody else: no hosts file, no search list, no cache, so that a record that was just
 * added is seen. An answer that was cut off is asked for again over TCP, and is no answer where that fails (c-ares).
 */
@Injectable()
export class Dns {
  private readonly configured: readonly string[];
  private readonly timeoutMs: number;

  constructor(@Inject(Config) { values }: Pick<Config, 'values'>) {
    this.configured = values.dnsResolvers;
    this.timeoutMs = values.dnsTimeout;
  }

  /** Addresses that are asked, in this order. */
  get servers(): readonly string[] {
    return this.configured.length > 0 ? this.configured : getServers();
  }

  /** TXT records of a name; the strings of one record are one text, as RFC 7208 §3.3 has it. */
  txt(name: string): Promise<Lookup> {
    return this.ask(async (resolver) => (await resolver.resolveTxt(name)).map((chunks) => chunks.join('')));
  }

  /** The CNAME records from `name` on, until `target` or the end. */
  cnames(name: string, target: string): Promise<CnameChain> {
    return followCnames((each) => this.ask((resolver) => resolver.resolveCname(each)), name, target);
  }

  /** The first server that knows decides. A server in trouble says nothing, so the next one is asked. */
  private async ask(question: (resolver: Resolver) => Promise<string[]>): Promise<Lookup> {
    let last: Lookup = { state: 'unreachable' };
    for (const server of this.servers) {
      last = await this.askOne(server, question);
      if (!isTrouble(last.state)) return last;
    }
    return last;
  }

  private async askOne(server: string, question: (resolver: Resolver) => Promise<string[]>): Promise<Lookup> {
    const resolver = new Resolver({ timeout: this.timeoutMs, tries: TRIES });
    resolver.setServers([server]);
    try {
      const records = await question(resolver);
      return records.length > 0 ? { state: 'found', records } : { state: 'no_records' };
    } catch (error) {
      return { state: stateOf(error) };
    }
  }
}

/** @throws what is no failed lookup, e.g. a programming mistake. */
function stateOf(error: unknown): 'no_records' | 'no_such_name' | Trouble {
  const code = typeof error === 'object' && error !== null && 'code' in error ? String(error.code) : '';
  if (code === 'ENODATA') return 'no_records';
  if (code === 'ENOTFOUND') return 'no_such_name';
  if (!/^E[A-Z]+$/.test(code)) throw error;
  return TROUBLE[code] ?? 'bad_answer';
}
