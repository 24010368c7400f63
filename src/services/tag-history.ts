import { type Gitops, type Revision, textAt } from '../platform/gitops';
import { parseYaml, YamlParseError, type YamlValue } from '../platform/gitops/yaml';

/** Versions of a service's file that are looked through. */
const REVISIONS = 100;

/** A tag and the commit that set it. */
export interface TagEntry {
  readonly tag: string;
  readonly repository?: string;
  readonly digest?: string;
  readonly commit: string;
  readonly at: string;
  readonly by: string;
  /** Operation that made the commit; absent where a person did. */
  readonly operation?: string;
}

/** The tags a service has had since it was onboarded, newest first. */
export async function readTagHistory(gitops: Gitops, team: string, service: string): Promise<TagEntry[]> {
  return tagHistory(await gitops.history(gitops.layout.serviceFile(team, service), REVISIONS));
}

/**
 * Of revisions that follow each other with one tag only the oldest counts: it is the one that set it.
 * @param revisions newest first; those that cannot be read are passed over.
 */
export function tagHistory(revisions: readonly Revision[]): TagEntry[] {
  const entries = revisions.flatMap(entryOf);
  return entries.filter((entry, index) => {
    const older = entries[index + 1];
    return older?.tag !== entry.tag || older.repository !== entry.repository;
  });
}

function entryOf({ commit, at, by, text, operation }: Revision): TagEntry[] {
  const data = readable(text);
  const tag = textAt(data, 'image', 'tag');
  if (tag === undefined) return [];
  const repository = textAt(data, 'image', 'repository');
  const digest = textAt(data, 'image', 'digest');
  return [{ tag, repository, ...(digest && { digest }), commit, at, by, ...(operation && { operation }) }];
}

function readable(text: string): YamlValue | undefined {
  try {
    return parseYaml(text);
  } catch (error) {
    if (error instanceof YamlParseError) return undefined;
    throw error;
  }
}
