import { Conflict } from '../platform/errors';
import { type Domain, editFile, type World } from '../platform/gitops';
import type { PlanContext } from '../platform/operations/operation';
import type { Plan } from '../platform/operations/plan';
import { dataOf, textOf } from '../services';
import { activeEdits } from './domain-text';
import { readableDomain } from './domains-in';
import type { AddDomainInput } from './domains.dto';
import { foundProof } from './found-proof';
import { type Owner, refuseRoutedElsewhere } from './holder.policy';
import { hostFrom } from './host.policy';
import { certificateOf, challengeRecord, cnameRecord } from './records';
import { issuerOf, routeEdits } from './route.edits';
import { requireIngress } from './route.policy';
import { advance } from './status.policy';
import { cnameTarget } from './target.policy';

/** The second commit: route and certificate, if the host is still the one that was proved. */
export function planActivation({ input, world, done }: PlanContext<AddDomainInput, unknown>): Plan {
  const { team, service } = input;
  const proof = foundProof(done);
  const host = hostFrom(input.domain);
  const domain = requireSame(world, host.ascii, input, proof.challenge);
  const status = advance(domain.status, 'prove', 'route');
  requireIngress(world, team, service);
  refuseRoutedElsewhere(world, host.ascii, input);
  const [path, text] = [world.layout.serviceFile(team, service), textOf(world, team, service)];
  const routed = editFile(path, text, routeEdits({ world, team, service, data: dataOf(text) }, host.ascii));
  const file = world.layout.domainFile(host.ascii);
  // What was active before keeps the proof of that time.
  const edits = domain.status === 'active' ? [] : activeEdits(proof);
  const { method, record, at } = proof;
  return {
    changes: [
      { path: file, content: editFile(file, world.text(file) ?? '', edits) },
      { path, content: routed },
    ],
    subject: `activate-domain(${team}/${service}): ${host.ascii}`,
    summary: `${host.ascii} leads to ${team}/${service}: proved by ${method === 'txt' ? 'its TXT record' : 'its CNAME'} at ${at}.`,
    warnings: [],
    destroys: [],
    nextActions: [
      { tool: 'mctl_list_domains', arguments: { team, service }, why: 'see the domain, its certificate and its proof' },
    ],
    answer: {
      domain: host.ascii,
      domain_unicode: host.unicode,
      status,
      challenge: challengeRecord({ host, challenge: domain.challenge }),
      cname: cnameRecord(host, cnameTarget(world, team, service)),
      expires_at: null,
      certificate: certificateOf(issuerOf(dataOf(routed), world), true),
      proof: { method, record, at },
    },
  };
}

/**
 * The registration that an operation waits for or has seen proved.
 * @throws Conflict `domain_removed` where there is none any more, `domain_replaced` where there is another one.
 */
export function requireSame(world: World, host: string, { team, service }: Owner, challenge: string): Domain {
  const domain = readableDomain(world, host);
  const again = { field: 'domain', got: host, fix: 'Call mctl_add_custom_domain again, which registers it anew.' };
  if (domain?.team !== team || domain.service !== service) {
    const message = `The registration of ${host} was removed meanwhile, so nothing is routed.`;
    throw new Conflict(message, { code: 'domain_removed', ...again });
  }
  if ((domain.challenge ?? '') !== challenge) {
    const message = `${host} was registered anew meanwhile, with another challenge; the workflow of that registration goes on.`;
    throw new Conflict(message, {
      code: 'domain_replaced',
      ...again,
      fix: 'mctl_list_domains shows the record to make now.',
    });
  }
  return domain;
}
