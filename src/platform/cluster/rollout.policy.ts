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
  const { sync, health, revision, operation } = application;
  if (revision === undefined || !holds(revision)) {
    const seen = revision === undefined ? 'no revision' : revision.slice(0, 12);
    return { state: 'open', open: [`Argo CD has looked at ${seen}, which does not hold this commit yet.`] };
  }
  const isOfThis = operation?.revision !== undefined && holds(operation.revision);
  const hasFailed = isOfThis && (operation.phase === 'Failed' || operation.phase === 'Error');
  const open = [
    ...(sync === 'Synced' ? [] : [`Sync is ${sync}.`]),
    ...(isOfThis && operation.phase !== 'Succeeded' ? [`The sync of this revision is ${operation.phase}.`] : []),
    ...(health === 'Healthy' ? [] : [`Health is ${health}.`]),
  ];
  if (open.length === 0) return { state: 'complete', open };
  return { state: hasFailed || health === 'Degraded' ? 'failed' : 'open', open };
}

function removal(application: ApplicationState | undefined): Rollout {
  if (!application) return { state: 'complete', open: [] };
  return {
    state: 'open',
    open: ['It is gone from git; Argo CD still has its Application and removes what it applied.'],
  };
}
