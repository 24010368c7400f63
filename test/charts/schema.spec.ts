import { helmTemplate } from '../support/helm';
import { parseAsHelm, valuesValidator } from '../support/values-schema';

const image = 'image: { repository: ghcr.io/acme/payments, tag: 1.2.3 }\n';

/**
 * Values files as people write them, and whether they are any good. Helm looks at them merged with the defaults, the
 * program (ajv) at the file alone: both must come to the same verdict, or a commit would pass that never renders.
 */
const service: [verdict: 'valid' | 'invalid', what: string, text: string][] = [
  ['valid', 'an image with a tag', image],
  ['valid', 'an image with a digest', `image: { repository: nginx, digest: "sha256:${'0'.repeat(64)}" }`],
  ['valid', 'an image of a registry with a port', 'image: { repository: localhost:5000/a/b_c, tag: main-0a1b2c3 }'],
  ['valid', 'a tag of digits in quotes', 'image: { repository: nginx, tag: "20260101" }'],
  ['invalid', 'an empty file', '{}'],
  ['invalid', 'no repository', 'image: { tag: 1.2.3 }'],
  ['invalid', 'neither tag nor digest', 'image: { repository: nginx }'],
  ['invalid', 'an empty tag', 'image: { repository: nginx, tag: "" }'],
  ['invalid', 'a tag that is a number', 'image: { repository: nginx, tag: 1.10 }'],
  ['invalid', 'a tag that is a number in YAML 1.1 only', 'image: { repository: nginx, tag: 1_000 }'],
  ['invalid', 'a tag with a blank', 'image: { repository: nginx, tag: "1 2" }'],
  ['invalid', 'a misspelt tag', 'image: { repository: nginx, tag: 1.2.3, tga: 1.2.4 }'],
  ['invalid', 'a tag inside the repository', 'image: { repository: "nginx:1.2.3", tag: 1.2.3 }'],
  ['invalid', 'a digest of another length', 'image: { repository: nginx, digest: "sha256:abc" }'],
  ['invalid', 'no image at all', 'image: null'],

  ['valid', 'a worker', `${image}type: worker`],
  ['invalid', 'another type', `${image}type: job`],
  ['invalid', 'a worker with an ingress', `${image}type: worker\ningress: { enabled: true, host: a.example.com }`],

  ['valid', 'a port', `${image}service: { port: 3000 }`],
  ['invalid', 'port 0', `${image}service: { port: 0 }`],
  ['invalid', 'port 65536', `${image}service: { port: 65536 }`],
  ['invalid', 'a port in words', `${image}service: { port: http }`],
  ['invalid', 'a misspelt port', `${image}service: { prot: 80 }`],

  ['valid', 'no replicas', `${image}replicaCount: 0`],
  ['valid', 'cleared replicas', `${image}replicaCount: null`],
  ['invalid', 'replicas in words', `${image}replicaCount: "two"`],
  ['invalid', 'replicas in quotes', `${image}replicaCount: "2"`],
  ['invalid', 'half a replica', `${image}replicaCount: 0.5`],
  ['invalid', 'fewer replicas than none', `${image}replicaCount: -1`],

  ['valid', 'autoscaling', `${image}autoscaling: { enabled: true, minReplicas: 1, maxReplicas: 3 }`],
  ['invalid', 'a misspelt autoscaling key', `${image}autoscaling: { enabled: true, maxReplica: 3 }`],
  ['invalid', 'autoscaling in words', `${image}autoscaling: { enabled: "yes" }`],
  ['invalid', 'no autoscaling block', `${image}autoscaling: null`],

  ['valid', 'env of any scalar', `${image}env: { A: x, B: 1, C: true, D: 0.5, E: "" }`],
  ['valid', 'cleared env', `${image}env: {}\nenvFrom: []\nexternalSecret: {}`],
  ['invalid', 'env with a list', `${image}env: { A: [1] }`],
  ['invalid', 'env with a map', `${image}env: { A: { valueFrom: x } }`],
  ['invalid', 'env as a list', `${image}env: [{ name: A, value: x }]`],
  ['invalid', 'an env name with a blank', `${image}env: { "A B": x }`],
  ['valid', 'envFrom', `${image}envFrom: [{ secretRef: { name: x, optional: true } }, { configMapRef: { name: z } }]`],
  ['invalid', 'a name that YAML 1.1 takes for a boolean', `${image}envFrom: [{ secretRef: { name: y } }]`],
  ['invalid', 'envFrom without a name', `${image}envFrom: [{ secretRef: {} }]`],

  ['valid', 'probes off', `${image}probes: { liveness: null, readiness: null }`],
  ['valid', 'all probes off', `${image}probes: null`],
  ['valid', 'a probe with a path only', `${image}probes: { liveness: { path: /up } }`],
  ['valid', 'a probe by command', `${image}probes: { startup: { exec: { command: [cat, /ready] } } }`],
  ['invalid', 'a misspelt probe', `${image}probes: { livenes: { path: /up } }`],
  ['invalid', 'a misspelt probe key', `${image}probes: { liveness: { pth: /up } }`],

  [
    'valid',
    'resources',
    `${image}resources: { requests: { cpu: 0.5, memory: 1Gi }, limits: { cpu: 2, memory: 1.5Gi } }`,
  ],
  ['invalid', 'a misspelt resource', `${image}resources: { requests: { memroy: 1Gi } }`],
  ['invalid', 'misspelt limits', `${image}resources: { limit: { cpu: 1 } }`],
  ['invalid', 'an unknown unit', `${image}resources: { limits: { memory: 512MB } }`],

  ['valid', 'an ingress with a host', `${image}ingress: { enabled: true, host: a.example.com }`],
  ['valid', 'an ingress with host as a list', `${image}ingress: { enabled: true, host: [a.example.com] }`],
  [
    'valid',
    'an ingress with hosts and tls',
    `${image}ingress: { enabled: true, hosts: [a.b.c], tls: [{ secretName: x, hosts: [a.b.c] }] }`,
  ],
  ['valid', 'an ingress switched off', `${image}ingress: { enabled: false }`],
  ['invalid', 'an ingress without a host', `${image}ingress: { enabled: true }`],
  ['invalid', 'an ingress with an empty host', `${image}ingress: { enabled: true, host: "" }`],
  ['invalid', 'a host with a scheme', `${image}ingress: { enabled: true, hosts: ["https://a.example.com"] }`],
  ['invalid', 'a misspelt ingress key', `${image}ingress: { enabled: true, host: a.example.com, annotation: {} }`],
  ['invalid', 'a misspelt tls key', `${image}ingress: { enabled: true, host: a.example.com, tls: [{ secret: x }] }`],
  ['valid', 'an extra ingress', `${image}extraIngresses: [{ name: api, hosts: [a.example.com], path: /v1 }]`],
  ['invalid', 'an extra ingress without hosts', `${image}extraIngresses: [{ name: api }]`],

  ['valid', 'a database secret without a name', `${image}dbSecret: { vaultPath: teams/a/b/database }`],
  ['valid', 'no database secret', `${image}dbSecret: null`],
  ['invalid', 'a database secret from nowhere', `${image}dbSecret: {}`],
  [
    'valid',
    'an external secret',
    `${image}externalSecret: { targetSecret: x, data: [{ secretKey: A, remoteKey: b, property: A }] }`,
  ],
  ['invalid', 'an external secret without a source', `${image}externalSecret: { data: [{ secretKey: A }] }`],
  [
    'invalid',
    'a stolen account token',
    `${image}extraExternalSecrets: { x: { targetTemplateType: kubernetes.io/service-account-token } }`,
  ],

  ['valid', 'a volume', `${image}persistence: { data: { size: 1Gi, mountPath: /data } }`],
  ['invalid', 'a disk of the node', `${image}extraVolumes: [{ name: x, hostPath: { path: / } }]`],
  ['invalid', 'labels of Argo Workflows', `${image}podLabels: { workflows.argoproj.io/workflow: x }`],
  ['valid', 'cleared lists', `${image}extraContainers: []\ninitContainers: []\ncommand: []\nstrategy: {}`],
  ['valid', 'notes for other tools', `${image}owner: ann\nsecurityContext: {}\nblueGreen: { enabled: false }`],
];

const tenant: typeof service = [
  ['valid', 'a name', 'tenant: { name: billing }'],
  [
    'valid',
    'what older repositories hold',
    'tenant: { name: x, ghcrCredentials: { enabled: false }, teams: [] }\npodSecurityObserveLevel: restricted',
  ],
  ['invalid', 'an empty file', '{}'],
  ['invalid', 'no name', 'tenant: { displayName: Billing }'],
  ['invalid', 'a name that is no DNS label', 'tenant: { name: Billing_1 }'],
  ['invalid', 'a name with a hyphen at the end', 'tenant: { name: billing- }'],
  ['valid', 'members', 'tenant: { name: x, members: [{ userId: ann, role: owner }, { userId: bob, role: viewer }] }'],
  ['invalid', 'a member with another role', 'tenant: { name: x, members: [{ userId: ann, role: boss }] }'],
  ['invalid', 'a member without a role', 'tenant: { name: x, members: [{ userId: ann }] }'],
  ['valid', 'a GitHub team', 'tenant: { name: x, githubTeams: [{ team: acme/billing, role: developer }] }'],
  [
    'invalid',
    'a GitHub team without its organisation',
    'tenant: { name: x, githubTeams: [{ team: billing, role: developer }] }',
  ],
  [
    'valid',
    'quotas',
    'tenant: { name: x, quotas: { requests.cpu: 500m, limits.cpu: 3, limits.memory: 4Gi, pods: "10", services: 5 } }',
  ],
  ['invalid', 'a misspelt quota', 'tenant: { name: x, quotas: { request.cpu: 1 } }'],
  ['invalid', 'a quota of many', 'tenant: { name: x, quotas: { pods: many } }'],
  ['invalid', 'a quota below nothing', 'tenant: { name: x, quotas: { pods: -1 } }'],
  ['invalid', 'a misspelt key', 'tenant: { name: x, quota: { pods: 1 } }'],
  ['invalid', 'a misspelt switch', 'tenant: { name: x, networking: { allowInternet: true } }'],
  ['invalid', 'a switch in words', 'tenant: { name: x, networking: { allowInternetEgress: "no" } }'],
  ['valid', 'baseline', 'tenant: { name: x }\npodSecurityLevel: baseline'],
  ['invalid', 'privileged', 'tenant: { name: x }\npodSecurityLevel: privileged'],
  ['valid', 'no preview', 'tenant: { name: x, preview: { enabled: false } }'],
];

describe.each([
  ['service', service],
  ['tenant', tenant],
])('values of chart %s', (chart, table) => {
  const validate = valuesValidator(chart);

  it.each(table)('%s: %s', async (verdict, _, text) => {
    const helm = await helmTemplate({ chart, values: text }).then(
      () => 'valid',
      () => 'invalid',
    );
    const ajv = validate(parseAsHelm(text)) ? 'valid' : 'invalid';
    expect({ helm, ajv }).toEqual({ helm: verdict, ajv: verdict });
  });
});

describe('the words of a refusal', () => {
  it('name the place and the misspelt key', async () => {
    const text = 'image: { repository: nginx, tag: "1", tga: "2" }';
    const validate = valuesValidator('service');
    validate(parseAsHelm(text));
    expect(validate.errors).toMatchObject([{ instancePath: '/image', params: { additionalProperty: 'tga' } }]);
    await expect(helmTemplate({ chart: 'service', values: text })).rejects.toThrow(/\/image.*tga/);
  });
});
