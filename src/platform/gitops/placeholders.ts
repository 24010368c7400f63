import { splitDocuments } from './documents';
import { editYaml, parseYaml, type YamlValue } from './yaml';

/**
 * Fills tokens such as `__TEAM__` inside the strings of YAML documents, structurally: whatever a token stands for, it cannot become
 * a key, a document or an anchor. Comments stay.
 */
export function fillPlaceholders(text: string, tokens: Readonly<Record<string, string>>): string {
  return splitDocuments(text)
    .map((document) => editYaml(document, [{ path: [], set: fill(parseYaml(document), tokens) }]))
    .join('');
}

function fill(value: YamlValue, tokens: Readonly<Record<string, string>>): YamlValue {
  if (typeof value === 'string') {
    return Object.entries(tokens).reduce((filled, [token, by]) => filled.replaceAll(token, () => by), value);
  }
  if (Array.isArray(value)) return value.map((item) => fill(item, tokens));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, fill(item, tokens)]));
}
