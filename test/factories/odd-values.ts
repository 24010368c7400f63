import fc from 'fast-check';
import { randomMap, seededRandom } from '../../src/platform/gitops/yaml/random-yaml.fixture';
import { type OddValue, OddWriter, plainData, type Random, Written } from './odd-writer';

type Keys = [key: string, value: OddValue][];
type Section = (random: Random) => Keys;

/** A file as people keep it, and what it means. */
export interface OddFile {
  readonly text: string;
  readonly data: unknown;
  /** Scalars that an alias elsewhere stands for: an edit of one of them is rightly refused. */
  readonly shared: boolean;
}

const pick = <T>(random: Random, values: readonly [T, ...T[]]): T => values[random(values.length)] ?? values[0];
/** Some of these keys, in their order. */
const some = (random: Random, keys: Readonly<Record<string, OddValue>>): Record<string, OddValue> =>
  Object.fromEntries(Object.entries(keys).filter(() => random(3) > 0));
const many = <T>(random: Random, most: number, make: (index: number) => T): T[] =>
  Array.from({ length: random(most + 1) }, (_, index) => make(index));

const REPOSITORY = 'ghcr.io/acme/api';
const TAGS = ['1.2.3', 'v1', '2026-11-01', 'main-0a1b2c3', '1.10', '12345', 'deadbeef', '1e3', 'latest'] as const;
const SCRIPT = [
  '#!/bin/sh',
  'set -eu',
  '# no YAML comment: image: not-a-key',
  'for table in orders items; do',
  '  psql -c "select \'x\'" | tee /tmp/log: # still script',
  'done',
  '',
  '  - name: looks-like-an-item',
  'exit 0',
];
const SETTINGS: readonly [OddValue, ...OddValue[]] = [
  'info',
  "it's fine",
  'a: b # no comment',
  'true',
  '8080',
  '',
  ' blanks around ',
  'tab\there',
  '{{ .Values.x }}',
  'https://api.example.org/v1?x=1&y=2',
  'line one\nline two\n',
  true,
  8080,
  new Written('0x1F', 31),
  new Written('1.10', 1.1),
  null,
];

const sidecar = (random: Random, index: number, image: string): OddValue => ({
  name: `c${index}`,
  image: pick(random, [image, 'busybox:1.36', image, 'ghcr.io/acme/other:1']),
  ...some(random, {
    command: ['sh', '-c', SCRIPT.slice(0, 1 + random(SCRIPT.length)).join('\n')],
    args: ['--index', String(index)],
    resources: { requests: { cpu: '10m', memory: '16Mi' } },
    env: [{ name: 'A', value: 'b' }],
  }),
});

const probe = (random: Random): OddValue =>
  pick<OddValue>(random, [
    null,
    { path: '/old' },
    { path: '/old', periodSeconds: 10 },
    { httpGet: { path: '/old', port: 'http' }, failureThreshold: 3 },
    { exec: { command: ['cat', '/tmp/ok'] } },
    { initialDelaySeconds: 5 },
    {},
  ]);

const secretEntry = (name: string): OddValue => ({ secretKey: name, remoteKey: 'teams/billing/api', property: name });

/** The sections a service's file may have, in some usual order. Each is made of its own random numbers: see `oddService`. */
const SECTIONS: Readonly<Record<string, Section>> = {
  type: (random) => [['type', pick(random, ['web', 'worker'])]],
  replicas: (random) => [['replicaCount', pick<OddValue>(random, [1, 2, 3, 0, 5])]],
  port: (random) => [['service', pick<OddValue>(random, [{ port: 3000 }, { type: 'ClusterIP', port: 80 }, {}])]],
  pullSecrets: (random) => [['imagePullSecrets', pick<OddValue>(random, [[], [{ name: 'ghcr' }]])]],
  resources: (random) => [
    ['resources', { requests: some(random, { cpu: '200m', memory: '256Mi' }), limits: { cpu: 1, memory: '1Gi' } }],
  ],
  env: (random) => {
    const names = many(random, 6, (index) => [`NAME_${index}`, pick(random, SETTINGS)] as const);
    return [['env', random(8) === 0 ? null : Object.fromEntries(names)]];
  },
  probes: (random) => [
    ['probes', some(random, { liveness: probe(random), readiness: probe(random), startup: probe(random) })],
  ],
  autoscaling: (random) => [
    [
      'autoscaling',
      random(8) === 0
        ? {}
        : {
            enabled: random(2) === 0,
            ...some(random, { minReplicas: 2, maxReplicas: 4, targetCPUUtilizationPercentage: 70 }),
          },
    ],
  ],
  secrets: (random) => {
    const names = ['OLD_KEY', 'SECOND_KEY', 'THIRD_KEY'].slice(0, 1 + random(3));
    const target = pick(random, ['api-secrets', 'api-secrets', 'by-hand']);
    const source = { secretRef: { name: target } };
    return [
      ['externalSecret', { targetSecret: target, data: names.map(secretEntry) }],
      ['envFrom', pick<OddValue>(random, [[source], [{ configMapRef: { name: 'shared' } }, source]])],
    ];
  },
  cleared: (random) => [
    ['externalSecret', pick<OddValue>(random, [{}, null])],
    ['envFrom', pick<OddValue>(random, [[], [{ configMapRef: { name: 'shared' } }]])],
  ],
  ingress: () => [
    [
      'ingress',
      { enabled: true, hosts: ['api.example.org', 'www.example.org'], tls: [{ secretName: 'x', hosts: [] }] },
    ],
  ],
  initContainers: (random) => {
    const image = `${REPOSITORY}:${random(4) === 0 ? '0.9' : 'SAME'}`;
    return [['initContainers', many(random, 3, (index) => sidecar(random, index, image))]];
  },
  extraContainers: (random) => [
    ['extraContainers', many(random, 2, (index) => sidecar(random, index, `${REPOSITORY}:SAME`))],
  ],
  configMaps: (random) => [
    [
      'configMaps',
      Object.fromEntries(
        many(random, 3, (index) => [`scripts-${index}`, { 'run.sh': SCRIPT.join('\n') + '\n', level: index }]),
      ),
    ],
  ],
  database: () => [
    ['dbSecret', { vaultPath: 'teams/billing/api/database' }],
    ['dbInitJob', { enabled: false, image: 'postgres:17', replicaCount: 1, tag: '1.2.3' }],
  ],
  notes: (random) => [['x-notes', randomMap(random, 1 + random(4), 2)]],
  anchors: () => [
    ['x-labels', new Written('&labels {owner: ada, tier: "1"}', { owner: 'ada', tier: '1' })],
    ['podAnnotations', new Written('*labels', { owner: 'ada', tier: '1' })],
    ['extraObjects', new Written('[]  # &no *anchor', [])],
  ],
  backstage: () => [['backstage', { lifecycle: 'production', owner: 'team-billing', description: 'a: long "story"' }]],
};
export const SECTION_NAMES = Object.keys(SECTIONS);

/** Rarely, the very things operations change are shared through an anchor. */
function share(random: Random, keys: Keys): boolean {
  const env = keys.find(([key]) => key === 'env')?.[1];
  if (random(40) > 0 || typeof env !== 'object' || env === null || Object.keys(env).length === 0) return false;
  const [name = ''] = Object.keys(env);
  (env as Record<string, OddValue>)[name] = new Written('&shared production', 'production');
  keys.push(['x-stage', new Written('*shared', 'production')]);
  return true;
}

function image(random: Random): { keys: Keys; tag: string } {
  const tag = pick(random, [...TAGS] as [string, ...string[]]);
  const digest = { digest: `sha256:${'0a'.repeat(32)}` };
  const value = {
    repository: REPOSITORY,
    tag,
    ...some(random, { pullPolicy: 'Always' }),
    ...(random(10) === 0 && digest),
  };
  return { keys: [['image', value]], tag };
}

/** Containers said to run the same image get the very tag. */
const withTag = (value: OddValue, tag: string): OddValue => {
  if (typeof value === 'string') return value.replace('SAME', tag);
  if (value instanceof Written || typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map((each) => withTag(each, tag));
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, withTag(each, tag)]));
};

/** Every section has random numbers of its own, so that fewer sections leave the others as they were. */
function sectionRandom(seed: number, name: string): Random {
  return seededRandom([...name].reduce((mixed, letter) => (mixed * 31 + letter.charCodeAt(0)) | 0, seed));
}

function write(seed: number, keys: Keys): string {
  const writer = new OddWriter(sectionRandom(seed, 'habits'));
  for (const [key, value] of keys) writer.section(key, value, sectionRandom(seed, `layout of ${key}`));
  return writer.text(sectionRandom(seed, 'ending'));
}

/** A service's file with these sections; `scripts` more scripts make it as large as one wants. */
export function oddService(seed: number, sections: readonly string[], scripts = 0): OddFile {
  const { keys: first, tag } = image(sectionRandom(seed, 'image'));
  const made = sections.flatMap((name) => SECTIONS[name]?.(sectionRandom(seed, name)) ?? []);
  const keys: Keys = [...first, ...new Map(made)].map(([key, value]) => [key, withTag(value, tag)]);
  const shared = share(sectionRandom(seed, 'anchor'), keys);
  for (let index = 0; index < scripts; index += 1) {
    keys.push([`x-script-${index}`, { limit: index, 'run.sh': `${SCRIPT.join('\n')}\n`, note: SCRIPT.join('\n') }]);
  }
  const random = sectionRandom(seed, 'order');
  keys.sort(() => (random(6) === 0 ? 1 : 0) - (random(6) === 0 ? 1 : 0));
  const anchored = new Set(['podAnnotations', 'x-stage']);
  const ordered = [...keys.filter(([key]) => !anchored.has(key)), ...keys.filter(([key]) => anchored.has(key))];
  return { text: write(seed, ordered), data: plainData(Object.fromEntries(ordered)), shared };
}

const seeds = fc.integer({ min: 0, max: 2 ** 31 - 1 });

/** Service files with any of these sections; shrinks to fewer of them. */
export const oddServicesOf = (sections: string[]): fc.Arbitrary<OddFile> =>
  fc.tuple(seeds, fc.subarray(sections)).map(([seed, some]) => oddService(seed, some));

export const oddServices = oddServicesOf(SECTION_NAMES);

/** What a template can say that the chart takes. */
export const oddTemplates = oddServicesOf([
  'port',
  'resources',
  'probes',
  'pullSecrets',
  'configMaps',
  'notes',
  'backstage',
]);

/** A tenant's file. */
export function oddTenant(seed: number, team: string): OddFile {
  const random = sectionRandom(seed, 'tenant');
  const tenant: Record<string, OddValue> = {
    name: team,
    ...some(random, {
      displayName: pick(random, ['Billing', '', "Ada's: team", null]),
      description: 'medicine\n  and more\n',
      contactEmail: 'a@example.org',
      githubTeams: [{ team: 'acme/billing', role: 'developer' }],
      limitRange: { enabled: true, default: { cpu: '500m', memory: '256Mi' } },
      networking: { allowIntraNamespace: true, allowInternetEgress: false },
    }),
    members: [
      { userId: 'grace', role: 'owner' },
      { userId: 'alan', role: 'developer', since: new Written('2026-01-01', '2026-01-01') },
    ],
    quotas: { 'requests.cpu': '1000', pods: '1000', 'limits.memory': new Written('3000Gi', '3000Gi') },
  };
  const keys: Keys = [['tenant', tenant], ...(random(2) === 0 ? ([['x-notes', 'by hand']] as Keys) : [])];
  return { text: write(seed, keys), data: plainData(Object.fromEntries(keys)), shared: false };
}

export const oddTenants = (team: string): fc.Arbitrary<OddFile> => seeds.map((seed) => oddTenant(seed, team));
