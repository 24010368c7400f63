import type { DatabaseFacts } from '../platform/gitops';
import { toYaml, type YamlValue } from '../platform/gitops/yaml';
import { credentialPath, identifierOf, objectName } from './database-names.policy';

/** A new database, as its file is written. */
export interface NewDatabase {
  readonly team: string;
  readonly name: string;
  readonly service: string;
  readonly extensions: readonly string[];
}

type Document = { readonly [key: string]: YamlValue };

/** `databases/{team}/{name}.yaml` of a database that a cluster makes: everything it takes, and no value. */
export function clusterText(database: NewDatabase, facts: DatabaseFacts): string {
  const documents = clusterDocuments(database, facts).map((document) => toYaml(document));
  return [header(database), ...documents.map((text, index) => (index === 0 ? text : `---\n${text}`))].join('');
}

/** In the order in which they need each other; each controller waits for what is not there yet. */
export function clusterDocuments(database: NewDatabase, facts: DatabaseFacts): Document[] {
  return [
    passwordGenerator(database, facts),
    pushSecret(database, facts),
    externalSecret(database, facts),
    databaseRole(database, facts),
    databaseObject(database, facts),
  ];
}

/** `databases/{team}/{name}.yaml` of a database that MCTL has made on a server: a record, nothing for a cluster to apply. */
export function serverText({ team, name, service, extensions }: NewDatabase): string {
  const identifier = identifierOf(team, name);
  const document = {
    ...{ engine: 'postgresql', mode: 'server', team, service, database: identifier, role: identifier },
    credential: credentialPath(team, service),
    extensions: [...extensions],
  };
  return header({ team, name, service, extensions }) + SKIPPED + toYaml(document);
}

/** Read by Argo CD, which would take the file for a manifest without a kind. */
const SKIPPED = '# MCTL has made it on a PostgreSQL server of its own. +argocd:skip-file-rendering\n';

function header({ team, name, service }: NewDatabase): string {
  return `# Database ${name} of ${team}, for the service ${service}. It is kept when the service is retired.\n`;
}

const GENERATORS = 'generators.external-secrets.io/v1alpha1';
const EXTERNAL_SECRETS = 'external-secrets.io';
const CNPG = 'postgresql.cnpg.io/v1';
const HOURLY = '1h0m0s';

function head(
  apiVersion: string,
  kind: string,
  { team, name, service }: NewDatabase,
  { namespace }: DatabaseFacts,
): Document {
  const labels = { 'mctl.dev/team': team, 'mctl.dev/service': service, 'mctl.dev/database': name };
  return { apiVersion, kind, metadata: { name: objectName(team, name), namespace, labels } };
}

/** Letters and digits only: whatever quotes, parses or prints it, nothing in it needs an escape. 40 of them are 238 bits. */
function passwordGenerator(database: NewDatabase, facts: DatabaseFacts): Document {
  const spec = { length: 40, digits: 10, symbols: 0, noUpper: false, allowRepeat: true };
  return { ...head(GENERATORS, 'Password', database, facts), spec };
}

/**
 * Puts a generated password and the address into the secret store, once: what is there already stays (`IfNotExists`), so that no
 * generator run, no new object and no second cluster ever changes the password of a database in use.
 */
function pushSecret(database: NewDatabase, facts: DatabaseFacts): Document {
  const { team, name, service } = database;
  const identifier = identifierOf(team, name);
  const connection = { host: facts.host ?? '', port: '5432', database: identifier, username: identifier };
  return {
    ...head(`${EXTERNAL_SECRETS}/v1alpha1`, 'PushSecret', database, facts),
    spec: {
      refreshInterval: HOURLY,
      updatePolicy: 'IfNotExists',
      deletionPolicy: 'None',
      secretStoreRefs: [{ name: facts.secretStore, kind: 'SecretStore' }],
      selector: { generatorRef: { apiVersion: GENERATORS, kind: 'Password', name: objectName(team, name) } },
      template: { engineVersion: 'v2', mergePolicy: 'Replace', data: { ...connection, password: '{{ .password }}' } },
      data: [{ conversionStrategy: 'None', match: { remoteRef: { remoteKey: credentialPath(team, service) } } }],
    },
  };
}

/** The same credential for CloudNativePG, which reads role passwords from Secrets of its own namespace only. */
function externalSecret(database: NewDatabase, facts: DatabaseFacts): Document {
  const { team, name, service } = database;
  return {
    ...head(`${EXTERNAL_SECRETS}/v1`, 'ExternalSecret', database, facts),
    spec: {
      refreshInterval: HOURLY,
      secretStoreRef: { name: facts.secretStore, kind: 'SecretStore' },
      target: {
        name: objectName(team, name),
        creationPolicy: 'Owner',
        deletionPolicy: 'Retain',
        template: {
          engineVersion: 'v2',
          mergePolicy: 'Replace',
          type: 'kubernetes.io/basic-auth',
          // A password that changes in the store reaches the role at once, not at some later reconciliation.
          metadata: { labels: { 'cnpg.io/reload': 'true' } },
          data: { username: '{{ .username }}', password: '{{ .password }}' },
        },
      },
      dataFrom: [
        {
          extract: {
            key: credentialPath(team, service),
            ...{ conversionStrategy: 'Default', decodingStrategy: 'None', metadataPolicy: 'None' },
          },
        },
      ],
    },
  };
}

function databaseRole(database: NewDatabase, facts: DatabaseFacts): Document {
  const { team, name } = database;
  return {
    ...head(CNPG, 'DatabaseRole', database, facts),
    spec: {
      cluster: { name: facts.cluster },
      name: identifierOf(team, name),
      comment: `MCTL: ${team}/${name}`,
      login: true,
      ...{ superuser: false, createdb: false, createrole: false, replication: false, bypassrls: false },
      connectionLimit: facts.connections,
      passwordSecret: { name: objectName(team, name) },
      databaseRoleReclaimPolicy: 'retain',
    },
  };
}

function databaseObject(database: NewDatabase, facts: DatabaseFacts): Document {
  const { team, name, extensions } = database;
  const identifier = identifierOf(team, name);
  return {
    ...head(CNPG, 'Database', database, facts),
    spec: {
      cluster: { name: facts.cluster },
      name: identifier,
      owner: identifier,
      ensure: 'present',
      databaseReclaimPolicy: 'retain',
      ...(extensions.length > 0 && { extensions: extensions.map((each) => ({ name: each })) }),
    },
  };
}
