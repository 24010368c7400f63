import { Decimal, Flag, Integer, ListOf, Nested, object, Text } from '../platform/schema';

export class VerifyAuditInput {
  @Text({ optional: true, maxLength: 200, description: 'Only from a duration ago (7d), a date or a commit on.' })
  since?: string;
}

export class AuditHeadItem {
  @Integer() seq: number;
  @Text() hash: string;
}

export class AnchorCountsItem {
  @Integer({ description: 'Commits that name an entry which the chain has.' }) held: number;
  @Integer({ description: 'Commits made before the store was rebuilt.' }) before_rebuild: number;
  @Integer({ description: 'Commits of a version that named no entry.' }) none: number;
}

export class RebuildItem {
  @Text() at: string;
  @Text() by: string;
  @Text({ nullable: true }) commit: string | null;
}

export class FindingItem {
  @Text({ description: 'Stable, e.g. entry_changed.' }) code: string;
  @Text() what: string;
  @Text() means: string;
  @Text() fix: string;
  @Integer({ nullable: true }) entry: number | null;
  @Text({ nullable: true }) operation: string | null;
  @Text({ nullable: true }) commit: string | null;
}

export class AuditVerification {
  @Flag({ description: 'Nothing was found.' }) ok: boolean;
  @Text() checked_at: string;
  @Text({ nullable: true }) since: string | null;
  @Nested(() => AuditHeadItem) head: AuditHeadItem;
  @Text({ nullable: true, description: 'Newest commit of the branch.' }) commit: string | null;
  @Integer() entries: number;
  @Integer() entries_per_second: number;
  @Integer() operations: number;
  @Integer({ description: 'Accepted and not ended yet.' }) open_operations: number;
  @Integer({ description: 'Commits made by operations.' }) commits: number;
  @Integer({ description: 'Commits by people and other programs.' }) other_commits: number;
  @Nested(() => AnchorCountsItem) anchors: AnchorCountsItem;
  @Nested(() => RebuildItem, { nullable: true, description: 'Where the store was made from git.' })
  rebuilt: RebuildItem | null;
  @Decimal() seconds: number;
  @Integer({ description: 'All there are; findings has the first 10,000.' }) findings_total: number;
  @ListOf(object(() => FindingItem), { maxItems: 10_000 }) findings: FindingItem[];
}
