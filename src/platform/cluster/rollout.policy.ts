import type { ApplicationState } from './application-state';

/**
 * - `complete`: the commit, or one after it, is synced and healthy
 * - `open`: not yet; `open` says what is missing
 * - `failed`: Argo CD has given up on it, or what it applied does not run
 */
export type RolloutState = 'complete' | 'open' | 'failed';

export interface Rollout {
  readonly state: RolloutState;
  /** What is still missing, in MCTL's own words. */
  readonly open: readonly string[];
}

export interface RolloutFacts {
  readonly application: ApplicationState | undefined;
  /** Whether git still declares what the Application applies. */
  readonly isDeclared: boolean;
  /** Whether this revision is the operation's commit or one after it. */
  readonly holds: (revision: string) => boolean;
}

/** How far a commit has come in the cluster (design.md, 3.6). Pure. */
export function rolloutOf({ application, isDeclared, holds }: RolloutFacts): Rollout {
  if (!isDeclared) return removal(application);
  if (!application) return { state: 'open', open: ['Argo CD has no Application for it yet.'] };
  const { revision, operation } = application;
  if (revision === undefined || !holds(revision)) {
    const seen = revision === undefined ? 'no revision' : revision.slice(0, 12);
    return { state: 'open', open: [`Argo CD has looked at ${seen}, which does not hold this commit yet.`] };
  }
  // The sync of an earlier revision says nothing about this one.
  const isOfThis = operation?.revision !== undefined && holds(operation.revision);
  return present(application, isOfThis ? operation.phase : undefined);
}

/** @param phase of the sync of this commit or a later one. */
function present({ sync, health }: ApplicationState, phase: string | undefined): Rollout {
  const open = [
    ...(sync === 'Synced' ? [] : [`Sync is ${sync}.`]),
    ...(phase === undefined || phase === 'Succeeded' ? [] : [`The sync of this revision is ${phase}.`]),
    ...(health === 'Healthy' ? [] : [`Health is ${health}.`]),
  ];
  if (open.length === 0) return { state: 'complete', open };
  // Until this commit is applied the health is that of what it replaces, which may be the very reason for it.
  const hasFailed = phase === 'Failed' || phase === 'Error' || (health === 'Degraded' && sync === 'Synced');
  return { state: hasFailed ? 'failed' : 'open', open };
}

function removal(application: ApplicationState | undefined): Rollout {
  if (!application) return { state: 'complete', open: [] };
  return {
    state: 'open',
    open: ['It is gone from git; Argo CD still has its Application and removes what it applied.'],
  };
}
