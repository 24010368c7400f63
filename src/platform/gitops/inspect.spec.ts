import { aWorld } from '../../../test/factories/world';
import { FileIndex } from './file-index';
import { findingsOf } from './findings';
import { inspecting, inspectWorld } from './inspect';
import { Layout } from './layout';
import { World } from './world';

const GOOD = 'image: {repository: ghcr.io/acme/api, tag: v1}\n';
const tenants = { labs: { members: [{ userId: 'olga', role: 'owner' }] } };

/** A domain's file that is in order. */
const ACTIVE = `team: labs\nservice: api\nstatus: active\nchallenge: ${'0'.repeat(64)}\n`;

/** Path below the root folder and code of each problem. */
const seen = (world: World) =>
  inspectWorld(world).map(({ path, code }) => [path.replace('platform-gitops/', ''), code]);
const withService = (text: string) => aWorld({ tenants, services: { 'labs/api': text } });
const oddities = (text: string) => inspectWorld(withService(text)).map(({ code, message }) => [code, message]);

const DATABASE = `kind: Secret
---
apiVersion: postgresql.cnpg.io/v1
kind: Database
metadata: {labels: {mctl.dev/service: api}}
spec: {name: labs_db, owner: labs_db}
`;

describe(inspectWorld.name, () => {
  it.each([
    ['a: 1\n---\nb: 1\n', 'no_database'],
    ['engine: postgresql\nmode: elsewhere\n', 'no_database'],
    [DATABASE.replace('mctl.dev/service', 'app'), 'database_without_service'],
    [DATABASE.replace(', owner: labs_db', ''), 'database_incomplete'],
    ['engine: postgresql\nmode: server\nservice: api\n', 'database_incomplete'],
    [`${DATABASE}---\nb: [`, 'unreadable_file'],
  ])('names what keeps a database from being one: %#', (text, code) => {
    const world = aWorld({ tenants, files: { 'databases/labs/db.yaml': text } });
    expect(seen(world)).toEqual([['databases/labs/db.yaml', code]]);
  });

  it('finds nothing in a repository that is in order', () => {
    const files = {
      'previews/labs/api-1/values.yaml': 'a: 1\n',
      'databases/labs/db.yaml': DATABASE,
      'databases/labs/older.yaml': 'engine: postgresql\nmode: server\nservice: api\ndatabase: d\nrole: d\n',
      'domains/a.b.yaml': ACTIVE,
      'templates/services/default.yaml': 'type: web\n',
      'services/labs/api/README.md': 'a: [',
      'services/labs/api/vault-cleanup.yaml': 'a: [',
      'services/README.md': 'x',
      'argo-workflows/cluster-templates/x.yaml': 'a: {{x}}',
    };
    expect(inspectWorld(aWorld({ tenants, services: { 'labs/api': GOOD }, files }))).toEqual([]);
  });

  it('names every file of ours that cannot be read, sorted by path', () => {
    const files = {
      'previews/labs/api-1/values.yaml': 'a: [',
      'databases/labs/db.yaml': 'a: 1\n---\nb: [\n',
      'domains/a.b.yaml': '\t- a',
      'templates/tenants/project.yaml': 'a: *b',
      'argocd/projects/labs.yaml': 'a: "',
      'argo-workflows/sso-team-labs.yaml': 'a: [',
      'tenants/broken/values.yaml': 'tenant: [',
      'services/labs/broken/values.yaml': '- a\n',
    };
    const world = aWorld({ tenants, services: { 'labs/api': GOOD }, files });
    expect(seen(world)).toEqual(
      Object.keys(files)
        .sort()
        .map((path) => [path, 'unreadable_file']),
    );
    expect(inspectWorld(world).every(({ severity }) => severity === 'broken')).toBe(true);
  });

  it.each([
    ['an empty file', '# nothing\n', ['no_owner']],
    ['no owner', `status: active\nchallenge: ${'0'.repeat(64)}\n`, ['no_owner']],
    ['another host', `${ACTIVE}host: b.a\n`, ['name_mismatch']],
    ['no known status', ACTIVE.replace('active', 'maybe') + 'expiresAt: "2026-01-01T00:00:00Z"\n', ['unknown_status']],
    ['no expiry', ACTIVE.replace('active', 'pending') + 'expiresAt: tomorrow\n', ['no_expiry']],
    ['no challenge', ACTIVE.replace(/challenge: .*/, 'challenge: guess me'), ['no_challenge']],
    ['a list for text', ACTIVE.replace('service: api', 'service: [api]'), ['no_owner', 'wrong_kind']],
  ])('names a domain file with %s', (_, text, codes) => {
    const world = aWorld({ tenants, services: { 'labs/api': GOOD }, files: { 'domains/a.b.yaml': text } });
    expect(
      inspectWorld(world)
        .map(({ code }) => code)
        .sort(),
    ).toEqual(codes);
  });

  it('knows what was noted for a service to come, which is none yet', () => {
    const path = 'services/labs/claw.onboarding.yaml';
    expect(inspectWorld(aWorld({ tenants: { labs: {} }, files: { [path]: 'onboarding: {}\n' } }))).toEqual([]);
    expect(inspectWorld(aWorld({ tenants: { labs: {} }, files: { [path]: 'onboarding: [' } }))).toMatchObject([
      { path: `platform-gitops/${path}`, code: 'unreadable_file' },
    ]);
  });

  it('names folders without a values file, and a folder in its place', () => {
    const files = {
      'tenants/catalog/catalog-info.yaml': 'a: 1',
      'services/labs/catalog/catalog-info.yaml': 'a: 1',
      'services/labs/nested/values.yaml/x': '',
    };
    const world = aWorld({ tenants, files });
    expect(seen(world)).toEqual([
      ['services/labs/catalog/', 'no_values_file'],
      ['services/labs/nested/', 'no_values_file'],
      ['tenants/catalog/', 'no_values_file'],
    ]);
    expect(inspectWorld(world)[1]?.message).toContain('values.yaml is a folder');
  });

  it('names submodules and links where a team or service should be', () => {
    const index = new FileIndex();
    const layout = new Layout('r');
    for (const path of ['r/services/sub', 'r/services/labs/sub', 'r/tenants/sub']) {
      index.set({ path, text: '', problem: 'it is a submodule' });
    }
    const world = new World('head', index, layout, aWorld().platform);
    expect(inspectWorld(world).map(({ path }) => path)).toEqual([
      'r/services/labs/sub',
      'r/services/sub',
      'r/tenants/sub',
    ]);
  });

  it('names services whose team has no file, and names that no tool takes', () => {
    const world = aWorld({
      tenants,
      services: { 'ghosts/api': GOOD, 'labs/2fa': GOOD, 'labs/ends-with-': GOOD, [`labs/a${'b'.repeat(31)}`]: GOOD },
    });
    expect(seen(world)).toEqual([
      ['services/ghosts/api/values.yaml', 'no_tenant'],
      ['services/labs/2fa/values.yaml', 'bad_name'],
      [`services/labs/a${'b'.repeat(31)}/values.yaml`, 'bad_name'],
      ['services/labs/ends-with-/values.yaml', 'bad_name'],
    ]);
  });

  it('does not promise administrators a service whose team has no file, and says what would bring it back', () => {
    const [problem] = inspectWorld(aWorld({ tenants, services: { 'ghosts/api': GOOD } }));
    expect(problem?.message).toBe(
      'platform-gitops/services/ghosts/api/values.yaml: there is no team ghosts, so no tool reaches this service until platform-gitops/tenants/ghosts/values.yaml exists.',
    );
  });

  it('names both sides of a host or an application that two services claim', () => {
    const services = {
      'labs/api': `${GOOD}ingress: {enabled: true, hosts: [shop.example.com]}\n`,
      'other/web': `${GOOD}ingress: {enabled: true, hosts: [Shop.Example.com, web.example.com]}\n`,
      'labs/a-b': GOOD,
      'labs-a/b': GOOD,
    };
    const problems = inspectWorld(aWorld({ tenants: { labs: {}, other: {}, 'labs-a': {} }, services }));
    expect(problems.map(({ path, code }) => [path, code])).toEqual([
      ['platform-gitops/services/labs-a/b/values.yaml', 'name_clash'],
      ['platform-gitops/services/labs/a-b/values.yaml', 'name_clash'],
      ['platform-gitops/services/labs/api/values.yaml', 'duplicate_host'],
      ['platform-gitops/services/other/web/values.yaml', 'duplicate_host'],
    ]);
    expect(problems[2]?.message).toContain('shop.example.com is also claimed by platform-gitops/services/other/web');
  });

  it('names five of many who claim one host, and says how many more', () => {
    const text = `${GOOD}ingress: {enabled: true, hosts: [a.b]}\n`;
    const services = Object.fromEntries(Array.from({ length: 2_000 }, (_, n) => [`labs/s${n}`, text]));
    const problems = inspectWorld(aWorld({ tenants, services }));
    expect(problems).toHaveLength(2_000);
    expect(problems.every(({ message }) => message.length < 600 && message.includes('and 1994 more'))).toBe(true);
  });

  it('looks at one file a step, and at a file that stays only once', () => {
    const world = withService(GOOD);
    expect([...inspecting(world)]).toHaveLength(2);
    const path = world.layout.serviceFile('labs', 'api');
    const file = world.file(path);
    if (!file) throw new Error('no file');
    const found = findingsOf(file, world.layout.kindOf(path));
    expect(findingsOf(file, world.layout.kindOf(path))).toBe(found);
    expect(inspectWorld(world.with([{ path, content: 'image: [' }])).map(({ code }) => code)).toEqual([
      'unreadable_file',
    ]);
    expect(inspectWorld(world)).toEqual([]);
  });
});

describe('oddities of a service', () => {
  it.each<[text: string, code: string, message: RegExp]>([
    ['', 'empty_file', /says nothing/],
    ['# soon\n', 'empty_file', /says nothing/],
    ['env: {A: b}\n', 'image_missing', /no image\.repository/],
    ['image: {repository: x}\n', 'image_missing', /no image\.tag/],
    ['image: {repository: x, tag: ""}\n', 'image_missing', /no image\.tag/],
    ['image: {repository: x, tag: 1.10}\n', 'number_for_text', /image\.tag is written as 1\.10 .* Helm makes 1\.1\./],
    [`${GOOD}env: []\n`, 'wrong_kind', /env is a list where a map belongs/],
    [`${GOOD}envFrom: {}\n`, 'wrong_kind', /envFrom is a map where a list belongs/],
    [`${GOOD}replicaCount: many\n`, 'wrong_kind', /replicaCount is text where a whole number/],
    [`${GOOD}replicaCount: -1\n`, 'wrong_kind', /replicaCount is another number/],
    [`${GOOD}service: {port: 70000}\n`, 'bad_port', /70000/],
    [`${GOOD}type: job\n`, 'unknown_type', /counts as worker/],
    [`${GOOD}probes: {liveness: false}\n`, 'wrong_kind', /probes\.liveness is true or false where a map/],
    [`${GOOD}ingress: {enabled: "true"}\n`, 'wrong_kind', /ingress\.enabled is text where true or false/],
    [`${GOOD}ingress: {enabled: true}\n`, 'ingress_without_host', /no host/],
    [`${GOOD}ingress: {hosts: [[a]]}\n`, 'wrong_kind', /ingress\.hosts\[0\] is a list/],
    [`${GOOD}ingress: {hosts: [{name: a}]}\n`, 'wrong_kind', /ingress\.hosts\[0\]\.host/],
    [`${GOOD}env: {A: [1]}\n`, 'wrong_kind', /env\.A is a list where text/],
    [
      `${GOOD}env: {A: on, B_TOKEN: 1.0}\n`,
      'number_for_text',
      /env\.A \(written on, printed true\), env\.B_TOKEN \(\[masked\]\)\.$/,
    ],
    [`${GOOD}resources: {limits: {cpu: lots}}\n`, 'bad_quantity', /resources\.limits\.cpu/],
    [`${GOOD}resources: {limits: {cpu: 010}}\n`, 'number_for_text', /written as 010 .* which is 8 to Helm/],
  ])('%j', (text, code, message) => expect(oddities(text)).toEqual([[code, expect.stringMatching(message)]]));

  it.each([
    'replicaCount: 0\n',
    'probes: {liveness: null}\n',
    'ingress: {enabled: false}\n',
    'env: {}\nexternalSecret: {}\nenvFrom: []\nextraContainers: []\ndbSecret: {}\n',
    'env: {PORT: 3000, DEBUG: true, NONE: null}\n',
    'resources: {limits: {cpu: null, memory: 0.5Gi}, requests: {cpu: 0.5}}\n',
    'dbSecret: {vaultPath: x}\n',
  ])('none: %j', (text) => expect(oddities(GOOD + text)).toEqual([]));

  it('shows text of the file as one line of bounded length', () => {
    const [[, message = ''] = []] = oddities(`image: {repository: x, tag: ${'1'.repeat(300)}}\n`);
    expect(message).toMatch(/1{80}… without/);
  });
});
