import fc from 'fast-check';
import { oddServices } from '../../test/factories/odd-values';
import { refusalOf } from '../../test/factories/plan';
import { expectOnlyTouched, factsOf } from '../../test/factories/round-trip';
import { aWorld, type WorldParts } from '../../test/factories/world';
import { crdViolations } from '../../test/support/crds';
import type { Manifest } from '../../test/support/helm';
import {
  type DatabaseFacts,
  DEFAULT_DATABASES,
  listAt,
  parseDocuments,
  readValues,
  type World,
} from '../platform/gitops';
import { editYaml, parseYaml } from '../platform/gitops/yaml';
import { type DatabaseRequest, planDatabase } from './database.plan';

const API = { team: 'billing', service: 'api' };
const SERVER: DatabaseFacts = { ...DEFAULT_DATABASES, mode: 'server', host: undefined };
const PLAIN = 'image: {repository: r, tag: "1"}\n';

const worldOf = (files: Record<string, string> = {}, service = PLAIN, more: Partial<WorldParts> = {}) =>
  aWorld({ services: { 'billing/api': service, 'billing/web': PLAIN }, files, ...more });
const plan = (world: World, request: Partial<DatabaseRequest> = {}, service = 'api') =>
  planDatabase(
    world,
    { ...API, service, ...request },
    readValues(world.text(world.layout.serviceFile('billing', service)) ?? ''),
  );
/** The world once the plan is committed. */
const after = (world: World, made: ReturnType<typeof plan>, service = 'api'): World => {
  const path = world.layout.serviceFile('billing', service);
  return world.with([...made.changes, { path, content: editYaml(world.text(path) ?? '', [...made.edits]) }]);
};
const documentsOf = (text = '') => parseDocuments(text) as unknown as Manifest[];
const refused = (world: World, request: Partial<DatabaseRequest> = {}, service = 'api') =>
  refusalOf(() => plan(world, request, service));

describe('a database of a cluster', () => {
  const made = plan(worldOf(), { extensions: ['pg_trgm', 'citext', 'citext'] });
  const [file] = made.changes;
  const documents = documentsOf(file?.content);
  const specOf = (kind: string) => documents.find((each) => each.kind === kind)?.spec as Record<string, unknown>;

  it('is one file of its own', () => {
    expect(made.changes.map(({ path }) => path)).toEqual(['platform-gitops/databases/billing/api.yaml']);
    expect(documents.map(({ kind }) => kind)).toEqual([
      'Password',
      'PushSecret',
      'ExternalSecret',
      'DatabaseRole',
      'Database',
    ]);
  });

  it('is what the CRDs take, to the last field', () => {
    expect(crdViolations(documents)).toEqual([]);
    const misspelt = documents.map((each) => ({ ...each, spec: { ...(each.spec as object), ownr: 'x' } }));
    expect(crdViolations(misspelt)).toHaveLength(documents.length);
  });

  it('stands where CloudNativePG looks: in the namespace of its cluster, with its secret', () => {
    expect(new Set(documents.map(({ metadata }) => metadata.namespace))).toEqual(new Set(['platform-db']));
    expect(specOf('DatabaseRole')).toMatchObject({
      cluster: { name: 'shared-pg' },
      name: 'billing_api',
      login: true,
      superuser: false,
      connectionLimit: 20,
      passwordSecret: { name: 'billing.api' },
    });
    expect(specOf('ExternalSecret')).toMatchObject({
      target: { name: 'billing.api', template: { type: 'kubernetes.io/basic-auth' } },
    });
    expect(specOf('Database')).toMatchObject({
      cluster: { name: 'shared-pg' },
      name: 'billing_api',
      owner: 'billing_api',
      extensions: [{ name: 'citext' }, { name: 'pg_trgm' }],
    });
  });

  it('gets a password that is generated once, in the cluster', () => {
    expect(specOf('PushSecret')).toMatchObject({
      updatePolicy: 'IfNotExists',
      selector: { generatorRef: { kind: 'Password', name: 'billing.api' } },
      template: {
        data: {
          host: 'shared-pg-rw.platform-db.svc.cluster.local',
          port: '5432',
          database: 'billing_api',
          username: 'billing_api',
          password: '{{ .password }}',
        },
      },
      data: [{ match: { remoteRef: { remoteKey: 'teams/billing/api/database' } } }],
    });
    expect(specOf('ExternalSecret')).toMatchObject({ dataFrom: [{ extract: { key: 'teams/billing/api/database' } }] });
  });

  it('outlives its file: data, role and credential', () => {
    expect(specOf('Database')).toMatchObject({ databaseReclaimPolicy: 'retain' });
    expect(specOf('DatabaseRole')).toMatchObject({ databaseRoleReclaimPolicy: 'retain' });
    expect(specOf('PushSecret')).toMatchObject({ deletionPolicy: 'None' });
    expect(specOf('ExternalSecret')).toMatchObject({ target: { deletionPolicy: 'Retain' } });
  });

  it('is made as the settings say', () => {
    const databases = {
      ...DEFAULT_DATABASES,
      cluster: 'main',
      namespace: 'data',
      secretStore: 'vault',
      connections: 3,
    };
    const [own] = plan(worldOf({}, PLAIN, { platform: { databases } })).changes;
    const text = own?.content ?? '';
    expect(text).not.toMatch(/shared-pg$|platform-db$|cnpg-db-creds/m);
    expect(crdViolations(documentsOf(text))).toEqual([]);
    expect(documentsOf(text)[3]).toMatchObject({
      metadata: { namespace: 'data' },
      spec: { cluster: { name: 'main' }, connectionLimit: 3 },
    });
  });
});

describe('a database of a server', () => {
  it('is a record that no cluster applies', () => {
    const [file] = plan(worldOf({}, PLAIN, { platform: { databases: SERVER } }), { extensions: ['citext'] }).changes;
    expect(file?.content).toContain('+argocd:skip-file-rendering');
    expect(documentsOf(file?.content)).toEqual([
      {
        engine: 'postgresql',
        mode: 'server',
        team: 'billing',
        service: 'api',
        database: 'billing_api',
        role: 'billing_api',
        credential: 'teams/billing/api/database',
        extensions: ['citext'],
      },
    ]);
  });
});

describe.each([
  ['cluster', DEFAULT_DATABASES],
  ['server', SERVER],
])('in mode %s', (mode, databases) => {
  const world = worldOf({}, PLAIN, { platform: { databases } });
  const made = plan(world);
  const there = after(world, made);

  it('the service gets the connection', () => {
    expect(parseYaml(there.text(there.layout.serviceFile('billing', 'api')) ?? '')).toMatchObject({
      dbSecret: { vaultPath: 'teams/billing/api/database', secretName: 'billing-api-db-creds' },
      envFrom: [{ secretRef: { name: 'billing-api-db-creds' } }],
    });
    expect(there.service('billing', 'api')?.hasDatabase).toBe(true);
  });

  it('the file is read as what it is', () => {
    expect(there.databaseOf('billing', 'api')).toEqual({
      ...{ team: 'billing', name: 'api', service: 'api', mode, database: 'billing_api', role: 'billing_api' },
      extensions: [],
    });
    expect(there.databaseOf('billing', 'web')).toBeUndefined();
  });

  it('the same again changes nothing', () => {
    expect(plan(there)).toMatchObject({ changes: [], edits: [], isNew: false, facts: made.facts });
  });

  it('extensions are added to those that are there', () => {
    const more = plan(there, { extensions: ['citext'] });
    expect(more.edits).toEqual([]);
    const [file] = more.changes;
    expect(crdViolations(documentsOf(file?.content).filter(({ kind }) => kind))).toEqual([]);
    const then = after(there, more);
    expect(then.database('billing', 'api')?.extensions).toEqual(['citext']);
    expect(plan(then, { extensions: ['citext'] }).changes).toEqual([]);
    const most = after(then, plan(then, { extensions: ['hstore'] }));
    expect(most.database('billing', 'api')?.extensions).toEqual(['citext', 'hstore']);
    expect(plan(most).facts.extensions).toEqual(['citext', 'hstore']);
  });

  it('one that outlived its service is given back', () => {
    const path = there.layout.serviceFile('billing', 'api');
    const anew = there.with([{ path, content: PLAIN }]);
    const again = plan(anew);
    expect(again).toMatchObject({ changes: [], isNew: false });
    expect(after(anew, again).text(path)).toContain('teams/billing/api/database');
  });

  it('no other service gets it', () => {
    expect(refused(there, { name: 'api' }, 'web')).toMatchObject({
      kind: 'Conflict',
      code: 'database_exists',
      field: 'name',
    });
  });

  it('a service has one', () => {
    expect(refused(there, { name: 'second' })).toMatchObject({
      kind: 'Conflict',
      code: 'service_has_database',
      got: 'second',
      expected: 'api, or nothing',
    });
  });

  it('one of another name is the service’s without naming it again', () => {
    const named = plan(world, { name: 'ledger' });
    expect(named.facts).toMatchObject({ name: 'ledger', database: 'billing_ledger' });
    const with_ = after(world, named);
    expect(plan(with_)).toMatchObject({ changes: [], edits: [], facts: { name: 'ledger' } });
    expect(plan(with_, {}, 'web').facts.database).toBe('billing_web');
  });
});

describe('what is refused', () => {
  it('extensions that are not on the list, with the list', () => {
    expect(refused(worldOf(), { extensions: ['citext', 'plpython3u', 'dblink'] })).toMatchObject({
      kind: 'InvalidInput',
      code: 'extension_not_allowed',
      field: 'extensions',
      got: 'dblink, plpython3u',
      allowed: DEFAULT_DATABASES.extensions,
    });
  });

  it('any extension where none is allowed', () => {
    const databases = { ...DEFAULT_DATABASES, extensions: [] };
    expect(refused(worldOf({}, PLAIN, { platform: { databases } }), { extensions: ['citext'] })).toMatchObject({
      allowed: [],
      fix: expect.stringContaining('MCTL_DATABASE_EXTENSIONS'),
    });
  });

  it.each([
    ['somebody made', `${PLAIN}dbSecret: {vaultPath: teams/billing/elsewhere/database}\n`],
    ['an older platform made', `${PLAIN}dbSecret: {vaultPath: teams/billing/api/database}\n`],
    ['is written in a way nobody reads', `${PLAIN}dbSecret: yes\n`],
  ])('a service with a connection that %s', (_, service) => {
    expect(refused(worldOf({}, service))).toMatchObject({
      kind: 'Conflict',
      code: 'service_has_database',
      field: 'service',
    });
  });

  it('a name whose file says nothing of a service', () => {
    expect(refused(worldOf({ 'databases/billing/api.yaml': 'kind: Database\n' }))).toMatchObject({
      code: 'database_exists',
      message: expect.stringContaining('names no service'),
    });
  });

  it.each(['api', 'other'])('a team with a database file that cannot be read: %s', (name) => {
    expect(refused(worldOf({ [`databases/billing/${name}.yaml`]: 'a: 1\n---\nb: [\n' }))).toMatchObject({
      kind: 'Conflict',
      code: 'unreadable_file',
    });
  });

  it('names that are kept', () => {
    const world = aWorld({ tenants: { pg: {} }, services: { 'pg/api': PLAIN } });
    expect(refusalOf(() => planDatabase(world, { team: 'pg', service: 'api' }, {}))).toMatchObject({
      code: 'reserved_name',
    });
  });
});

describe('a service’s values', () => {
  it('warn where a plain variable wins', () => {
    const service = `${PLAIN}env: {DATABASE_URL: x, DB_HOST: y, OTHER: z}\n`;
    expect(plan(worldOf({}, service)).warnings).toEqual([
      { code: 'env_shadows_secret', message: expect.stringMatching(/^DATABASE_URL, DB_HOST are/) },
    ]);
  });

  it('keep every other byte, however people write them', () => {
    let edited = 0;
    fc.assert(
      fc.property(oddServices, ({ text, shared, data }) => {
        if (shared || Object.hasOwn(data as object, 'dbSecret')) return;
        const { edits } = planDatabase(worldOf({}, text), API, readValues(text));
        const next = editYaml(text, [...edits]);
        const sources = listAt(readValues(text), 'envFrom').length;
        expectOnlyTouched(text, next, [['dbSecret'], ['envFrom', sources]]);
        expect(factsOf(next, 0).data).toMatchObject({ dbSecret: { vaultPath: 'teams/billing/api/database' } });
        edited += 1;
      }),
    );
    expect(edited).toBeGreaterThan(10);
  });
});
