import { at } from '../support/paths';

/** Files of a repository in the layout of the upstream platform, as people and scripts left them. Paths are below its root folder. */
export const TENANTS: Readonly<Record<string, string>> = {
  labs: `# Tenant: labs
# 2026-05: quota raised after a workflow pod was stuck Pending (#633)
tenant:
  name: labs
  displayName: "labs"
  description: "medicine"
  members:
    - userId: "olga"
      role: "owner"
    - userId: dave
      role: developer
    - userId: bob
      role: boss   # a role of the portal, not of git
  quotas:
    requests.cpu: 20.5
    requests.memory: 40.5Gi
    limits.cpu: "40"
    limits.memory: 80Gi
    pods: 200
    persistentvolumeclaims: "5"
    services: 10
  limitRange:
    enabled: true
    default: {cpu: 500m, memory: 256Mi}
  networking:
    allowInternetEgress: yes
  ghcrCredentials:
    enabled: false
podSecurityLevel: "baseline"
`,
  admins:
    'tenant:\n  name: admins\n  members:\n    - userId: root\n      role: owner\n  externalSecretPatchTargets: [a, b]\n',
  tabs: 'tenant:\n\tname: tabs\n',
  empty: '',
  remarks: '# nothing but remarks\n# since 2026-02\n',
  listed: 'tenant:\n  name: listed\n  members:\n    olga: owner\n  quotas: []\n',
  renamed: 'tenant:\n  name: other\n  members: [olga]\n  quotas: {pods: 010, limits.cpu: lots}\n',
};

const image = (name: string, tag: string) => `image:\n  repository: ghcr.io/mctlhq/${name}\n  tag: ${tag}\n`;

/** Services of team `labs` that can be read, odd ones among them. */
export const SERVICES: Readonly<Record<string, string>> = {
  plain: `# Service: plain
# Team: labs
# Chart: base-service
${image('plain', '1.4.2   # by CI')}
imagePullSecrets:
  - name: ghcr-credentials
service:
  port: 8000
backstage:
  kubernetesId: plain
resources:
  requests: {cpu: 0.2, memory: 256Mi}
  limits: {cpu: 500m, memory: 0.5Gi}
env:
  APP_ENV: production
ingress:
  enabled: true
  hosts:
    - labs-plain.apps.example.org
    - labs-plain.example.me
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt-prod
  tls:
    - secretName: plain-tls
      hosts: [labs-plain.apps.example.org, labs-plain.example.me]
`,
  'no-ingress': `${image('no-ingress', 'v3')}ingress:\n  enabled: false\nresources:\n  limits:\n    cpu: null # no throttling\n`,
  asleep: `${image('asleep', 'main-4f2a91c')}service: {port: 8080}\nreplicaCount: 0   # until the migration is over\n`,
  'no-probes': `${image('no-probes', 'v1')}service:\n  port: 80\nprobes:\n  liveness: null\n  readiness: null\n`,
  vanity: `${image('vanity', 'v2')}service:
  port: 8080
ingress:
  enabled: on
  hosts: [www.example.com, Example.com]
extraIngresses:
  - name: api
    hosts:
      - api.example.com
`,
  'with-db': `${image('with-db', 'v5')}service:
  port: 8080
dbSecret:
  vaultPath: teams/labs/with-db/database
externalSecret:
  targetSecret: with-db-secrets
  data:
    - secretKey: STRIPE_KEY
      remoteKey: teams/labs/with-db
      property: STRIPE_KEY
envFrom:
  - secretRef:
      name: labs-with-db-base-service-db-creds
`,
  cleared: `${image('cleared', 'v9')}env: {}\nexternalSecret: {}\nenvFrom: []\nextraContainers: []\ndbSecret: {}\n`,
  'tag-float': image('tag-float', '1.10'),
  'tag-date': image('tag-date', '20240101  # nightly'),
  'tag-power': image('tag-power', '1e3'),
  'tag-octal': image('tag-octal', '0123'),
  'tag-hash': `${image('tag-hash', '4995e53')}initContainers:\n  - name: migrate\n    image: ghcr.io/mctlhq/tag-hash:4995e53\n`,
  'tag-quoted': image('tag-quoted', '"1.10"'),
  scalars: `${image('scalars', 'v1')}env:
  RATIO: 1.10
  FEATURE: on   # not a boolean to us
  PORT: 3000
  BIG: 1000000
  TEXT: "yes"
  NOTHING: null
  PIN_TOKEN: 0123
  NESTED: {a: b}
`,
  anchored: `defaults: &limits
  cpu: 500m
  memory: 256Mi
${image('anchored', 'v7')}resources:
  requests:
    <<: *limits
    cpu: 100m
  limits: *limits
`,
  windows: `# kept on Windows\r\n${image('windows', 'v1').replaceAll('\n', '\r\n')}env:\r\n  A: "1"   \r\n`,
  wrong: `${image('wrong', 'v1')}env: []\nreplicaCount: many\nservice: 8080\nprobes:\n  liveness: off\ningress:\n  enabled: "true"\n`,
  twin: `${image('twin', 'v1')}ingress:\n  enabled: true\n  hosts: [WWW.example.com]\n`,
  empty: '',
  remarks: '# to be written\n\n   # soon\n',
  'has-a-name-that-no-tool-takes-at-all': image('long', 'v1'),
};

/** Services of team `labs` that cannot be read, with what is said of each. */
export const BROKEN: Readonly<Record<string, readonly [text: string, why: RegExp]>> = {
  'b-alias': [`${image('x', 'v1')}env: *missing\n`, /alias/i],
  'b-endless': ['replicaCount: .inf\n', /not plain data/],
  'b-list': ['- image\n', /is a list, not a map/],
  'b-several': [`${image('x', 'v1')}---\n${image('x', 'v2')}`, /document/],
  'b-tabs': ['image:\n\trepository: x\n', /tab|indent/i],
  'b-twice': [`${image('x', 'v1')}envFrom: []\nenvFrom:\n  - secretRef: {name: x}\n`, /"envFrom" appears twice/],
  'b-unclosed': ['image: {repository: x\n', /flow|line/i],
};

/** The values of a service that carries its scripts with it: some 70 kB, two thirds of them comments. */
export function bigFile(): string {
  const remark = (n: number) =>
    `# ${2026 - (n % 3)}-0${1 + (n % 9)}: incident ${n}, see the post-mortem; "quotes", {braces} & tabs\tstay\n`;
  const remarks = (from: number, count: number) => Array.from({ length: count }, (_, n) => remark(from + n)).join('');
  const script = Array.from(
    { length: 300 },
    (_, n) => `      echo "step ${n}: $(date)" && tag: not-a-key # ${n}\n`,
  ).join('');
  return `${remarks(0, 250)}${image('big', "'2026.8.1'  # bumped by CI")}${remarks(250, 200)}service:
    port: 9000      # four spaces, nobody knows why
${remarks(450, 100)}configMaps:
  scripts:
    boot.sh: |
      #!/bin/sh
      # tag: v0 and replicaCount: 9 are text here
${script}
env:
  # LOG_LEVEL: debug
  LOG_LEVEL:   info


  GREETING: 'it''s'
${remarks(550, 100)}replicaCount:  2
${remarks(650, 50)}extraContainers: []   # left by the deploy step`;
}

/** Files that are none of our business, or that we read for themselves. */
export const OTHERS: Readonly<Record<string, string>> = {
  ...at('tenants', {
    'labs/catalog-info.yaml': 'kind: Resource\n',
    'only-catalog/catalog-info.yaml': 'kind: Resource\n',
  }),
  'tenants/README.md': 'One folder each.\n',
  'tenants/nested/values.yaml/README.md': 'a folder where a file belongs\n',
  'services/labs/plain/catalog-info.yaml': 'kind: Component\n',
  'services/labs/plain/vault-cleanup.yaml': 'kind: [\n',
  'services/labs/only-catalog/catalog-info.yaml': 'kind: Component\n',
  'services/labs/nested/values.yaml/part.yaml': 'a: 1\n',
  'services/labs/openclaw/skills/a.md': '# a skill\n',
  'services/ghosts/api/values.yaml': image('api', 'v1'),
  'argocd/values.yaml': 'policy.csv: |\n  # Tenant: labs\n',
  'argo-workflows/cluster-templates/wft-deploy.yaml': 'script: {{inputs.parameters.x}}\n',
  'argo-workflows/sso-team-labs.yaml': 'kind: ServiceAccount\n---\nkind: Secret\n',
  'infra-components/data/cnpg/shared/databases.yaml': 'kind: Database\n---\nkind: [\n',
  'domains/shop.example.com.yaml': 'team: labs\nservice: [\n',
  'helm-charts/base-service/values.yaml': 'image:\n  tag: ""\n',
};
