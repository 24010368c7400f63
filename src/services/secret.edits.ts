import { at, listAt, mapAt, type Service, textAt } from '../platform/gitops';
import type { YamlEdit } from '../platform/gitops/yaml';
import type { Warning } from '../platform/operations/plan';
import { secretPath } from '../platform/secrets/secret-store';
import { joinedName } from './name.policy';
import { type Draft, NO_EDITS } from './service-file';

interface Wanted {
  readonly secret_names?: readonly string[];
  readonly clear_secrets: boolean;
}

/** References to secrets: names in the file, values in the team's secret store and nowhere else. */
export function secretEdits(service: Service, data: unknown, { secret_names = [], clear_secrets }: Wanted): Draft {
  const names = [...new Set(secret_names)];
  if (clear_secrets) return replaced(service, data, names);
  const added = names.filter((name) => !service.secretNames.includes(name));
  return added.length === 0 ? NO_EDITS : extended(service, data, added);
}

function extended(service: Service, data: unknown, added: readonly string[]): Draft {
  const target = targetOf(service, data);
  const name = target ?? newTarget(service);
  const entries = entriesOf(service, added);
  const edits = target === undefined ? blockEdits(data, name, entries) : appendEdits(data, entries);
  return { edits: [...edits, ...envFromEdits(data, undefined, name)], warnings: [] };
}

function replaced(service: Service, data: unknown, names: readonly string[]): Draft {
  const name = newTarget(service);
  const needed = names.length > 0 ? name : undefined;
  return {
    edits: [
      ...blockEdits(data, name, entriesOf(service, names)),
      ...envFromEdits(data, targetOf(service, data), needed),
    ],
    warnings: cleared(service, data, names),
  };
}

function newTarget({ name }: Service): string {
  return `${name}-secrets`;
}

function entriesOf(service: Service, names: readonly string[]): Record<string, string>[] {
  return names.map((name) => ({ secretKey: name, remoteKey: pathOf(service), property: name }));
}

/** Name of the Kubernetes Secret that the file makes now; undefined where it makes none. */
function targetOf({ team, name }: Service, data: unknown): string | undefined {
  if (listAt(data, 'externalSecret', 'data').length === 0) return undefined;
  return textAt(data, 'externalSecret', 'targetSecret') ?? `${joinedName(team, name)}-secrets`;
}

function blockEdits(data: unknown, targetSecret: string, entries: readonly Record<string, string>[]): YamlEdit[] {
  const path = ['externalSecret'];
  if (entries.length > 0) return [{ path, set: { targetSecret, data: [...entries] } }];
  return at(data, 'externalSecret') === undefined ? [] : [{ path, set: {} }];
}

function appendEdits(data: unknown, entries: readonly Record<string, string>[]): YamlEdit[] {
  const start = listAt(data, 'externalSecret', 'data').length;
  return entries.map((entry, index) => ({ path: ['externalSecret', 'data', start + index], set: entry }));
}

function envFromEdits(data: unknown, removed: string | undefined, needed: string | undefined): YamlEdit[] {
  const sources = listAt(data, 'envFrom');
  const gone = sources.flatMap((source, index) =>
    removed !== undefined && removed !== needed && secretOf(source) === removed ? [index] : [],
  );
  const isThere = sources.some((source) => secretOf(source) === needed);
  return [
    // From the end, so that no removal moves another one's place.
    ...gone.reverse().map((index): YamlEdit => ({ path: ['envFrom', index], delete: true })),
    ...(needed === undefined || isThere
      ? []
      : [{ path: ['envFrom', sources.length - gone.length], set: { secretRef: { name: needed } } }]),
  ];
}

function secretOf(source: unknown): string | undefined {
  return textAt(source, 'secretRef', 'name');
}

function pathOf({ team, name }: Service): string {
  return secretPath({ team, service: name });
}

function cleared(service: Service, data: unknown, again: readonly string[]): Warning[] {
  const others = Object.keys(mapAt(data, 'extraExternalSecrets'));
  const kept = others.length === 0 ? '' : ` extraExternalSecrets (${others.join(', ')}) were written by hand and stay.`;
  const gone = service.secretNames.filter((name) => !again.includes(name));
  if (gone.length === 0 && kept === '') return [];
  const message = `References of ${gone.join(', ') || 'none'} go, their values at ${pathOf(service)} stay in the secret store.${kept}`;
  return [{ code: 'secret_values_kept', message }];
}
