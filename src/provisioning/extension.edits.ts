import { Conflict } from '../platform/errors';
import {
  type DatabaseDocument,
  databaseDocument,
  type DatabaseFile,
  type FileChange,
  listAt,
  splitDocuments,
  textAt,
  type World,
} from '../platform/gitops';
import { editYaml, type YamlEdit, YamlEditError, YamlParseError } from '../platform/gitops/yaml';

/** The file of a database with more extensions; whatever else is in it, by whoever, stays. */
export function withExtensions(world: World, { team, name }: DatabaseFile, added: readonly string[]): FileChange[] {
  if (added.length === 0) return [];
  const path = world.layout.databaseFile(team, name);
  const text = world.text(path) ?? '';
  const found = databaseDocument(text);
  if (!found) return [];
  const documents = splitDocuments(text);
  documents[found.index] = edited(path, documents[found.index] ?? '', extensionEdits(found, added));
  return [{ path, content: documents.join('') }];
}

/** CloudNativePG has a map for each, which may say that it is to be absent; the record of a server has plain names. */
function extensionEdits({ mode, data }: DatabaseDocument, added: readonly string[]): YamlEdit[] {
  const place = mode === 'server' ? ['extensions'] : ['spec', 'extensions'];
  const entries = listAt(data, ...place);
  const absent = added.filter((name) => entries.some((entry) => textAt(entry, 'name') === name));
  const missing = added.filter((name) => !absent.includes(name));
  return [
    ...absent.map((name) => ({
      path: [...place, entries.findIndex((entry) => textAt(entry, 'name') === name), 'ensure'],
      set: 'present',
    })),
    ...missing.map((name, index) => ({
      path: [...place, entries.length + index],
      set: mode === 'server' ? name : { name },
    })),
  ];
}

function edited(path: string, text: string, edits: readonly YamlEdit[]): string {
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
