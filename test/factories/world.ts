import { FileIndex, Layout, type PlatformFacts, World } from '../../src/platform/gitops';
import { toYaml, type YamlValue } from '../../src/platform/gitops/yaml';

type YamlRecord = { [key: string]: YamlValue };

export interface WorldParts {
  /** By name: the keys below `tenant`; give `{}` for a tenant with the factory's own quotas. */
  readonly tenants?: Readonly<Record<string, YamlRecord>>;
  /** By `team/service`: the file's text, or its data. */
  readonly services?: Readonly<Record<string, string | YamlRecord>>;
  /** By path below the root folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly platform?: Partial<PlatformFacts>;
}

export const QUOTAS = {
  'requests.cpu': '2',
  'requests.memory': '4Gi',
  'limits.cpu': '4',
  'limits.memory': '8Gi',
  pods: '10',
};

const PLATFORM: PlatformFacts = {
  repoUrl: 'https://git.example.org/platform.git',
  domain: 'apps.example.org',
  clusterIssuer: 'letsencrypt-prod',
  imageRegistries: [],
  builder: 'none',
};

const layout = new Layout('platform-gitops');

/** A desired state made of texts, as it would be read from a repository at some head. */
export function aWorld({ tenants = { billing: {} }, services = {}, files = {}, platform }: WorldParts = {}): World {
  const index = new FileIndex();
  for (const [path, text] of [...tenantFiles(tenants), ...serviceFiles(services), ...otherFiles(files)]) {
    index.set({ path, text });
  }
  return new World('0123456789abcdef0123456789abcdef01234567', index, layout, { ...PLATFORM, ...platform });
}

type Files = [path: string, text: string][];

function tenantFiles(tenants: Required<WorldParts>['tenants']): Files {
  return Object.entries(tenants).map(([name, tenant]) => [
    layout.tenantFile(name),
    toYaml({ tenant: { name, quotas: QUOTAS, ...tenant } }),
  ]);
}

function serviceFiles(services: Required<WorldParts>['services']): Files {
  return Object.entries(services).map(([name, file]) => {
    const [team = '', service = ''] = name.split('/');
    return [layout.serviceFile(team, service), typeof file === 'string' ? file : toYaml(file)];
  });
}

function otherFiles(files: Required<WorldParts>['files']): Files {
  return Object.entries(files).map(([path, text]) => [layout.under(path), text]);
}
