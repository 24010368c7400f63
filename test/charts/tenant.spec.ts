import { crdViolations } from '../support/crds';
import { helmLint, helmTemplate, type Manifest } from '../support/helm';
import { at, kindsOf, ofKind, only } from '../support/manifests';

const tenant = { name: 'billing' };
const rich = {
  podSecurityLevel: 'baseline',
  platform: { groupPrefix: 'oidc:' },
  tenant: {
    ...tenant,
    displayName: 'Billing "& friends"',
    description: 'Invoices: all of them',
    contactEmail: 'billing@example.com',
    githubTeam: 'billing',
    githubTeams: [{ team: 'acme/billing', role: 'developer' }],
    members: [{ userId: 'ann', role: 'owner' }],
    quotas: { 'requests.cpu': 2, 'limits.cpu': 2.5, pods: '20', services: null, 'count/jobs.batch': 5 },
    networking: { allowInternetEgress: true, nodePublicCIDRs: ['198.51.100.0/24', '2001:db8::/64'] },
    preview: { enabled: true, quotas: { pods: 3 } },
  },
};

const render = (values: unknown): Promise<Manifest[]> =>
  helmTemplate({ chart: 'tenant', name: 'tenant-billing', namespace: 'billing', values });
const inNamespace = (manifests: Manifest[], namespace: string): Manifest[] =>
  manifests.filter(({ metadata }) => metadata.namespace === namespace);
const policies = (manifests: Manifest[]): string[] =>
  ofKind(inNamespace(manifests, 'billing'), 'NetworkPolicy').map(({ metadata }) => metadata.name);

describe('chart tenant', () => {
  it.each([
    ['a name alone', { tenant }],
    ['everything', rich],
  ])('lints and renders %s', async (_, values) => {
    await helmLint('tenant', values);
    const manifests = await render(values);
    expect(crdViolations(manifests)).toEqual([]);
    expect(kindsOf(manifests)).toEqual([
      'LimitRange',
      'Namespace',
      'NetworkPolicy',
      'ResourceQuota',
      'Role',
      'RoleBinding',
      'SecretStore',
      'ServiceAccount',
    ]);
  });

  it('labels the namespaces for pod security and says whose they are', async () => {
    const [main, preview] = ofKind(await render(rich), 'Namespace');
    expect(main?.metadata).toMatchObject({
      name: 'billing',
      labels: {
        'mctl.dev/team': 'billing',
        'pod-security.kubernetes.io/enforce': 'baseline',
        'pod-security.kubernetes.io/audit': 'restricted',
        'pod-security.kubernetes.io/warn': 'restricted',
      },
      annotations: { 'mctl.dev/display-name': 'Billing "& friends"', 'mctl.dev/contact': 'billing@example.com' },
    });
    expect(preview?.metadata.name).toBe('billing-preview');
    const [restricted] = ofKind(await render({ tenant }), 'Namespace');
    expect(restricted?.metadata.labels?.['pod-security.kubernetes.io/enforce']).toBe('restricted');
  });

  it('copies quotas over the defaults, as strings, without those taken out', async () => {
    const [main, preview] = ofKind(await render(rich), 'ResourceQuota');
    expect(at(main, 'spec.hard')).toEqual({
      'requests.cpu': '2',
      'requests.memory': '1280Mi',
      'limits.cpu': '2.5',
      'limits.memory': '4Gi',
      pods: '20',
      persistentvolumeclaims: '5',
      'count/jobs.batch': '5',
    });
    expect(at(preview, 'spec.hard.pods')).toBe('3');
  });

  it('gives the preview namespace the same rules, and a Vault role of its own', async () => {
    const manifests = await render(rich);
    const objects = (namespace: string): string[] =>
      inNamespace(manifests, namespace).map(({ kind, metadata }) => `${kind} ${metadata.name.replace('-preview', '')}`);
    expect(objects('billing-preview')).toEqual(objects('billing'));
    const roles = ofKind(manifests, 'SecretStore').map((store) =>
      at(store, 'spec.provider.vault.auth.kubernetes.role'),
    );
    expect(roles).toEqual(['eso-tenant-billing', 'eso-tenant-billing-preview']);
  });

  it('has neither preview nor store where they are switched off', async () => {
    const values = { tenant: { ...tenant, preview: { enabled: false }, secretStore: { enabled: false } } };
    const manifests = await render(values);
    expect(only(manifests, 'Namespace').metadata.name).toBe('billing');
    expect(kindsOf(manifests)).not.toContain('SecretStore');
  });

  describe('network', () => {
    const always = ['default-deny-all', 'allow-dns', 'allow-ingress-controller', 'allow-monitoring'];

    it('denies all and allows what is switched on', async () => {
      expect(policies(await render({ tenant }))).toEqual([...always, 'allow-cluster-egress', 'allow-intra-namespace']);
      const networking = { allowIntraNamespace: false, allowClusterEgress: false };
      expect(policies(await render({ tenant: { ...tenant, networking } }))).toEqual(always);
    });

    it('never opens private networks, the nodes or the metadata of the cloud with the internet', async () => {
      const policy = (await render(rich)).find(({ metadata }) => metadata.name === 'allow-internet-egress');
      expect(at(policy, 'spec.egress.0.to.0.ipBlock.except')).toEqual(
        expect.arrayContaining(['10.0.0.0/8', '172.16.0.0/12', '192.168.0.0/16', '169.254.0.0/16', '198.51.100.0/24']),
      );
      expect(at(policy, 'spec.egress.0.to.1.ipBlock.except')).toEqual(
        expect.arrayContaining(['fc00::/7', 'fe80::/10', '2001:db8::/64']),
      );
    });
  });

  describe('access', () => {
    it('is reading, without secrets', async () => {
      for (const role of ofKind(await render(rich), 'Role')) {
        const rules = role.rules as { resources: string[]; verbs: string[] }[];
        expect(new Set(rules.flatMap(({ verbs }) => verbs))).toEqual(new Set(['get', 'list', 'watch']));
        expect(rules.flatMap(({ resources }) => resources)).not.toEqual(expect.arrayContaining(['secrets']));
        expect(rules.flatMap(({ resources }) => resources)).not.toEqual(expect.arrayContaining(['*']));
      }
    });

    it("is for the team's groups and its account in the Workflows UI", async () => {
      const [binding] = ofKind(await render(rich), 'RoleBinding');
      expect((binding?.subjects as { name: string }[]).map(({ name }) => name)).toEqual([
        'oidc:mctl:billing:viewer',
        'oidc:mctl:billing:developer',
        'oidc:mctl:billing:owner',
        'oidc:acme:billing',
        'sso-team-billing',
      ]);
    });
  });
});
