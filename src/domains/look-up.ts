import type { Dns } from '../platform/dns';
import { challengeName } from './challenge.policy';
import type { Expectation, Observation } from './proof.policy';

/** Asks DNS for both kinds of proof. */
export async function observe(dns: Pick<Dns, 'txt' | 'cnames'>, { host, target }: Expectation): Promise<Observation> {
  const [txt, cname] = await Promise.all([dns.txt(challengeName(host.ascii)), dns.cnames(host.ascii, target.name)]);
  return { txt, cname };
}
