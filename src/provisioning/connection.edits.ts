import { at, listAt, mapAt, textAt } from '../platform/gitops';
import type { YamlEdit } from '../platform/gitops/yaml';
import type { Warning } from '../platform/operations/plan';
import { credentialPath, secretName, VARIABLES } from './database-names.policy';

export interface Connection {
  readonly team: string;
  readonly service: string;
}

/** Edits of a service's values that hand it the connection: the reference to the credential, and the variables that come from it. */
export function connectionEdits(data: unknown, { team, service }: Connection): YamlEdit[] {
  const present = connectionOf(data);
  const name = present.secret ?? secretName(team, service);
  const sources = listAt(data, 'envFrom');
  const isNamed = sources.some((source) => textAt(source, 'secretRef', 'name') === name);
  return [
    ...(present.path === undefined
      ? [{ path: ['dbSecret'], set: { vaultPath: credentialPath(team, service), secretName: name } }]
      : []),
    ...(isNamed ? [] : [{ path: ['envFrom', sources.length], set: { secretRef: { name } } }]),
  ];
}

/** Where the file takes its database's connection from, whoever wrote it. */
export function connectionOf(data: unknown): { readonly path?: string; readonly secret?: string } {
  return { path: textAt(data, 'dbSecret', 'vaultPath'), secret: textAt(data, 'dbSecret', 'secretName') };
}

/** Whether the file has a connection at all, readable or not. */
export function hasConnection(data: unknown): boolean {
  return Object.keys(mapAt(data, 'dbSecret')).length > 0 || textAt(data, 'dbSecret') !== undefined;
}

/** Kubernetes lets a plain variable win over one from a Secret. */
export function shadowedBy(data: unknown): Warning[] {
  const plain = VARIABLES.filter((name) => at(data, 'env', name) !== undefined);
  if (plain.length === 0) return [];
  const [are, them] = plain.length === 1 ? ['is', 'it'] : ['are', 'them'];
  const message = `${plain.join(', ')} ${are} in env as well, and the plain value wins. Remove ${them} with env: null.`;
  return [{ code: 'env_shadows_secret', message }];
}
