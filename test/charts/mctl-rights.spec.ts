import { type Right, type RightsSettings, rightsOf, stepRights } from '../../src/platform/kubernetes/rights';
import type { Manifest } from '../support/helm';
import { at, ofKind, only, podOf } from '../support/manifests';
import { builds, renderMctl, type Values, valuesOf } from '../support/mctl-chart';

type Rule = { apiGroups: string[]; resources: string[]; verbs: string[] };
type Subject = { kind: string; name: string; namespace: string };

/** `verb group/resource in namespace`, one line each, sorted, once. */
const lines = (all: string[]): string[] => [...new Set(all)].sort();

/** What a service account of the release may do, by the Roles that are bound to it. */
function granted(manifests: Manifest[], account: string): string[] {
  const bindings = [...ofKind(manifests, 'ClusterRoleBinding'), ...ofKind(manifests, 'RoleBinding')];
  return lines(
    bindings
      .filter(({ subjects }) => (subjects as Subject[]).some(({ name }) => name === account))
      .flatMap((binding) => {
        const role = manifests.find(
          ({ kind, metadata }) =>
            kind === at(binding, 'roleRef.kind') &&
            metadata.name === at(binding, 'roleRef.name') &&
            metadata.namespace === binding.metadata.namespace,
        );
        const namespace = binding.kind === 'ClusterRoleBinding' ? '' : (binding.metadata.namespace ?? 'mctl');
        return (role?.rules as Rule[]).flatMap((rule) => linesOf(rule, namespace));
      }),
  );
}

const linesOf = ({ apiGroups, resources, verbs }: Rule, namespace: string): string[] =>
  apiGroups.flatMap((group) =>
    resources.flatMap((resource) => verbs.map((verb) => line(verb, group, resource, namespace))),
  );

const line = (verb: string, group: string, resource: string, namespace: string): string =>
  `${verb} ${group}/${resource} in ${namespace || 'every namespace'}`;

const asked = (rights: readonly Right[]): string[] =>
  lines(
    rights.flatMap(({ group, resource, subresource, verbs, namespace }) =>
      verbs.map((verb) => line(verb, group, [resource, subresource].filter(Boolean).join('/'), namespace)),
    ),
  );

const NONE: RightsSettings = {
  cluster: 'none',
  argocdNamespace: 'argocd',
  databaseNamespace: 'platform-db',
  builder: 'none',
};
const ARGO: RightsSettings = { ...NONE, cluster: 'kubernetes', workflows: 'argo', argoNamespace: 'mctl' };
const EVERYTHING: RightsSettings = {
  ...ARGO,
  argocdNamespace: 'gitops',
  databaseNamespace: 'data',
  builder: 'argo',
  buildNamespace: 'images',
};
const embeddedWithBuilds = (): Values => ({ ...builds(), workflows: { engine: 'embedded' } });

describe('the Roles of chart mctl', () => {
  it.each<[string, Values, RightsSettings, string]>([
    ['minimal', valuesOf('minimal'), NONE, 'mctl'],
    ['ha', valuesOf('ha'), NONE, 'mctl'],
    ['kubernetes', valuesOf('kubernetes'), { ...NONE, cluster: 'kubernetes' }, 'mctl'],
    ['argo', valuesOf('argo'), ARGO, 'mctl'],
    ['argo with builds', builds(), { ...ARGO, builder: 'argo', buildNamespace: 'mctl-builds' }, 'mctl'],
    [
      'builds alone',
      embeddedWithBuilds(),
      { ...NONE, cluster: 'kubernetes', builder: 'argo', buildNamespace: 'mctl-builds' },
      'mctl',
    ],
    ['everything', valuesOf('everything'), EVERYTHING, 'control-plane'],
  ])('grant what the program needs and nothing else: %s', async (_, values, settings, account) => {
    expect(granted(await renderMctl(values), account)).toEqual(asked(rightsOf(settings)));
  });

  it('grant pods of steps what the executor of Argo needs, to begin builds where Argo builds, and nothing else', async () => {
    const executor = stepRights('mctl');
    const builder = rightsOf(EVERYTHING).filter(({ namespace }) => namespace === EVERYTHING.buildNamespace);
    expect(granted(await renderMctl(valuesOf('argo')), 'mctl-workflow')).toEqual(asked(executor));
    expect(granted(await renderMctl(valuesOf('everything')), 'platform-workflow')).toEqual(
      asked([...executor, ...builder]),
    );
    expect(granted(await renderMctl(embeddedWithBuilds()), 'mctl-workflow')).toEqual([]);
  });

  it.each(['minimal', 'ha'])('are not there without the cluster, and neither is a token: %s', async (mode) => {
    const manifests = await renderMctl(valuesOf(mode));
    expect(manifests.filter(({ kind }) => /Role/.test(kind))).toEqual([]);
    expect(podOf(manifests).automountServiceAccountToken).toBe(false);
  });

  it('are not there where somebody else grants them, or a kubeconfig is used; a token only where it is needed', async () => {
    const values = valuesOf('kubernetes');
    const others = await renderMctl({ ...values, rbac: { create: false } });
    expect(others.filter(({ kind }) => /Role/.test(kind))).toEqual([]);
    expect(podOf(others).automountServiceAccountToken).toBe(true);
    const kubeconfig = { MCTL_KUBECONFIG: { name: 'mctl-kubeconfig', key: 'config' } };
    const elsewhere = await renderMctl({
      ...values,
      existingSecrets: { ...(values.existingSecrets as object), ...kubeconfig },
    });
    expect(elsewhere.filter(({ kind }) => /Role/.test(kind))).toEqual([]);
    expect(podOf(elsewhere).automountServiceAccountToken).toBe(false);
  });

  it('mount a token for Vault, which it is shown to, without any Role', async () => {
    const settings = { MCTL_SECRETS: 'vault', MCTL_VAULT_ADDR: 'https://vault.example.org:8200', MCTL_VAULT_ROLE: 'mctl' };
    const egress = { vault: [{ namespace: 'vault', ports: [8200] }] };
    const manifests = await renderMctl({ ...valuesOf('minimal'), settings, networkPolicy: { egress } });
    expect(podOf(manifests).automountServiceAccountToken).toBe(true);
    expect(manifests.filter(({ kind }) => /Role/.test(kind))).toEqual([]);
  });

  it('mount one into steps as well, whose plans ask Vault, and not where a file is shown to it', async () => {
    const argo = valuesOf('argo');
    const network = argo.networkPolicy as { egress: object };
    const vault = { MCTL_SECRETS: 'vault', MCTL_VAULT_ADDR: 'https://vault.example.org:8200' };
    const egress = { ...network.egress, vault: [{ namespace: 'vault', ports: [8200] }] };
    const networkPolicy = { ...network, egress };
    const settings = { ...(argo.settings as object), ...vault };
    const byToken = { ...argo, networkPolicy, settings: { ...settings, MCTL_VAULT_ROLE: 'mctl' } };
    const file = { MCTL_VAULT_TOKEN_FILE: { name: 'vault-token', key: 'token' } };
    const byFile = { ...argo, networkPolicy, settings, existingSecrets: { ...(argo.existingSecrets as object), ...file } };
    const mounts = async (values: Values) =>
      at(only(await renderMctl(values), 'ClusterWorkflowTemplate'), 'spec.automountServiceAccountToken');
    expect(await mounts(argo)).toBe(false);
    expect(await mounts(byFile)).toBe(false);
    expect(await mounts(byToken)).toBe(true);
    const rights = granted(await renderMctl(byToken), 'mctl-workflow');
    expect(rights).toEqual(asked(stepRights('mctl')));
  });

  it('leave the pod that tells of an end the secret of the webhook, and nothing else of the server', async () => {
    const argo = valuesOf('argo');
    const name = 'MCTL_ARGO_WEBHOOK_SECRET_FILE';
    const notify = async (more: Values) => {
      const template = only(await renderMctl({ ...argo, ...more }), 'ClusterWorkflowTemplate');
      const found = (at(template, 'spec.templates') as { name: string }[]).find((each) => each.name === 'notify');
      expect(found).toMatchObject({ automountServiceAccountToken: false });
      expect(at(found, 'container')).not.toHaveProperty('envFrom');
      const env = at(found, 'container.env') as { name: string; value?: string }[];
      return { env: Object.fromEntries(env.map((each) => [each.name, each.value])), mounts: at(found, 'container.volumeMounts') };
    };
    const plain = {
      WORKFLOW_NOTIFY_URL: expect.stringMatching(/^http:\/\/mctl\.mctl\.svc:\d+$/),
      WORKFLOW_NAME: '{{workflow.name}}',
      WORKFLOW_PHASE: '{{workflow.status}}',
    };
    expect(await notify({})).toEqual({ env: plain, mounts: undefined });
    const secrets = { ...(argo.existingSecrets as object), [name]: { name: 'mctl-webhooks', key: 'argo' } };
    const path = `/etc/mctl/secrets/${name}`;
    expect(await notify({ existingSecrets: secrets })).toEqual({
      env: { ...plain, [name]: path },
      mounts: [{ name: 'secrets', mountPath: path, subPath: name, readOnly: true }],
    });
    const file = '/etc/mctl/files/hook';
    const files = { settings: { ...(argo.settings as object), [name]: file }, secretFiles: { hook: { name: 's', key: 'k' } } };
    expect(await notify(files)).toEqual({
      env: { ...plain, [name]: file },
      mounts: [{ name: 'files', mountPath: file, subPath: 'hook', readOnly: true }],
    });
  });

  it('never hold a wildcard, for any account', async () => {
    for (const { rules = [] } of await renderMctl(valuesOf('everything'))) {
      expect(JSON.stringify(rules)).not.toContain('*');
    }
  });
});
