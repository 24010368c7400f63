import {
  type DatabaseDocument,
  databaseDocument,
  type DatabaseFile,
  editFile,
  type FileChange,
  listAt,
  splitDocuments,
  textAt,
  type World,
} from '../platform/gitops';
import type { YamlEdit } from '../platform/gitops/yaml';

/** The file of a database with more extensions; whatever else is in it, by whoever, stays. */
export function withExtensions(world: World, { team, name }: DatabaseFile, added: readonly string[]): FileChange[] {
  if (added.length === 0) return [];
  const path = world.layout.databaseFile(team, name);
  const text = world.text(path) ?? '';
  const found = databaseDocument(text);
  if (!found) return [];
  const documents = splitDocuments(text);
  documents[found.index] = editFile(path, documents[found.index] ?? '', extensionEdits(found, added));
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
