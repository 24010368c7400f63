import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DEFAULT_DATABASES } from '../../src/platform/gitops';
import { clusterDocuments } from '../../src/provisioning/database-documents';
import { crdViolations } from '../support/crds';
import { helmTemplate, type Manifest, ROOT } from '../support/helm';
import { at, mainContainer, only } from '../support/manifests';
import { generate, SCRATCH_TEMPLATE, seedDocuments, seedFiles, seedManifests, TOKENS, tokensIn } from '../support/seed';
import { parseAsHelm, valuesValidator } from '../support/values-schema';

const ARGO_KINDS = ['Application', 'ApplicationSet', 'AppProject'];
const manifestFiles = seedFiles().filter((file) => !file.startsWith('templates/services/'));

describe('the check against CRDs', () => {
  it('finds a misspelt field', () => {
    const [root] = seedManifests('argocd/root-application.yaml');
    const misspelt = { ...root, spec: { ...(root?.spec as object), syncPolcy: {} } } as Manifest;
    expect(crdViolations([misspelt])).toEqual([expect.stringContaining('syncPolcy')]);
  });

  it('lets no kind of an operator pass for which there is no schema', () => {
    const unknown = { apiVersion: 'example.org/v1', kind: 'Widget', metadata: { name: 'x' }, spec: {} };
    expect(() => crdViolations([unknown])).toThrow('neither a CRD of Widget nor a schema by hand');
  });
});

describe('seed files', () => {
  it.each(seedFiles())('%s parses without a complaint', (file) => {
    const complaints = seedDocuments(file).flatMap(({ errors, warnings }) => [...errors, ...warnings]);
    expect(complaints).toEqual([]);
  });

  it.each(manifestFiles)('%s is valid once filled in', (file) => {
    const manifests = seedManifests(file);
    expect(crdViolations(manifests)).toEqual([]);
    expect(JSON.stringify(manifests)).not.toMatch(/__[A-Z_]+__/);
    for (const { kind, metadata } of manifests) {
      expect(metadata.namespace).toBe(ARGO_KINDS.includes(kind) ? 'argocd' : 'argo-workflows');
    }
  });

  it('hold no token that is not known, and the root only as the head of a path', () => {
    const found = seedFiles().flatMap(tokensIn);
    const tokens = new Set(found.flatMap((leaf) => leaf.match(/__[A-Z_]+__/g) ?? []));
    expect([...tokens].sort()).toEqual(Object.keys(TOKENS).sort());
    expect(found.filter((leaf) => leaf.includes('__ROOT__') && !/: __ROOT__\/[a-z-]+/.test(leaf))).toEqual([]);
    expect(
      found.filter((leaf) => /__(REPO_URL|BRANCH)__/.test(leaf) && !/: __(REPO_URL|BRANCH)__$/.test(leaf)),
    ).toEqual([]);
  });
});

describe('ApplicationSets', () => {
  let chart: string;
  beforeAll(() => {
    chart = mkdtempSync(join(tmpdir(), 'mctl-appset-'));
    mkdirSync(join(chart, 'templates'));
    writeFileSync(join(chart, 'Chart.yaml'), 'apiVersion: v2\nname: scratch\nversion: 0.0.0\n');
    writeFileSync(join(chart, 'templates', 'strings.yaml'), SCRATCH_TEMPLATE);
  });
  afterAll(() => rmSync(chart, { recursive: true }));

  const application = async (name: string, directory: string): Promise<Manifest> => {
    const set = only(seedManifests(`argocd/applicationsets/${name}.yaml`), 'ApplicationSet');
    const made = await generate(set, chart, directory);
    expect(crdViolations([{ ...made, metadata: { ...made.metadata, namespace: 'argocd' } }])).toEqual([]);
    return made;
  };

  /** Renders the chart just as the Application would. */
  const render = (made: Manifest, values: object): Promise<Manifest[]> => {
    const helm = at(made, 'spec.sources.1.helm');
    const parameters = at(helm, 'parameters') as { name: string; value: string }[];
    return helmTemplate({
      chart: String(at(made, 'spec.sources.1.path')).split('/').at(-1) ?? '',
      name: String(at(helm, 'releaseName')),
      namespace: String(at(made, 'spec.destination.namespace')),
      values,
      set: Object.fromEntries(parameters.map(({ name, value }) => [name, value])),
    });
  };
  const image = { repository: 'ghcr.io/acme/payments', tag: '1.2.3' };

  it('make a tenant of a directory, whatever name its file gives', async () => {
    const made = await application('tenants', 'platform-gitops/tenants/billing');
    expect(made.metadata.name).toBe('tenant-billing');
    expect(made.spec).toMatchObject({ project: 'platform', destination: { namespace: 'billing' } });
    expect(at(made, 'spec.sources.1.helm.valueFiles.0')).toBe('$values/platform-gitops/tenants/billing/values.yaml');
    const manifests = await render(made, { tenant: { name: 'somebody-else' } });
    expect(new Set(manifests.map(({ metadata }) => metadata.labels?.['mctl.dev/team']))).toEqual(new Set(['billing']));
  });

  it.each(['platform-gitops', 'a/deeper/root'])('make a service of a directory under %s', async (root) => {
    const made = await application('services', `${root}/services/billing/payment-api`);
    expect(made.metadata).toMatchObject({
      name: 'billing-payment-api',
      labels: { 'mctl.dev/team': 'billing', 'mctl.dev/service': 'payment-api' },
    });
    expect(made.spec).toMatchObject({ project: 'billing', destination: { namespace: 'billing' } });
    const manifests = await render(made, { image, mctl: { team: 'other' } });
    expect(only(manifests, 'Deployment').metadata).toMatchObject({
      name: 'billing-payment-api',
      labels: { 'mctl.dev/team': 'billing', 'mctl.dev/service': 'payment-api' },
    });
  });

  it('make a service of the longest names', async () => {
    const [team, service] = ['t'.repeat(31), 's'.repeat(31)];
    const made = await application('services', `platform-gitops/services/${team}/${service}`);
    const manifests = await render(made, { image });
    expect(only(manifests, 'Deployment').metadata.name).toBe(`${team}-${service}`);
  });

  it('make databases of a directory, in the namespace of the cluster', async () => {
    const made = await application('databases', 'platform-gitops/databases/billing');
    expect(made.metadata).toMatchObject({ name: 'databases-billing', labels: { 'mctl.dev/team': 'billing' } });
    expect(made.spec).toMatchObject({ project: 'databases', destination: { namespace: 'platform-db' } });
    expect(at(made, 'spec.sources.0')).toMatchObject({ path: 'platform-gitops/databases/billing' });
  });

  it('make a preview of a directory', async () => {
    const made = await application('previews', 'platform-gitops/previews/billing/payment-api-a1b2c3');
    expect(made.metadata.name).toBe('preview-billing-payment-api-a1b2c3');
    expect(made.spec).toMatchObject({ project: 'billing', destination: { namespace: 'billing-preview' } });
    const manifests = await render(made, { image, fullnameOverride: 'payment-api', mctl: { preview: 'other0' } });
    expect(only(manifests, 'Deployment').metadata).toMatchObject({
      name: 'payment-api-a1b2c3',
      labels: { 'mctl.dev/team': 'billing', 'mctl.dev/service': 'payment-api', 'mctl.dev/preview': 'a1b2c3' },
    });
  });
});

describe('AppProjects', () => {
  const allowed = (file: string): string[] => {
    const { spec } = only(seedManifests(file), 'AppProject');
    const lists = [at(spec, 'clusterResourceWhitelist'), at(spec, 'namespaceResourceWhitelist')];
    return (lists.flat() as { group: string; kind: string }[]).map(({ group, kind }) => `${group}/${kind}`).sort();
  };
  /** Every group and kind a chart's templates can render, conditions or not. */
  const rendered = (manifests: Manifest[]): string[] => {
    const groups = manifests.map(({ apiVersion, kind }) =>
      [apiVersion.split('/').slice(0, -1).join('/'), kind].join('/'),
    );
    return [...new Set(groups)].sort();
  };
  const image = { repository: 'nginx', tag: '1' };
  const everything = {
    image,
    replicaCount: 2,
    autoscaling: { enabled: true, minReplicas: 2 },
    serviceAccount: { create: true },
    metrics: { enabled: true },
    ingress: { enabled: true, host: 'a.example.com', forwardAuth: { enabled: true, address: 'http://auth' } },
    dbSecret: { vaultPath: 'x' },
    persistence: { data: {} },
    configMaps: { settings: { a: 'b' } },
  };

  it("of a team allow what chart service renders, in the team's two namespaces, and nothing else", async () => {
    const web = await helmTemplate({ chart: 'service', values: everything });
    const worker = await helmTemplate({
      chart: 'service',
      values: { type: 'worker', image, metrics: { enabled: true } },
    });
    expect(allowed('templates/tenants/project.yaml')).toEqual(rendered([...web, ...worker]));
    const { spec } = only(seedManifests('templates/tenants/project.yaml'), 'AppProject');
    const namespaces = (at(spec, 'destinations') as { namespace: string }[]).map(({ namespace }) => namespace);
    expect(namespaces).toEqual(['billing', 'billing-preview']);
  });

  it('of the platform allow what chart tenant renders, and nothing else', async () => {
    const manifests = await helmTemplate({ chart: 'tenant', values: { tenant: { name: 'billing' } } });
    expect(allowed('argocd/projects/platform.yaml')).toEqual(rendered(manifests));
  });

  it('of databases allow what MCTL writes there, in one namespace, and nothing else', () => {
    const database = { team: 'billing', name: 'api', service: 'api', extensions: ['citext'] };
    const documents = clusterDocuments(database, DEFAULT_DATABASES) as unknown as Manifest[];
    expect(allowed('argocd/projects/databases.yaml')).toEqual(rendered(documents));
    const { spec } = only(seedManifests('argocd/projects/databases.yaml'), 'AppProject');
    const namespaces = (at(spec, 'destinations') as { namespace: string }[]).map(({ namespace }) => namespace);
    expect(namespaces).toEqual(['platform-db']);
    expect(new Set(documents.map(({ metadata }) => metadata.namespace))).toEqual(new Set(namespaces));
  });

  it('of a team let each role do more than the one before, to its own Applications only', () => {
    const { spec } = only(seedManifests('templates/tenants/project.yaml'), 'AppProject');
    const roles = at(spec, 'roles') as { name: string; policies: string[]; groups: string[] }[];
    const actions = roles.map(({ name, policies }) =>
      policies.map((policy) => {
        const [p, subject, resource, action, object, effect] = policy.split(', ');
        expect([p, subject, object, effect]).toEqual(['p', `proj:billing:${name}`, 'billing/*', 'allow']);
        return `${resource} ${action}`;
      }),
    );
    const look = ['applications get', 'logs get'];
    const sync = [...look, 'applications sync'];
    expect(actions).toEqual([look, sync, [...sync, 'applications action/apps/Deployment/restart']]);
  });
});

describe('service templates', () => {
  const validate = valuesValidator('service');
  const values = (name: string): object => {
    const text = readFileSync(join(ROOT, 'seed', 'templates', 'services', `${name}.yaml`), 'utf8');
    return { ...(parseAsHelm(text) as object), image: { repository: 'ghcr.io/acme/x', tag: '1.2.3' } };
  };

  it.each([
    ['default', { requests: { cpu: '200m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } }],
    ['worker', { requests: { cpu: '200m', memory: '256Mi' }, limits: { cpu: '500m', memory: '512Mi' } }],
    ['openclaw', { requests: { cpu: '500m', memory: '1Gi' }, limits: { cpu: '2', memory: '4Gi' } }],
  ])('%s needs but an image', async (name, resources) => {
    expect(validate(values(name))).toBe(true);
    expect(mainContainer(await helmTemplate({ chart: 'service', values: values(name) }))).toMatchObject({ resources });
  });

  it('openclaw keeps its state in one volume that two pods never share', async () => {
    const manifests = await helmTemplate({ chart: 'service', values: values('openclaw') });
    expect(only(manifests, 'Deployment')).toMatchObject({ spec: { replicas: 1, strategy: { type: 'Recreate' } } });
    expect(mainContainer(manifests)).toMatchObject({
      ports: [{ containerPort: 18789 }],
      volumeMounts: [{ name: 'state' }],
    });
  });
});
