import { digestOf } from '../crypto';
import type { FileChange, World } from '../gitops';

export interface Warning {
  readonly code: string;
  readonly message: string;
}

/** A call that makes sense next, ready to be made. */
export interface NextAction {
  readonly tool: string;
  readonly arguments: Readonly<Record<string, unknown>>;
  readonly why: string;
}

/** Something that is gone afterwards and that the files alone do not show. */
export interface Destroyed {
  readonly kind: string;
  readonly name: string;
}

/** What an operation would do at one head: the whole content of every file it touches, and what a person must know first. */
export interface Plan {
  /** No changes is a valid plan: its commit is an empty one that carries the record. */
  readonly changes: readonly FileChange[];
  /** Conventional commit subject, e.g. `deploy(billing/payment-api): 1.2.3`. */
  readonly subject: string;
  /** One sentence for people. */
  readonly summary: string;
  readonly warnings: readonly Warning[];
  readonly destroys: readonly Destroyed[];
  readonly nextActions: readonly NextAction[];
  /** Fields of the operation's own answer, e.g. the service's URL. */
  readonly answer: Readonly<Record<string, unknown>>;
  /** Whom it is about, where the arguments hold only an id: wins over them in the row and in the audit trail. */
  readonly about?: { readonly team?: string; readonly target: string };
  /** Operation that this one takes back. */
  readonly reverts?: string;
}

export interface PlannedChange {
  readonly path: string;
  readonly action: 'create' | 'update' | 'delete';
}

/** A change with what it replaces, as it was when the plan was made. */
export interface EffectiveChange extends FileChange {
  /** Absent = the file is created. */
  readonly before?: string;
}

/** The changes that are real at this head: a file set to the text it already has is none; of two to one file the later counts. */
export function effectiveChanges(plan: Plan, world: World): EffectiveChange[] {
  const last = new Map(plan.changes.map((change) => [change.path, change]));
  return [...last.values()]
    .map((change) => ({ ...change, before: world.text(change.path) }))
    .filter(({ before, content }) => before !== content);
}

export function describeChanges(changes: readonly FileChange[], world: World): PlannedChange[] {
  return changes.map(({ path, content }) => ({
    path,
    action: content === undefined ? 'delete' : world.text(path) === undefined ? 'create' : 'update',
  }));
}

/**
 * Binds a confirmation to the exact bytes before and after: whatever touches the same files makes it another plan. The order in
 * which a plan names its files makes no difference.
 */
export function planDigest(plan: Plan, world: World): string {
  const changes = effectiveChanges(plan, world).sort((a, b) => (a.path < b.path ? -1 : 1));
  return digestOf({
    changes: changes.map(({ path, before, content }) => ({ path, before: before ?? null, after: content ?? null })),
    destroys: plan.destroys,
  });
}
