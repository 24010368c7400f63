import { parseYaml, type YamlValue, YamlParseError } from './yaml';

/** Each document of a YAML file on its own, the separator with the one it opens. */
export function splitDocuments(text: string): string[] {
  return text.split(/^(?=---\s*$)/m);
}

/** Data of every document that can be read; others are left out. For looking something up in files that are not ours alone. */
export function parseDocuments(text: string): YamlValue[] {
  return splitDocuments(text).flatMap((document) => {
    try {
      return [parseYaml(document)];
    } catch (error) {
      if (error instanceof YamlParseError) return [];
      throw error;
    }
  });
}
