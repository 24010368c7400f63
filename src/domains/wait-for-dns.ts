import { Inject, Injectable } from '@nestjs/common';
import { Clock } from '../platform/clock';
import { Config } from '../platform/config';
import { Dns, wordsOf } from '../platform/dns';
import { Conflict } from '../platform/errors';
import type { Domain } from '../platform/gitops';
import type { TaskContext, TaskOutcome } from '../platform/operations/parts';
import { requireSame } from './activate.plan';
import { readableDomain } from './domains-in';
import type { AddDomainInput } from './domains.dto';
import type { FoundProof } from './found-proof';
import { hostFrom } from './host.policy';
import { observe } from './look-up';
import { pauseAfter } from './pause.policy';
import { cnameWords, type Expectation, judge, txtWords, type Observation, type Verdict } from './proof.policy';
import { cnameTarget } from './target.policy';

/** What a try keeps for the next: the registration that this operation made or found. */
interface State {
  readonly challenge: string;
}

/** The task of `add-custom-domain`: one look at DNS at each try, until the proof is there or the registration is gone. */
@Injectable()
export class WaitForDns {
  private readonly expiryMs: number;
  private readonly pauses: { readonly first: number; readonly longest: number };

  constructor(
    @Inject(Dns) private readonly dns: Dns,
    @Inject(Clock) private readonly clock: Clock,
    @Inject(Config) { values }: Config,
  ) {
    this.expiryMs = values.domainExpiry;
    this.pauses = { first: values.domainFirstPause, longest: values.domainLongestPause };
  }

  /** @throws Conflict `domain_removed`, `domain_replaced` or `domain_expired`, which end the operation. */
  async run({ input, world, state, attempt, submittedAt }: TaskContext<AddDomainInput>): Promise<TaskOutcome> {
    const host = hostFrom(input.domain);
    const challenge = (state as State | undefined)?.challenge ?? readableDomain(world, host.ascii)?.challenge ?? '';
    const domain = requireSame(world, host.ascii, input, challenge);
    const now = this.clock.now();
    // A domain that was proved before has no expiry; whoever adds it again does not wait for ever.
    const until = domain.expiresAt ?? new Date(submittedAt.getTime() + this.expiryMs);
    if (until <= now) throw expired(domain, until);
    const target = cnameTarget(world, input.team, input.service);
    const expectation: Expectation = { host, challenge: domain.challenge, target };
    const seen = await observe(this.dns, expectation);
    const verdict = judge(expectation, seen);
    if (verdict.state === 'proved') {
      const { method, record } = verdict;
      return { done: { challenge, method, record, at: this.clock.now().toISOString() } satisfies FoundProof };
    }
    const pause = pauseAfter(attempt, this.pauses, Math.random());
    const left = until.getTime() - now.getTime();
    const message = waitingWords(expectation, seen, verdict);
    return { wait: { milliseconds: Math.min(pause, left), message, state: { challenge } satisfies State } };
  }
}

function waitingWords(expectation: Expectation, { txt, cname }: Observation, verdict: Verdict): string {
  const trouble = verdict.state === 'unknown' ? `DNS could not be asked: ${wordsOf(verdict.trouble)}. ` : '';
  return `${trouble}Waiting for the DNS record. ${txtWords(expectation, txt)} ${cnameWords(expectation, cname)}`;
}

function expired({ host }: Domain, until: Date): Conflict {
  return new Conflict(
    `${host} was not proved until ${until.toISOString()}; nobody waits for it any longer, and a registration that was never proved has expired.`,
    {
      code: 'domain_expired',
      field: 'domain',
      got: host,
      fix: 'Call mctl_add_custom_domain again for a new registration, and make the DNS record it answers.',
    },
  );
}
