import { type ApplicationState, applicationName, type Owner } from '../../platform/cluster';
import type { World } from '../../platform/gitops';
import { foreignLine, foreignPairs, foreignText } from '../../platform/text/foreign-text';
import { LIMITS } from '../incident';
import type { Cleared, Firing } from '../report';

export const ARGOCD = 'argocd';
const PAIRS = { pairs: 30, key: 200, value: 500 };

export interface WatchContext {
  readonly world: World;
  /** Fingerprints of this source's incidents that are not resolved. */
  readonly active: ReadonlySet<string>;
  readonly now: Date;
  /** Trouble that may pass by itself is told after so long. */
  readonly graceMs: number;
}

/** One thing that can be wrong with an Application. */
interface Trouble {
  readonly kind: 'health' | 'sync';
  readonly type: string;
  readonly summary: string;
  readonly since: Date;
}

/**
 * What Applications say that is not known yet, and what is over. The moment of a report is that of Argo CD's own transition: whoever resolves
 * an incident by hand does not see it again before Argo CD has changed its mind.
 * @param applications all there are: what is not among them is gone, and what was wrong with it over.
 */
export function reportsOf(applications: Iterable<ApplicationState>, context: WatchContext): (Firing | Cleared)[] {
  const present = new Map([...applications].map((application) => [application.name, application]));
  const firing = [...present.values()].flatMap((application) => firingOf(application, context));
  const cleared = [...context.active].flatMap((fingerprint) => clearedOf(fingerprint, present, context));
  return [...firing, ...cleared];
}

function firingOf(application: ApplicationState, { world, active, now, graceMs }: WatchContext): Firing[] {
  const owner = ownerOf(application);
  if (!owner || !world.hasTenant(owner.team)) return [];
  return troublesOf(application, now)
    .filter(({ since }) => now.getTime() - since.getTime() >= graceMs)
    .map((trouble) => ({ trouble, fingerprint: fingerprintOf(application.name, trouble.kind) }))
    .filter(({ fingerprint }) => !active.has(fingerprint))
    .map(({ trouble, fingerprint }) => ({
      kind: 'firing',
      team: owner.team,
      ...(owner.service !== undefined && { service: owner.service }),
      fingerprint,
      source: ARGOCD,
      actor: ARGOCD,
      type: trouble.type,
      severity: trouble.kind === 'health' && owner.preview === undefined ? 'critical' : 'warning',
      summary: foreignLine(trouble.summary, LIMITS.summary),
      since: trouble.since,
      evidence: [
        { kind: 'application', content: foreignText(foreignPairs(factsOf(application), PAIRS), LIMITS.evidence) },
      ],
      isOrdered: true,
    }));
}

/** Undefined for what is no Application of ours: its name must be the one that its labels lead to. */
function ownerOf({ name, team, service, preview }: ApplicationState): Owner | undefined {
  const owner = team === undefined ? undefined : { team, service, preview };
  return owner && applicationName(owner) === name ? owner : undefined;
}

function troublesOf({ name, health, healthSince, healthMessage, operation }: ApplicationState, now: Date): Trouble[] {
  const troubles: Trouble[] = [];
  if (health === 'Degraded') {
    const summary = `${name} is Degraded${healthMessage === '' ? '' : `: ${healthMessage}`}`;
    troubles.push({
      kind: 'health',
      type: 'argocd_app_degraded',
      summary,
      since: pastOr(now, healthSince ?? operation?.finishedAt),
    });
  }
  if (operation?.phase === 'Failed' || operation?.phase === 'Error') {
    const summary = `Argo CD could not sync ${name}${operation.message === '' ? '' : `: ${operation.message}`}`;
    troubles.push({ kind: 'sync', type: 'argocd_sync_failed', summary, since: pastOr(now, operation.finishedAt) });
  }
  return troubles;
}

/** Between Degraded and Healthy nothing is known to be over: Progressing may become either. */
function clearedOf(
  fingerprint: string,
  present: ReadonlyMap<string, ApplicationState>,
  { now }: WatchContext,
): Cleared[] {
  const [, kind, name = ''] = /^argocd:(health|sync):(.+)$/.exec(fingerprint) ?? [];
  const application = present.get(name);
  const resolution = application ? overNow(application, kind) : 'Argo CD has no such Application any more.';
  if (kind === undefined || resolution === undefined) return [];
  return [{ kind: 'cleared', fingerprint, source: ARGOCD, actor: ARGOCD, asOf: now, resolution, isEverywhere: true }];
}

function overNow({ health, operation }: ApplicationState, kind: string | undefined): string | undefined {
  if (kind === 'health') return health === 'Healthy' ? 'Argo CD reports it Healthy.' : undefined;
  return operation?.phase === 'Succeeded' ? 'Argo CD has synced it.' : undefined;
}

function fingerprintOf(name: string, kind: Trouble['kind']): string {
  return `${ARGOCD}:${kind}:${name}`;
}

function factsOf({ sync, health, revision, operation, troubles, images }: ApplicationState): Record<string, string> {
  const resources = troubles.map(
    (each) => [each.resource, `${each.health ?? each.sync ?? ''} ${each.message}`.trim()] as const,
  );
  const facts: Record<string, string> = {
    sync,
    health,
    ...(revision !== undefined && { revision }),
    ...(operation && { operation: `${operation.phase} ${operation.message}`.trim() }),
    ...(images.length > 0 && { images: images.join(' ') }),
  };
  for (const [resource, said] of resources) facts[resource] = said;
  return facts;
}

/** Clocks differ: nothing begins in the future. */
function pastOr(now: Date, text: string | undefined): Date {
  const at = new Date(text ?? NaN);
  return at < now ? at : now;
}
