import { at, isPlain, listAt, textAt } from '../gitops/values';
import type { KubernetesObject } from '../kubernetes';
import { foreignLine } from '../text/foreign-text';

const MESSAGE = 500;
const WORD = 100;
const ITEMS = 20;
const IMAGES = 50;

export interface ApplicationCondition {
  readonly type: string;
  readonly message: string;
  readonly at: string | undefined;
}

export interface ResourceTrouble {
  /** E.g. `Deployment billing-api`. */
  readonly resource: string;
  readonly sync: string | undefined;
  readonly health: string | undefined;
  readonly message: string;
}

export interface SyncOperation {
  /** Running, Succeeded, Failed, Error, Terminating. */
  readonly phase: string;
  readonly message: string;
  readonly revision: string | undefined;
  readonly startedAt: string | undefined;
  readonly finishedAt: string | undefined;
}

/** What MCTL keeps of an Application: a few hundred bytes of what may be half a megabyte. Texts are clean and bounded, and foreign all the same. */
export interface ApplicationState {
  readonly name: string;
  readonly team: string | undefined;
  readonly service: string | undefined;
  readonly preview: string | undefined;
  /** Namespace that it applies to. */
  readonly destination: string | undefined;
  readonly sync: string;
  /** Commit that was compared, of the repository's first source. */
  readonly revision: string | undefined;
  readonly health: string;
  readonly healthMessage: string;
  /** When the health became what it is (Argo CD 2.11 and later). */
  readonly healthSince: string | undefined;
  readonly operation: SyncOperation | undefined;
  /** Revision that was applied last, and when. */
  readonly deployed: { readonly revision: string | undefined; readonly at: string | undefined } | undefined;
  readonly conditions: readonly ApplicationCondition[];
  readonly troubles: readonly ResourceTrouble[];
  readonly images: readonly string[];
}

const LABELS = { team: 'mctl.dev/team', service: 'mctl.dev/service', preview: 'mctl.dev/preview' } as const;

/** Reads what Argo CD writes into `status` (application-crd.yaml). What is missing is Unknown, as Argo CD itself has it. */
export function readApplication(object: KubernetesObject): ApplicationState | undefined {
  const { name, labels = {} } = object.metadata ?? {};
  if (name === undefined) return undefined;
  const status = at(object, 'status');
  return {
    name,
    team: labels[LABELS.team],
    service: labels[LABELS.service],
    preview: labels[LABELS.preview],
    destination: textAt(object, 'spec', 'destination', 'namespace'),
    sync: word(textAt(status, 'sync', 'status')),
    revision: revisionOf(at(status, 'sync')),
    health: word(textAt(status, 'health', 'status')),
    healthMessage: line(textAt(status, 'health', 'message')),
    healthSince: textAt(status, 'health', 'lastTransitionTime'),
    operation: operationOf(at(status, 'operationState')),
    deployed: deployedOf(listAt(status, 'history').at(-1)),
    conditions: listAt(status, 'conditions').slice(0, ITEMS).map(conditionOf),
    troubles: listAt(status, 'resources').flatMap(troubleOf).slice(0, ITEMS),
    images: listAt(status, 'summary', 'images')
      .slice(0, IMAGES)
      .map((image) => foreignLine(String(image), MESSAGE)),
  };
}

/** `revisions` of an Application with several sources, `revision` of one with a single source. Both of ours are the same repository. */
function revisionOf(part: unknown): string | undefined {
  const [first] = listAt(part, 'revisions');
  const revision = typeof first === 'string' ? first : textAt(part, 'revision');
  return revision !== undefined && /^[0-9a-f]{40}([0-9a-f]{24})?$/.test(revision) ? revision : undefined;
}

function operationOf(state: unknown): SyncOperation | undefined {
  if (!isPlain(state)) return undefined;
  return {
    phase: word(textAt(state, 'phase')),
    message: line(textAt(state, 'message')),
    revision: revisionOf(at(state, 'syncResult')) ?? revisionOf(at(state, 'operation', 'sync')),
    startedAt: textAt(state, 'startedAt'),
    finishedAt: textAt(state, 'finishedAt'),
  };
}

function deployedOf(entry: unknown): ApplicationState['deployed'] {
  return entry === undefined ? undefined : { revision: revisionOf(entry), at: textAt(entry, 'deployedAt') };
}

function conditionOf(condition: unknown): ApplicationCondition {
  return {
    type: word(textAt(condition, 'type')),
    message: line(textAt(condition, 'message')),
    at: textAt(condition, 'lastTransitionTime'),
  };
}

function troubleOf(resource: unknown): ResourceTrouble[] {
  const [sync, health] = [textAt(resource, 'status'), textAt(resource, 'health', 'status')];
  const isFine = (sync ?? 'Synced') === 'Synced' && ['Healthy', undefined].includes(health);
  if (isFine) return [];
  const name = foreignLine(`${textAt(resource, 'kind') ?? ''} ${textAt(resource, 'name') ?? ''}`, 2 * WORD);
  return [{ resource: name, sync, health, message: line(textAt(resource, 'health', 'message')) }];
}

function word(text: string | undefined): string {
  return foreignLine(text ?? '', WORD) || 'Unknown';
}

function line(text: string | undefined): string {
  return foreignLine(text ?? '', MESSAGE);
}
