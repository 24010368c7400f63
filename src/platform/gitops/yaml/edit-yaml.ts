import { EditBatch } from './edit-batch';
import { parseYaml } from './parse-yaml';
import { YamlEditError, YamlParseError } from './yaml-errors';
import { editData, sameValue, type YamlEdit, type YamlValue } from './yaml-value';

export { parseValues, parseValuesOnce, parseYaml, type ValuesData } from './parse-yaml';
export { toYaml } from './render-yaml';
export { Unquoted } from './unquoted';
export { YamlEditError, YamlParseError } from './yaml-errors';
export type { YamlEdit, YamlPath, YamlValue } from './yaml-value';

/**
 * Applies edits in order to one YAML document and returns the new text. Only the characters of the edited places
 * change. The result is read back and compared with the expected data; YamlEditError is thrown instead of returning
 * text that does not hold it, and whenever an edit would reach further than the place it names.
 */
export function editYaml(source: string, edits: readonly YamlEdit[]): string {
  try {
    let expected = parseYaml(source);
    const batch = new EditBatch(source);
    for (const edit of edits) {
      expected = editData(expected, edit);
      batch.add(edit);
    }
    const text = batch.finish();
    verify(text, expected);
    return text;
  } catch (error) {
    throw asEditError(error);
  }
}

function verify(text: string, expected: YamlValue): void {
  if (sameValue(parseYaml(text), expected)) return;
  throw new YamlEditError('the edited text would not read back as the expected data; nothing was changed');
}

function asEditError(error: unknown): unknown {
  if (error instanceof YamlParseError) return new YamlEditError(error.message, { cause: error });
  if (error instanceof RangeError) return new YamlEditError('the data is nested too deeply', { cause: error });
  return error;
}
