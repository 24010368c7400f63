import { type Right, rightsOf } from '../../../platform/kubernetes';
import { type Check, failed, type Finding, ok } from '../check';
import type { Patient } from '../patient';

/** Whether our account may do everything that MCTL's code does, one SelfSubjectAccessReview for each verb. */
export const rightsCheck: Check = {
  name: 'cluster rights',
  settings: ['MCTL_ARGOCD_NAMESPACE', 'MCTL_DATABASE_NAMESPACE'],
  after: ['cluster'],
  limitMs: 12_000,
  async run({ config, apiServer }, signal) {
    const rights = rightsOf(config.values);
    const missing = await Promise.all(rights.map((right) => missingOf(apiServer, right, signal)));
    return judgeRights(rights, missing.flat());
  },
};

/** The right with those of its verbs that are refused. */
async function missingOf(apiServer: Patient['apiServer'], right: Right, signal: AbortSignal): Promise<Right[]> {
  const { group, resource: plural, subresource, namespace } = right;
  const refused: Right['verbs'][number][] = [];
  for (const verb of right.verbs) {
    const wish = { verb, resource: { group, plural }, subresource, namespace: namespace || undefined };
    if (!(await apiServer.may(wish, signal))) refused.push(verb);
  }
  return refused.length === 0 ? [] : [{ ...right, verbs: refused }];
}

export function judgeRights(rights: readonly Right[], missing: readonly Right[]): Finding {
  const details = { needed: rights.map(ruleText), missing: missing.map(ruleText) };
  if (missing.length === 0) return ok(`${rights.length} rules, all granted`, { details });
  return failed(
    `${missing.length} of ${rights.length} rules are missing`,
    'Add them to the Role of MCTL’s service account; the chart deploy/helm/mctl grants all of them.',
    { lines: missing.map((right) => `${ruleText(right)} (for ${right.purpose})`), details },
  );
}

/** As `kubectl auth can-i` takes it: `list pods`, `get pods/log -n billing`. */
export function ruleText({ group, resource, subresource, verbs, namespace }: Omit<Right, 'purpose'>): string {
  const name = `${resource}${group === '' ? '' : `.${group}`}${subresource === undefined ? '' : `/${subresource}`}`;
  return `${verbs.join(',')} ${name} ${namespace === '' ? 'in every namespace' : `in ${namespace}`}`;
}
