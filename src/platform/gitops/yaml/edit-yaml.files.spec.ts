import { diffArrays } from 'diff';
import { editYaml, parseYaml, type YamlEdit, type YamlValue } from './edit-yaml';

const HEAD = `# Values of the shop service. Owned by team-shop; the platform edits image, env and replicas.
# vim: set ft=yaml:

replicaCount: 2   # scaled by hand during sales

image:
  repository: "registry.example.com/shop/api"
  tag: "1.10"                # kept by MCTL
  pullPolicy: IfNotPresent

imagePullSecrets: []
nameOverride:    ''

# --- Runtime -----------------------------------------------------------
env:
  LOG_LEVEL: info            # debug | info
  DATABASE_HOST: &database 'db.internal'
  # Quoted on purpose: Helm would make it an int.
  PORT: "8080"
  FEATURES: a,b,c

  REGION: eu-west-1
  # OLD_FLAG: "1"

envFrom:
- secretRef:
    name: shop-secrets
- configMapRef: {name: shop-config, optional: true}

migration:
  host: *database
  script: |
    #!/bin/sh
    set -eu
    # not a YAML comment
    for table in orders items; do
      psql -c "select count(*) from $table" | tee -a /tmp/log: # still script
    done

      indented: yes

    exit 0

  # about the timeout
  timeout: 300s

resources:
  limits: {cpu: "1", memory: 512Mi}
  requests:
    cpu: 100m
    memory: 128Mi


probes:
  liveness:  {httpGet: {path: /healthz, port: http}}
  readiness:
    httpGet:
      path: >-
        /ready?verbose=1
        &wait=1
      port: http

`;

const SIDECARS = Array.from({ length: 18 }, (_, index) =>
  [
    `  # sidecar ${index}`,
    `  - name: sidecar-${index}`,
    `    image: 'busybox:1.${index}'  # pinned`,
    `    args: ["--index", "${index}", --verbose]`,
    '    env: []',
    `    memory:   ${index}Mi`,
    '',
  ].join('\n'),
).join('\n');

const TAIL = `
tolerations: [
  {key: spot, operator: Exists},   # cheap nodes
  {key: arm, operator: Exists}
]
affinity: {}
ingress:
  enabled: false
  hosts:
    - host: shop.example.com
      paths: [/, /api]
# the end`;

const VALUES = `${HEAD}sidecars:\n${SIDECARS}${TAIL}`;

/** Lines that differ, as `-old` and `+new`. */
function changes(before: string, after: string): string[] {
  const lines = (text: string): string[] => text.split('\n');
  return diffArrays(lines(before), lines(after)).flatMap(({ added, removed, value }) =>
    added || removed ? value.map((line) => (added ? '+' : '-') + line) : [],
  );
}

describe('a Helm values file of 200 lines', () => {
  const cases: [string, YamlEdit, string[]][] = [
    [
      'image tag',
      { path: ['image', 'tag'], set: '1e3' },
      ['-  tag: "1.10"                # kept by MCTL', '+  tag: "1e3"                # kept by MCTL'],
    ],
    [
      'replicas',
      { path: ['replicaCount'], set: 3 },
      ['-replicaCount: 2   # scaled by hand during sales', '+replicaCount: 3   # scaled by hand during sales'],
    ],
    ['new variable', { path: ['env', 'a.b c'], set: 'x: #1' }, ['+  a.b c: "x: #1"']],
    ['deleted variable', { path: ['env', 'PORT'], delete: true }, ['-  PORT: "8080"']],
    ['alias', { path: ['migration', 'host'], set: 'other' }, ['-  host: *database', '+  host: other']],
    ['key after the script', { path: ['migration', 'retries'], set: 1 }, ['+  retries: 1']],
    [
      'folded scalar',
      { path: ['probes', 'readiness', 'httpGet', 'path'], set: '/r' },
      ['-      path: >-', '-        /ready?verbose=1', '-        &wait=1', '+      path: /r'],
    ],
    [
      'empty list',
      { path: ['sidecars', 4, 'env', 0], set: { name: 'A', value: '1' } },
      ['-    env: []', '+    env:', '+      - name: A', '+        value: "1"'],
    ],
    [
      'flow list',
      { path: ['tolerations', 2], set: { key: 'gpu' } },
      ['-  {key: arm, operator: Exists}', '+  {key: arm, operator: Exists},', '+  {key: gpu}'],
    ],
    [
      'empty map',
      { path: ['affinity', 'nodeAffinity', 'x'], set: [] },
      ['-affinity: {}', '+affinity:', '+  nodeAffinity:', '+    x: []'],
    ],
    ['last key', { path: ['podLabels', 'team'], set: 'shop' }, ['+podLabels:', '+  team: shop']],
    [
      'list without indentation',
      { path: ['envFrom', 2, 'secretRef', 'name'], set: 'more' },
      ['+- secretRef:', '+    name: more'],
    ],
  ];

  it.each(cases)('changes only the lines of: %s', (_name, edit, expected) => {
    expect(VALUES.split('\n').length).toBeGreaterThan(195);
    expect(changes(VALUES, editYaml(VALUES, [edit]))).toEqual(expected);
    const carriage = VALUES.replaceAll('\n', '\r\n');
    expect(editYaml(carriage, [edit])).toBe(editYaml(VALUES, [edit]).replaceAll('\n', '\r\n'));
  });

  it('refuses to change the anchored host', () => {
    expect(() => editYaml(VALUES, [{ path: ['env', 'DATABASE_HOST'], set: 'x' }])).toThrow('["env","DATABASE_HOST"]');
  });

  it('keeps the script byte for byte', () => {
    const before = parseYaml(VALUES) as { migration: { script: string } };
    const edits: YamlEdit[] = cases.map(([, edit]) => edit);
    const after = parseYaml(editYaml(VALUES, edits)) as { migration: { script: string } };
    expect(after.migration.script).toBe(before.migration.script);
    expect(after.migration.script).toContain('  indented: yes\n\nexit 0\n');
  });
});

describe('a file of 70 kB', () => {
  const services = Array.from({ length: 1000 }, (_, index) =>
    [`service-${index}:`, `  # note ${index}`, `  image: {tag: "v${index}"} # tag`, `  replicas: ${index}`, ''].join(
      '\n',
    ),
  ).join('\n');

  it('takes one edit in the middle and a whole map at once, in good time', () => {
    expect(services.length).toBeGreaterThan(70_000);
    const started = performance.now();
    const once = editYaml(services, [{ path: ['service-450', 'image', 'tag'], set: 'v2' }]);
    expect(once).toBe(services.replace('"v450"', '"v2"'));
    const data = parseYaml(services) as Record<string, Record<string, YamlValue>>;
    const scaled = Object.fromEntries(Object.entries(data).map(([name, value]) => [name, { ...value, replicas: 7 }]));
    expect(editYaml(services, [{ path: [], set: scaled }])).toBe(services.replace(/replicas: \d+/g, 'replicas: 7'));
    expect(performance.now() - started).toBeLessThan(20_000);
  });
});
