import fc from 'fast-check';
import { NOW, planOf, textOfPlan } from '../../test/factories/plan';
import { aWorld } from '../../test/factories/world';
import { Conflict, InvalidInput } from '../platform/errors';
import { toYaml, parseYaml, type YamlValue } from '../platform/gitops/yaml';
import { createPreview } from './create-preview.operation';
import { previewValues } from './values/preview-values';
import type { PreviewAbout } from './values/rewrite';

const RUNS = Number(process.env.MCTL_PROPERTY_RUNS ?? 2000);

/** Paths, names and hosts of production, and some that only look like them. */
const text = fc.oneof(
  { arbitrary: fc.constantFrom('a', 'b', 'info', '8080', 'true', '', 'x: y', '# no comment'), weight: 3 },
  {
    arbitrary: fc.constantFrom(
      'teams/billing/api',
      'teams/billing/api/stripe',
      'teams/billing/api/preview',
      'teams/billing/api/preview/../stripe',
      'teams/billing/database',
      'teams/other/api',
      'teams/other/api/preview',
      'teams/billing',
      '/teams/billing/api',
      'secret/data/teams/billing/api/stripe',
      'x=teams/billing/api;y',
      'https://vault:8200/v1/secret/data/teams/other/api',
      'platform/ghcr',
      'secret/platform/ghcr',
    ),
    weight: 3,
  },
  { arbitrary: fc.constantFrom('api-secrets', 'prod-secrets', 'db', 'settings', 'billing-api-db-creds'), weight: 2 },
  { arbitrary: fc.constantFrom('pay.example.com', 'billing-api.apps.example.org', 'x.pay.example.com'), weight: 1 },
);
const word = fc.constantFrom('A', 'LOG_LEVEL', 'note', 'vaultPath', 'secretName', 'remoteKey', 'name', 'host', 'path');
const anything = fc.letrec<{ node: YamlValue }>((tie) => ({
  node: fc.oneof(
    { maxDepth: 3 },
    text,
    fc.constantFrom<YamlValue>(null, true, false, 1, 3.5),
    fc.array(tie('node'), { maxLength: 3 }),
    fc.dictionary(word, tie('node'), { maxKeys: 3 }),
  ),
})).node;
const named = fc.record({ name: text });
const entry = fc.record(
  { secretKey: text, remoteKey: text, property: text },
  { requiredKeys: ['secretKey', 'remoteKey'] },
);
const external = fc.record(
  {
    targetSecret: text,
    store: fc.constantFrom('tenant-store', 'vault-backend'),
    data: fc.array(entry, { maxLength: 3 }),
    targetTemplateData: fc.dictionary(word, text),
  },
  { requiredKeys: ['data'] },
);
const source = fc.oneof(
  fc.record({ secretRef: named }),
  fc.record({ configMapRef: named }),
  fc.record({ prefix: text }),
);
const variable = fc.oneof(
  fc.record({ name: word, value: text }),
  fc.record({ name: word, valueFrom: fc.record({ secretKeyRef: fc.record({ name: text, key: text }) }) }),
);
const volume = fc.oneof(
  fc.record({ name: word, secret: fc.record({ secretName: text }) }),
  fc.record({
    name: word,
    projected: fc.record({ sources: fc.array(fc.record({ secret: named }), { maxLength: 2 }) }),
  }),
  fc.record({ name: word, emptyDir: fc.constant({}) }),
  fc.record({ name: word, nfs: anything }),
);
const container = fc.record(
  {
    name: word,
    image: fc.constantFrom('ghcr.io/acme/api:1.0.0', 'ghcr.io/teams/billing/api:1'),
    env: fc.array(variable, { maxLength: 2 }),
    envFrom: fc.array(source, { maxLength: 2 }),
    command: fc.array(text, { maxLength: 2 }),
  },
  { requiredKeys: ['name', 'image'] },
);

/** What people may write, right or wrong: each key in its own form, or as anything at all. */
const KEYS: Record<string, fc.Arbitrary<YamlValue>> = {
  env: fc.dictionary(word, text, { maxKeys: 3 }),
  envFrom: fc.array(source, { maxLength: 3 }),
  externalSecret: external,
  extraExternalSecrets: fc.dictionary(word, external, { maxKeys: 2 }),
  dbSecret: fc.record({ vaultPath: text, secretName: text }),
  configMaps: fc.dictionary(word, fc.dictionary(word, text), { maxKeys: 2 }),
  extraVolumes: fc.array(volume, { maxLength: 2 }),
  initContainers: fc.array(container, { maxLength: 2 }),
  extraContainers: fc.array(container, { maxLength: 2 }),
  imagePullSecrets: fc.array(named, { maxLength: 2 }),
  ingress: fc.record(
    {
      enabled: fc.boolean(),
      host: text,
      hosts: fc.array(text, { maxLength: 2 }),
      tls: anything,
      annotations: fc.dictionary(word, text),
    },
    { requiredKeys: [] },
  ),
  extraIngresses: anything,
  persistence: fc.dictionary(word, fc.record({ size: text, enabled: fc.boolean() }, { requiredKeys: [] })),
  extraObjects: anything,
  podAnnotations: fc.dictionary(word, text),
  podLabels: fc.dictionary(word, text),
  probes: anything,
  serviceAccount: anything,
  registryCredentials: anything,
  dbInitJob: anything,
  args: fc.array(text, { maxLength: 3 }),
  affinity: anything,
  notes: anything,
  telegram: anything,
  host: text,
};
const values = fc
  .record(
    Object.fromEntries(
      Object.entries(KEYS).map(([key, own]) => [
        key,
        fc.oneof({ arbitrary: own, weight: 9 }, { arbitrary: anything, weight: 1 }),
      ]),
    ),
    { requiredKeys: [] },
  )
  // A file of all keys is always refused for one of them: most have a few.
  .chain((all) =>
    fc
      .subarray(Object.keys(all), { maxLength: 5 })
      .map((keys) => Object.fromEntries(keys.map((key) => [key, all[key] as YamlValue]))),
  );

/** Every string that an application, the chart or the cluster could read, with its path; images are no paths of the store. */
function* strings(value: unknown, path: string): Iterable<[path: string, text: string]> {
  if (typeof value === 'string') yield [path, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [key, item] of Object.entries(value)) {
    yield [`${path}.${key}`, key];
    if (key !== 'image' && key !== 'repository') yield* strings(item, `${path}.${key}`);
  }
}

const OF_PRODUCTION =
  /teams\/+(?:other|billing(?!\/api\/preview(?:$|[^.])|\/database\/preview))|secret\/|preview\/\.\.|^platform\//;
const HOSTS = /(?<![.a-z])(?:pay\.example\.com|billing-api\.apps\.example\.org)/;

const IMAGE = { repository: 'ghcr.io/acme/api', tag: '1.0.0' };
const ID = 'a1b2c3';
const ABOUT: PreviewAbout = {
  team: 'billing',
  service: 'api',
  id: ID,
  imageTag: '2.0.0',
  host: `billing-api-${ID}.apps.example.org`,
  clusterIssuer: 'letsencrypt-prod',
  createdAt: NOW,
  expiresAt: NOW,
  requestedBy: 'ada',
  hosts: ['pay.example.com', 'billing-api.apps.example.org'],
  isTeam: (name) => ['billing', 'other'].includes(name),
};

/** Undefined where it was refused. */
function accepted<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof Conflict || error instanceof InvalidInput) return undefined;
    throw error;
  }
}

describe('whatever the service’s file looks like', () => {
  it(`lets nothing of production survive in a preview’s values (${RUNS} files)`, () => {
    let count = 0;
    const property = fc.property(values, (data) => {
      const made = accepted(() => previewValues({ image: IMAGE, ...data }, ABOUT, 'file').values);
      if (made === undefined) return;
      count += 1;
      expect(leaks(made as Record<string, unknown>, ID)).toEqual([]);
    });
    fc.assert(property, { numRuns: RUNS });
    // A rule that refuses everything would prove nothing.
    expect(count).toBeGreaterThan(RUNS / 20);
  });

  it(`lets nothing of it survive in the text of the file either (${RUNS / 20} files)`, () => {
    const property = fc.property(values, (data) => {
      const file = toYaml({ image: IMAGE, ...data });
      const world = aWorld({ tenants: { billing: {}, other: {} }, services: { 'billing/api': file } });
      const plan = accepted(() =>
        planOf(createPreview, world, { team: 'billing', service: 'api', image_tag: '2.0.0' }),
      );
      if (plan === undefined) return;
      const read = parseYaml(textOfPlan(plan)) as Record<string, unknown>;
      expect(leaks(read, String(plan.answer.preview_id))).toEqual([]);
    });
    fc.assert(property, { numRuns: RUNS / 20 });
  });
});

function leaks(preview: Record<string, unknown>, id: string): string[] {
  const paths = [...strings(preview, '')].filter(([, text]) => OF_PRODUCTION.test(text));
  const hosts = [...strings({ ingress: preview.ingress, extraIngresses: preview.extraIngresses }, '')].filter(
    ([path, text]) => /hosts|\.host|tls|extra/.test(path) && HOSTS.test(text),
  );
  const references = [...strings(preview, '')].filter(
    ([path, text]) =>
      /(secretRef|secretKeyRef|secret)\.(name|secretName)$|targetSecret$/.test(path) &&
      !['name', 'secretName', 'targetSecret'].includes(text) &&
      !text.endsWith(id),
  );
  const keys = [
    'dbSecret',
    'persistence',
    'extraObjects',
    'serviceAccount',
    'extraIngresses',
    'telegram',
    'notes',
    'host',
  ];
  const kept = keys.filter((key) => preview[key] !== undefined && preview[key] !== null);
  return [...paths, ...hosts, ...references].map(([path, text]) => `${path}: ${text}`).concat(kept);
}
