import { at, isPlain, listAt, mapAt, textAt } from '../../platform/gitops';

/**
 * The Secrets and ConfigMaps that a service's file makes, with the name that each gets in a preview: all previews of a team share
 * one namespace, where production's names would be made twice.
 */
export interface OwnNames {
  readonly secrets: ReadonlyMap<string, string>;
  readonly configMaps: ReadonlyMap<string, string>;
  /** Secret with the production database's connection, which no preview gets. */
  readonly database?: string;
}

/** @param joined name of the service's objects in production, `{team}-{service}` (see chart `service`). */
export function ownNames(data: unknown, joined: string, id: string): OwnNames {
  const renamed = (names: readonly string[]) => new Map(names.map((name) => [name, `${name}-${id}`]));
  return {
    secrets: renamed([...mainSecret(data, joined), ...extraSecrets(data)]),
    configMaps: renamed(Object.keys(mapAt(data, 'configMaps'))),
    ...(isPlain(at(data, 'dbSecret')) && { database: textAt(data, 'dbSecret', 'secretName') ?? `${joined}-db-creds` }),
  };
}

/** The chart makes none where the list is empty. */
function mainSecret(data: unknown, joined: string): string[] {
  if (listAt(data, 'externalSecret', 'data').length === 0) return [];
  return [textAt(data, 'externalSecret', 'targetSecret') ?? `${joined}-secrets`];
}

function extraSecrets(data: unknown): string[] {
  return Object.entries(mapAt(data, 'extraExternalSecrets')).map(
    ([name, spec]) => textAt(spec, 'targetSecret') ?? name,
  );
}
