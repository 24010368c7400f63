import type { KubeObject } from './objects';

/** Field labels that the API supports here; any other is refused, as there. */
const FIELDS: Record<string, RegExp> = {
  '': /^metadata\.(name|namespace)$/,
  pods: /^(metadata\.(name|namespace)|status\.phase|spec\.nodeName)$/,
  events: /^(metadata\.(name|namespace)|involvedObject\.(kind|name|namespace|uid)|reason|type)$/,
};

/** @throws Error in the words of the API server. */
export function selects(object: KubeObject, plural: string, labels: string | null, fields: string | null): boolean {
  return (
    split(labels).every((requirement) => matchesLabel(object, requirement)) &&
    split(fields).every((requirement) => matchesField(object, plural, requirement))
  );
}

function split(selector: string | null): string[] {
  return (selector ?? '').split(/,(?![^(]*\))/).filter((part) => part !== '');
}

function matchesLabel({ metadata: { labels = {} } }: KubeObject, requirement: string): boolean {
  const [, key = '', not, values = ''] = /^([^\s=!]+) (not)?in \(([^)]*)\)$/.exec(requirement) ?? [];
  if (key !== '') {
    return (
      values
        .split(',')
        .map((value) => value.trim())
        .includes(labels[key] ?? '\0') ===
      (not === undefined)
    );
  }
  const [, name = '', operator, value] = /^([^\s=!]+)(==|=|!=)([^=!,\s]*)$/.exec(requirement) ?? [];
  if (name !== '') return (labels[name] === value) === (operator !== '!=');
  if (/^![^\s=!]+$/.test(requirement)) return !(requirement.slice(1) in labels);
  if (/^[^\s=!]+$/.test(requirement)) return requirement in labels;
  throw new Error(`unable to parse requirement: ${requirement}`);
}

function matchesField(object: KubeObject, plural: string, requirement: string): boolean {
  const [, path = '', operator, value] = /^([\w.]+)(==|=|!=)(.*)$/.exec(requirement) ?? [];
  if (!(FIELDS[plural] ?? FIELDS[''])?.test(path)) throw new Error(`field label not supported: ${path}`);
  const found = path
    .split('.')
    .reduce<unknown>((at, key) => (at as Record<string, unknown> | undefined)?.[key], object);
  return (String(found ?? '') === value) === (operator !== '!=');
}
