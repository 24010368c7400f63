import { spawn } from 'node:child_process';
import { once } from 'node:events';

const ROOT = 'platform-gitops';
const SERVICES_PER_TENANT = 10;
/** A repository of this kind has four of five files that are none of ours (reference: 1,451 of 1,872). */
const UNRELATED_FILES = 1_500;
const EPOCH = 1_767_225_600;

export interface Address {
  readonly team: string;
  readonly service: string;
}

interface File {
  readonly path: string;
  readonly text: string;
}

/** Names of what `generateRepository` makes of a number of services. */
export function shapeOf(services: number): { tenants: string[]; services: Address[] } {
  const tenants = Math.max(1, Math.ceil(services / SERVICES_PER_TENANT));
  return {
    tenants: Array.from({ length: tenants }, (_, index) => tenantName(index)),
    services: Array.from({ length: services }, (_, index) => ({
      team: tenantName(Math.floor(index / SERVICES_PER_TENANT)),
      service: serviceName(index),
    })),
  };
}

/**
 * Fills a bare repository with a platform as it is after some years, the same for the same numbers: tenants with ten services each,
 * three files a service, 1,500 files that are not ours, and a history of deployments.
 * @param gitDir an empty bare repository
 */
export async function generateRepository(
  gitDir: string,
  { services, deploysPerService = 3 }: { services: number; deploysPerService?: number },
): Promise<{ commits: number }> {
  const git = spawn('git', ['fast-import', '--quiet', '--done', '--max-pack-size=2g'], {
    env: { PATH: process.env.PATH, GIT_DIR: gitDir },
    stdio: ['pipe', 'inherit', 'inherit'],
  });
  const write = async (text: string): Promise<unknown> => git.stdin.write(text) || once(git.stdin, 'drain');
  const shape = shapeOf(services);
  let commits = 0;
  const commit = async (message: string, files: readonly File[]): Promise<void> => {
    commits += 1;
    const who = `Platform Engineer <engineer@example.org> ${EPOCH + commits * 60} +0000`;
    await write(`commit refs/heads/main\nauthor ${who}\ncommitter ${who}\n${data(message)}`);
    for (const { path, text } of files) await write(`M 100644 inline ${path}\n${data(text)}`);
  };

  await commit('chore: what lives beside the platform\n', unrelatedFiles());
  for (const [index, team] of shape.tenants.entries()) {
    const first = index * SERVICES_PER_TENANT;
    const own = shape.services.slice(first, first + SERVICES_PER_TENANT);
    await commit(`feat(tenant): create tenant ${team}\n`, tenantFiles(team));
    await commit(`feat: onboard the services of ${team}\n`, own.flatMap(serviceFiles));
  }
  for (let round = 1; round <= deploysPerService; round += 1) {
    for (const each of shape.services) {
      const tag = `1.${round}.0`;
      await commit(`deploy: ${each.team}/${each.service} → ${tag}\n`, [
        { path: valuesPath(each), text: valuesOf(each, tag) },
      ]);
    }
  }
  git.stdin.end('done\n');
  const [code] = await once(git, 'exit');
  if (code !== 0) throw new Error(`git fast-import ended with ${code}`);
  return { commits };
}

function tenantName(index: number): string {
  return `team-${String(index).padStart(4, '0')}`;
}

function serviceName(index: number): string {
  return `service-${String(index).padStart(5, '0')}`;
}

function valuesPath({ team, service }: Address): string {
  return `${ROOT}/services/${team}/${service}/values.yaml`;
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}\n`;
}

function unrelatedFiles(): File[] {
  return Array.from({ length: UNRELATED_FILES }, (_, index) => ({
    path: `${ROOT}/agents-state/run-${index % 40}/note-${index}.md`,
    text: `# Note ${index}\n\n${'An agent wrote down what it saw. '.repeat(20 + (index % 30))}\n`,
  }));
}

function tenantFiles(team: string): File[] {
  return [
    {
      path: `${ROOT}/tenants/${team}/values.yaml`,
      text: `# Tenant: ${team}
tenant:
  name: "${team}"
  displayName: "The ${team}"
  description: "a team of the bench"
  contactEmail: "${team}@example.org"
  members:
    - userId: ada
      role: owner
    - userId: ${team}-lead
      role: owner
  quotas:
    requests.cpu: "200"
    requests.memory: "400Gi"
    limits.cpu: "400"
    limits.memory: "800Gi"
    pods: "1000"
  networking:
    allowIntraNamespace: true
    allowClusterEgress: false
    allowInternetEgress: false
podSecurityLevel: baseline
`,
    },
    { path: `${ROOT}/tenants/${team}/catalog-info.yaml`, text: catalog('Resource', team, team) },
    {
      path: `${ROOT}/argo-workflows/sso-team-${team}.yaml`,
      text: `apiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: sso-team-${team}\n  annotations:\n    workflows.argoproj.io/rbac-rule: "'${team}' in groups"\n`,
    },
  ];
}

function serviceFiles(each: Address): File[] {
  const folder = valuesPath(each).replace(/values\.yaml$/, '');
  return [
    { path: valuesPath(each), text: valuesOf(each, '1.0.0') },
    { path: `${folder}catalog-info.yaml`, text: catalog('Component', each.team, each.service) },
    {
      path: `${folder}vault-cleanup.yaml`,
      text: `apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: ${each.service}-vault-cleanup\n  namespace: ${each.team}\n`,
    },
  ];
}

function catalog(kind: string, namespace: string, name: string): string {
  return `apiVersion: backstage.io/v1alpha1\nkind: ${kind}\nmetadata:\n  namespace: ${namespace}\n  name: ${name}\n  annotations:\n    argocd/app-name: ${namespace}-${name}\nspec:\n  type: service\n  owner: ${namespace}\n`;
}

/** About three kilobytes, a fifth of it comments, as in the upstream repository. */
function valuesOf({ team, service }: Address, tag: string): string {
  const env = Array.from({ length: 20 }, (_, index) => `  SETTING_${index}: "value-${index} of ${service}"`).join('\n');
  return `# Service: ${service}
# Team: ${team}
# Chart: base-service
image:
  repository: registry.example.org/${team}/${service}
  tag: "${tag}"
  pullPolicy: IfNotPresent

imagePullSecrets:
  - name: ghcr-credentials

service:
  port: 8080

# 2026-02-11: raised after the incident with the import job; the old values
# (100m / 128Mi) were killed every night. Do not lower without looking at the
# memory graph of the first week of a month.
resources:
  requests:
    cpu: 100m
    memory: 128Mi
  limits:
    cpu: 500m
    memory: 256Mi

env:
  APP_ENV: production
${env}

envFrom:
  - secretRef:
      name: ${service}-secrets # written by External Secrets
      optional: true

probes:
  liveness:
    path: /healthz
  readiness:
    path: /readyz

ingress:
  enabled: true
  hosts:
    - ${team}-${service}.apps.example.org
  annotations:
    cert-manager.io/cluster-issuer: letsencrypt-prod
  tls:
    - secretName: ${service}-tls
      hosts:
        - ${team}-${service}.apps.example.org

externalSecret:
  targetSecret: ${service}-secrets
  data:
    - secretKey: API_KEY
      remoteKey: teams/${team}/${service}
      property: API_KEY

extraContainers: []
backstage:
  kubernetesId: ${service}
`;
}
