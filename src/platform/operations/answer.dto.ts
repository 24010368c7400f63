import { FreeForm, ListOf, Nested, object, Text, UntrustedPart } from '../schema';

export class OperationRef {
  @Text({ nullable: true }) id: string | null;
  @Text() name: string;
  @Text() status: string;
}

export class WorkflowRef {
  @Text() name: string;
  @Text() engine: string;
  @Text() status: string;
}

export class CommitRef {
  @Text() sha: string;
  @Text({ nullable: true }) url: string | null;
}

export class ChangeItem {
  @Text() path: string;
  @Text() action: string;
}

export class WarningItem {
  @Text() code: string;
  @Text() message: string;
}

export class NextActionItem {
  @Text() tool: string;
  @FreeForm() arguments: object;
  @Text() why: string;
}

export class DestroyedItem {
  @Text() kind: string;
  @Text() name: string;
}

/** Answered instead of a write by `dry_run` and by a destructive call without a token. */
export class PlanPart {
  @Text() digest: string;
  @Text() diff: string;
  @ListOf(object(() => DestroyedItem), { narrow: 'The summary counts them; plan.diff has their files.' })
  destroys: DestroyedItem[];
  @Text({ optional: true }) confirm_token?: string;
  @Text({ optional: true }) expires_at?: string;
}

/** Spine of every write's answer. Status: planned, confirmation_required, submitted, running, succeeded, failed. */
export class WriteAnswer {
  @Nested(() => OperationRef) operation: OperationRef;
  @Nested(() => WorkflowRef, { nullable: true }) workflow: WorkflowRef | null;
  @Nested(() => CommitRef, { nullable: true }) commit: CommitRef | null;
  @ListOf(object(() => ChangeItem), { narrow: 'git show of the commit has them all.' }) changes: ChangeItem[];
  @Text() summary: string;
  @ListOf(object(() => WarningItem)) warnings: WarningItem[];
  @ListOf(object(() => NextActionItem)) next_actions: NextActionItem[];
  @Nested(() => PlanPart, { optional: true }) plan?: PlanPart;
  @FreeForm({ optional: true, listed: false, description: 'Why it failed.' }) error?: object;
  @Nested(() => UntrustedPart, {
    optional: true,
    description: 'Which of it repeats what stood in git.',
  })
  untrusted?: UntrustedPart;
}
