import { allows, type Rule } from './access';
import type { Kind } from './kinds';

/** Answers of `/api`, `/apis` and below, without which no generic client finds a kind. */
export function discovery(path: string, kinds: readonly Kind[]): object | undefined {
  if (path === '/api') return { kind: 'APIVersions', versions: ['v1'] };
  if (path === '/apis') return { kind: 'APIGroupList', apiVersion: 'v1', groups: groupsOf(kinds) };
  const one = /^\/apis\/([^/]+)$/.exec(path)?.[1];
  if (one !== undefined) return groupsOf(kinds.filter((each) => each.group === one))[0];
  const [, group = '', version] = /^\/(?:api|apis\/([^/]+))\/([^/]+)$/.exec(path) ?? [];
  const found = kinds.filter((each) => each.group === group && each.version === version);
  if (found.length === 0) return undefined;
  const resources = found.map(({ plural, kind, namespaced }) => ({
    ...{ name: plural, singularName: kind.toLowerCase(), namespaced, kind },
    verbs: ['create', 'delete', 'get', 'list', 'patch', 'update', 'watch'],
  }));
  return {
    kind: 'APIResourceList',
    apiVersion: 'v1',
    groupVersion: group === '' ? version : `${group}/${version}`,
    resources,
  };
}

function groupsOf(kinds: readonly Kind[]): object[] {
  const names = [...new Set(kinds.map(({ group }) => group))].filter((group) => group !== '');
  return names.map((name) => {
    const version = kinds.find(({ group }) => group === name)?.version ?? '';
    const preferredVersion = { groupVersion: `${name}/${version}`, version };
    return { kind: 'APIGroup', apiVersion: 'v1', name, versions: [preferredVersion], preferredVersion };
  });
}

interface Review {
  spec?: {
    resourceAttributes?: { verb?: string; group?: string; resource?: string; subresource?: string; namespace?: string };
  };
}

export function reviewAccess(body: unknown, rules: readonly Rule[]): object {
  const {
    verb = '',
    group = '',
    resource = '',
    subresource,
    namespace,
  } = (body as Review).spec?.resourceAttributes ?? {};
  const full = subresource === undefined ? resource : `${resource}/${subresource}`;
  const allowed = allows(rules, { verb, group, resource: full, namespace });
  return { ...(body as object), status: { allowed } };
}
