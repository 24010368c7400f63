import { Conflict } from '../errors';
import { editYaml, type YamlEdit, YamlEditError, YamlParseError } from './yaml';

/** @throws Conflict `unsafe_edit` where the file is written so that the edit would reach further than it says, e.g. through an anchor. */
export function editFile(path: string, text: string, edits: readonly YamlEdit[]): string {
  try {
    return editYaml(text, edits);
  } catch (cause) {
    if (!(cause instanceof YamlEditError || cause instanceof YamlParseError)) throw cause;
    throw new Conflict(`${path} cannot be edited safely: ${cause.message}.`, {
      code: 'unsafe_edit',
      fix: 'Somebody has to make this change by hand in the GitOps repository; MCTL does not guess at it.',
      cause,
    });
  }
}
