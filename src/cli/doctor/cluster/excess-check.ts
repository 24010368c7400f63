import type { Permission } from '../../../platform/kubernetes';
import { type Check, ok, warning } from '../check';
import { workflowSettings } from './workflow-settings';

interface Excess {
  readonly text: string;
  readonly wish: Permission;
}

const ALL: Excess = {
  text: 'do everything, as an administrator',
  wish: { verb: '*', resource: { group: '*', plural: '*' } },
};

/**
 * Whether our account may do what MCTL never does, and what whoever gets hold of its credential would want
 * (https://kubernetes.io/docs/concepts/security/rbac-good-practices/#privilege-escalation-risks).
 */
export const excessCheck: Check = {
  name: 'excess rights',
  settings: ['MCTL_ARGOCD_NAMESPACE'],
  after: ['cluster'],
  limitMs: 12_000,
  async run({ config, apiServer }, signal) {
    const { argocdNamespace, argoNamespace, buildNamespace } = workflowSettings(config);
    const isAll = await apiServer.may(ALL.wish, signal);
    const asked = isAll ? [] : risks([argocdNamespace, argoNamespace, buildNamespace]);
    const answers = await Promise.all(asked.map(({ wish }) => apiServer.may(wish, signal)));
    const granted = isAll ? [ALL] : asked.filter((_, index) => answers[index]);
    const lines = granted.map(({ text }) => text);
    const details = { granted: lines };
    if (granted.length === 0) return ok('none of those that would endanger the cluster', { details });
    return warning(
      isAll ? `MCTL may ${ALL.text}` : `MCTL may do ${granted.length} things that it never does`,
      'Run MCTL with an account of its own that has the Role of the chart deploy/helm/mctl, and nothing else.',
      { lines: isAll ? [] : lines, details },
    );
  },
};

function risks(namespaces: readonly string[]): Excess[] {
  const core = (plural: string) => ({ group: '', plural });
  const secrets = (verb: string, namespace?: string): Excess => ({
    text: `${verb} secrets in ${namespace ?? 'every namespace'}`,
    wish: { verb, resource: core('secrets'), namespace },
  });
  const roles = { group: 'rbac.authorization.k8s.io', plural: 'clusterroles' };
  return [
    secrets('get'),
    secrets('list'),
    ...[...new Set(namespaces)].flatMap((namespace) => [secrets('get', namespace), secrets('list', namespace)]),
    { text: 'run commands in pods', wish: { verb: 'create', resource: core('pods'), subresource: 'exec' } },
    { text: 'create pods', wish: { verb: 'create', resource: core('pods') } },
    {
      text: 'change Deployments past git',
      wish: { verb: 'patch', resource: { group: 'apps', plural: 'deployments' } },
    },
    { text: 'act as other users', wish: { verb: 'impersonate', resource: core('users') } },
    {
      text: 'make tokens of service accounts',
      wish: { verb: 'create', resource: core('serviceaccounts'), subresource: 'token' },
    },
    { text: 'grant rights that it does not have', wish: { verb: 'escalate', resource: roles } },
    { text: 'bind any ClusterRole', wish: { verb: 'bind', resource: roles } },
  ];
}
