import { isPlain, type Plain } from './values';
import { parseValues, parseYaml, type YamlValue, YamlParseError } from './yaml';

/** Each document of a YAML file on its own, the separator with the one it opens. */
export function splitDocuments(text: string): string[] {
  return text.split(/^(?=---(?:[ \t\r]|$))/m);
}

/** Data of every document that can be read; others are left out. For looking something up in files that are not ours alone. */
export function parseDocuments(text: string): YamlValue[] {
  return readDocuments(text).flatMap((document) => (document instanceof YamlParseError ? [] : [document]));
}

/** Data of every document, or why it cannot be read (line and column count from its own beginning). */
export function readDocuments(text: string): (YamlValue | YamlParseError)[] {
  return splitDocuments(text).map((document) => {
    try {
      return parseYaml(document);
    } catch (error) {
      if (error instanceof YamlParseError) return error;
      throw error;
    }
  });
}

/**
 * What a values file says, as Helm reads it, with what somebody wrote kept where that differs (`Unquoted`). A file without a value,
 * e.g. one of comments only, says nothing: `{}`.
 * @param parse `parseValuesOnce` where many files are read once each.
 * @throws YamlParseError for what Helm would refuse or MCTL cannot tell: no YAML, no map, several documents, a key twice.
 */
export function readValues(text: string, parse = parseValues): Plain {
  const data = parse(text) ?? {};
  if (isPlain(data)) return data;
  throw new YamlParseError(
    `the file is ${Array.isArray(data) ? 'a list' : 'a single value'}, not a map of values`,
    1,
    1,
  );
}
