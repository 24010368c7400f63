import type { Target } from './kinds';
import { qualified, Refused } from './status';

/** As in a Role; `*` = all. A subresource is `pods/log`. */
export interface Rule {
  readonly verbs: readonly string[];
  readonly groups: readonly string[];
  readonly resources: readonly string[];
  /** Absent = everywhere. */
  readonly namespaces?: readonly string[];
}

export const EVERYTHING: Rule = { verbs: ['*'], groups: ['*'], resources: ['*'] };

export interface Wish {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly namespace?: string;
}

const has = (list: readonly string[], value: string): boolean => list.includes('*') || list.includes(value);

export function allows(rules: readonly Rule[], { verb, group, resource, namespace }: Wish): boolean {
  return rules.some(
    (rule) =>
      has(rule.verbs, verb) &&
      has(rule.groups, group) &&
      has(rule.resources, resource) &&
      (rule.namespaces === undefined || (namespace !== undefined && rule.namespaces.includes(namespace))),
  );
}

export function wishOf(method: string, target: Target, isWatch: boolean): Wish {
  const { kind, namespace, name, subresource } = target;
  const verbs: Record<string, string> = { POST: 'create', PATCH: 'patch', PUT: 'update', DELETE: 'delete' };
  const read = isWatch ? 'watch' : name === undefined ? 'list' : 'get';
  const resource = subresource === undefined ? kind.plural : `${kind.plural}/${subresource}`;
  return { verb: verbs[method] ?? read, group: kind.group, resource, namespace };
}

export function forbidden(user: string, { verb, group, resource, namespace }: Wish, name?: string): Refused {
  const where = namespace === undefined ? 'at the cluster scope' : `in the namespace "${namespace}"`;
  const what = name === undefined ? '' : ` "${name}"`;
  const text = `${qualified({ group, plural: resource })}${what} is forbidden: User "${user}" cannot ${verb} resource "${resource}" in API group "${group}" ${where}`;
  return new Refused(403, 'Forbidden', text, { name, group, kind: resource });
}
