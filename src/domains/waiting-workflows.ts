import { Inject, Injectable } from '@nestjs/common';
import { Store, type OperationRow, type StoreTransaction } from '../platform/store';
import { OperationStore, type StoredAnswer } from '../platform/operations/operation-store';
import { addCustomDomain } from './add-custom-domain.operation';
import { type ClaimEvent } from './claim.policy';
import { hostFrom } from './host.policy';

/** What a call of `add-custom-domain` or `remove-custom-domain` is about. */
interface Subject {
  readonly team: string;
  readonly service: string;
  readonly domain: string;
}

/** The workflows of `add-custom-domain`: who waits for what, and what a team registered before. */
@Injectable()
export class WaitingWorkflows {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(OperationStore) private readonly operations: OperationStore,
  ) {}

  /** Hosts for which workflows of the team wait, each once. */
  async hostsOf(team: string): Promise<string[]> {
    const open = await this.operations.open(addCustomDomain.name, team);
    return [...new Set(open.filter(({ stage }) => stage === 'await').map(({ input }) => subjectOf(input).host))];
  }

  /**
   * Whether this call must wait itself. Not where a workflow waits for the same proof already: that one looks at DNS at once, as the
   * caller wishes, and makes the one activation.
   */
  async isNeeded(transaction: StoreTransaction, { id }: Pick<OperationRow, 'id'>, subject: Subject): Promise<boolean> {
    const open = await this.operations.open(addCustomDomain.name, subject.team, transaction);
    const challenge = challengeIn(open.find((row) => row.id === id));
    const first = open.find(
      (row) => row.id !== id && isPastFirstCommit(row) && isAbout(row, subject) && challengeIn(row) === challenge,
    );
    if (first?.stage === 'await') await this.lookNow(transaction, first);
    return first === undefined;
  }

  /** Whoever waits for this host looks now, e.g. finds that it was removed. */
  async wake(transaction: StoreTransaction, subject: Subject): Promise<void> {
    const open = await this.operations.open(addCustomDomain.name, subject.team, transaction);
    for (const row of open) if (row.stage === 'await' && isAbout(row, subject)) await this.lookNow(transaction, row);
  }

  /** What the team's workflows did to this host: registrations and proofs, as far back as the store remembers. */
  async eventsOf({ team, domain }: Pick<Subject, 'team' | 'domain'>): Promise<ClaimEvent[]> {
    const host = hostFrom(domain).ascii;
    const rows = await this.store.db
      .selectFrom('operations')
      .select(['input', 'answer', 'submitted_at', 'finished_at', 'stage', 'status'])
      .where('operation', '=', addCustomDomain.name)
      .where('team', '=', team)
      .where('commit', 'is not', null)
      .execute();
    return rows.filter(({ input }) => subjectOf(input).host === host).flatMap(eventsIn);
  }

  private async lookNow(transaction: StoreTransaction, { id }: OperationRow): Promise<void> {
    await this.operations.update(transaction, id, { next_run_at: new Date().toISOString() });
  }
}

function isPastFirstCommit({ stage }: OperationRow): boolean {
  return stage === 'await' || stage === 'continue';
}

function isAbout({ input }: OperationRow, { service, domain }: Subject): boolean {
  const subject = subjectOf(input);
  return subject.service === service && subject.host === hostFrom(domain).ascii;
}

/** What was restored from git has lost its arguments. */
function subjectOf(input: string): { readonly service?: string; readonly host: string } {
  const { service, domain } = JSON.parse(input) as Partial<Subject>;
  return { service, host: domain === undefined ? '' : hostFrom(domain).ascii };
}

function challengeIn(row: OperationRow | undefined): string | undefined {
  if (!row) return undefined;
  const { challenge } = (JSON.parse(row.answer) as StoredAnswer).extra as { challenge?: { value?: string } | null };
  return challenge?.value;
}

type Past = Pick<OperationRow, 'answer' | 'submitted_at' | 'finished_at' | 'stage' | 'status'>;

function eventsIn({ answer, submitted_at, finished_at, stage, status }: Past): ClaimEvent[] {
  const { changes } = JSON.parse(answer) as Partial<StoredAnswer>;
  // A repetition changes nothing, or what its own proof changes, and then that proof is what counts.
  const isRegistration = (changes?.length ?? 0) > 0;
  const isProved = stage === 'continue' && status === 'succeeded';
  return [
    ...(isRegistration ? [{ kind: 'registered' as const, at: new Date(submitted_at) }] : []),
    ...(isProved && finished_at !== null ? [{ kind: 'proved' as const, at: new Date(finished_at) }] : []),
  ];
}
