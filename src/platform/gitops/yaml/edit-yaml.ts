import { appendEntries } from './append-entries';
import { blockStyle } from './block-style';
import { deleteEntry } from './delete-entry';
import { type OpenedYaml, openYaml, rootData } from './parse-yaml';
import { type Change, planEdit } from './plan-edit';
import { blockLines } from './render-yaml';
import { replaceValue } from './replace-value';
import { findTrail, type Slot } from './slot';
import { applySplices, insertLines, type Splice } from './source-text';
import { YamlEditError, YamlParseError } from './yaml-errors';
import { editData, sameValue, showPath, type YamlEdit, type YamlValue } from './yaml-value';

export { parseYaml } from './parse-yaml';
export { toYaml } from './render-yaml';
export { YamlEditError, YamlParseError } from './yaml-errors';
export type { YamlEdit, YamlPath, YamlValue } from './yaml-value';

/**
 * Applies edits in order to one YAML document and returns the new text. Only the characters of the edited places
 * change. The result is read back and compared with the expected data; YamlEditError is thrown instead of returning
 * text that does not hold it, and whenever an edit would reach further than the place it names.
 */
export function editYaml(source: string, edits: readonly YamlEdit[]): string {
  try {
    let expected = rootData(openYaml(source));
    let text = source;
    for (const edit of edits) {
      expected = editData(expected, edit);
      text = applyEdit(text, edit);
    }
    if (edits.length > 0) verify(text, expected);
    return text;
  } catch (error) {
    throw asEditError(error);
  }
}

function verify(text: string, expected: YamlValue): void {
  if (sameValue(rootData(openYaml(text)), expected)) return;
  throw new YamlEditError('the edited text would not read back as the expected data; nothing was changed');
}

function asEditError(error: unknown): unknown {
  if (error instanceof YamlParseError) return new YamlEditError(error.message, { cause: error });
  if (error instanceof RangeError) return new YamlEditError('the data is nested too deeply', { cause: error });
  return error;
}

function applyEdit(source: string, edit: YamlEdit): string {
  let text = source;
  let opened = openYaml(text);
  const pending = planEdit(opened, edit);
  while (pending.length > 0) {
    text = applyChanges(opened, takeBatch(pending));
    if (pending.length > 0) opened = openYaml(text);
  }
  return text;
}

/** Replacements leave each other alone and can share one parse; other changes move lines. */
function takeBatch(pending: Change[]): Change[] {
  const end = pending.findIndex(({ kind }) => kind !== 'replace');
  return pending.splice(0, end === -1 ? pending.length : Math.max(end, 1));
}

function applyChanges(opened: OpenedYaml, changes: readonly Change[]): string {
  const style = blockStyle(opened.root);
  return applySplices(
    opened.source,
    changes.flatMap((change) => changeSplices(opened, change, style)),
  );
}

function changeSplices(opened: OpenedYaml, change: Change, style: ReturnType<typeof blockStyle>): Splice[] {
  const { source } = opened;
  const { slots, slot } = findTrail(opened, change.path);
  assertNotShared(opened, slots);
  if (change.kind === 'append') return appendEntries(source, slot, change.entries, style);
  if (change.kind === 'delete') return deleteEntry(source, slots.at(-2) ?? slot, slot);
  if (opened.root === null) return [insertLines(source, source.length, blockLines(change.value, style))];
  return replaceValue(source, slot, change.value, style);
}

function assertNotShared({ shared }: OpenedYaml, slots: readonly Slot[]): void {
  const found = slots.find(({ node }) => node !== null && shared.has(node));
  if (!found) return;
  throw new YamlEditError(
    `${showPath(found.path)} has an anchor that an alias uses: the edit would change both places`,
  );
}
