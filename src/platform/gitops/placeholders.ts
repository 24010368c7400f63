import { splitDocuments } from './documents';
import { editYaml, parseYaml, type YamlEdit, type YamlPath, type YamlValue } from './yaml';

/**
 * Fills tokens such as `__TEAM__` inside the strings of YAML documents, structurally: whatever a token stands for, it cannot become
 * a key, a document or an anchor. Comments stay.
 */
export function fillPlaceholders(text: string, tokens: Readonly<Record<string, string>>): string {
  return splitDocuments(text)
    .map((document) => editYaml(document, [...replacements(parseYaml(document), [], tokens)]))
    .join('');
}

function* replacements(value: YamlValue, path: YamlPath, tokens: Readonly<Record<string, string>>): Iterable<YamlEdit> {
  if (typeof value === 'string') {
    const filled = Object.entries(tokens).reduce(
      (filledSoFar, [token, by]) => filledSoFar.replaceAll(token, () => by),
      value,
    );
    if (filled !== value) yield { path, set: filled };
  } else if (Array.isArray(value)) {
    for (const [index, item] of value.entries()) yield* replacements(item, [...path, index], tokens);
  } else if (typeof value === 'object' && value !== null) {
    for (const [key, item] of Object.entries(value)) yield* replacements(item, [...path, key], tokens);
  }
}
