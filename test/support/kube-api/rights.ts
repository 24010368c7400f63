import type { Right } from '../../../src/platform/kubernetes';
import type { Rule } from './access';

/** Rights as the rules of an account. */
export function rulesFor(rights: readonly Right[]): Rule[] {
  return rights.map(({ group, resource, subresource, verbs, namespace }) => ({
    verbs,
    groups: [group],
    resources: [subresource === undefined ? resource : `${resource}/${subresource}`],
    ...(namespace !== '' && { namespaces: [namespace] }),
  }));
}
