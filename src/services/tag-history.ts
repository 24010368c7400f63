import { type Gitops, type Plain, printedAt, readValues, type Revision, textAt } from '../platform/gitops';
import { YamlParseError } from '../platform/gitops/yaml';

/** Versions of a service's file that are looked through: years of a busy service. */
const REVISIONS = 5000;

/** A tag and the commit that set it. */
export interface TagEntry {
  /** As it is written in the file. */
  readonly tag: string;
  /** What Helm made of it where that is something else: `1.1` of `1.10` without quotes. */
  readonly ran?: string;
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
  const revisions = await gitops.history(gitops.layout.serviceFile(team, service), REVISIONS);
  const tags = tagHistory(revisions);
  // Where the look back was cut off, nobody knows who set the oldest tag.
  return revisions.length < REVISIONS ? tags : tags.slice(0, -1);
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

/**
 * The tags that led to the present one, it first, without those that were gone back from: after 1.0, 1.1, 1.2 and back to 1.1 these
 * are 1.1 and 1.0. Going back once more must not bring back what somebody went back from.
 * @param history newest first.
 */
export function lineage(history: readonly TagEntry[]): TagEntry[] {
  const line: TagEntry[] = [];
  for (const entry of [...history].reverse()) {
    const before = line.findIndex(({ tag }) => tag === entry.tag);
    if (before !== -1) line.length = before;
    line.push(entry);
  }
  return line.reverse();
}

function entryOf({ commit, at, by, text, operation }: Revision): TagEntry[] {
  const data = readable(text);
  const tag = textAt(data, 'image', 'tag');
  if (tag === undefined) return [];
  const repository = textAt(data, 'image', 'repository');
  const digest = textAt(data, 'image', 'digest');
  const ran = printedAt(data, 'image', 'tag');
  return [
    {
      tag,
      ...(ran !== tag && { ran }),
      repository,
      ...(digest && { digest }),
      commit,
      at,
      by,
      ...(operation && { operation }),
    },
  ];
}

function readable(text: string): Plain | undefined {
  try {
    return readValues(text);
  } catch (error) {
    if (error instanceof YamlParseError) return undefined;
    throw error;
  }
}
