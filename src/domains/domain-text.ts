import type { Domain } from '../platform/gitops';
import { toYaml, type YamlEdit, type YamlValue } from '../platform/gitops/yaml';
import type { Host } from './host.policy';
import type { FoundProof } from './found-proof';

/** A registration that is new. */
export type NewDomain = Required<
  Pick<Domain, 'team' | 'service' | 'challenge' | 'createdAt' | 'expiresAt' | 'requestedBy'>
>;

/** The whole file of a host that waits for its proof. */
export function pendingText({ ascii, unicode }: Host, domain: NewDomain): string {
  const { team, service, challenge, createdAt, expiresAt, requestedBy } = domain;
  const data: YamlValue = {
    host: ascii,
    team,
    service,
    status: 'pending',
    challenge,
    createdAt: createdAt.toISOString(),
    expiresAt: expiresAt.toISOString(),
    requestedBy,
  };
  const shown = unicode === ascii ? ascii : `${unicode} (${ascii})`;
  return `# Custom domain ${shown} of ${team}/${service}, made by MCTL.\n${toYaml(data)}`;
}

/** What a domain's file says from its activation on: it no longer expires, and tells what it was proved with. */
export function activeEdits({ method, at }: FoundProof): YamlEdit[] {
  return [
    { path: ['status'], set: 'active' },
    { path: ['expiresAt'], delete: true },
    { path: ['proof'], set: { method, at } },
  ];
}
