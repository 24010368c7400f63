import { Inject, Injectable } from '@nestjs/common';
import { Audit, type AuditEntry } from '../platform/audit/audit';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import { hashOfToken, newToken } from '../platform/crypto';
import { MctlError } from '../platform/errors';
import { Github, GithubPeople, type Proof } from '../platform/github';
import { Keys } from '../platform/keys';
import { type RepositoryGrantRow, type RepositoryLinkRow, Store } from '../platform/store';
import { Askers } from './askers';
import { grantRepoAccess } from './grant-repo-access.operation';
import { CONSENT_MINUTES, expiryOf, verifierOf } from './link';
import { RepositoryRows } from './repository-rows';

/** Who wants what for whom; what a page may show of it. */
export interface Wish {
  readonly team: string;
  readonly repo: string;
  /** Login at MCTL of whoever asked. */
  readonly asker: string;
}

/** How far a browser has come, each shown as a page of its own. */
export type SetupOutcome =
  | { readonly kind: 'authorize'; readonly url: string }
  /** Unknown, used, expired, of a team that is gone or somebody who left it: all the same to whoever looks. */
  | { readonly kind: 'invalid' }
  | { readonly kind: 'declined' }
  | { readonly kind: 'failed'; readonly why: string }
  | {
      readonly kind: 'not_installed' | 'not_included' | 'suspended' | 'not_admin';
      readonly wish: Wish;
      readonly login: string;
    }
  | { readonly kind: 'question'; readonly wish: Wish; readonly login: string; readonly token: string }
  | { readonly kind: 'agreed'; readonly wish: Wish };

/**
 * What happens in the browser of whoever opened a link (ADR 20): GitHub sends it here, we send it on to GitHub to find out who it is,
 * GitHub vouches for what that person may do, the person agrees. The `installation_id` that comes along proves nothing and is not read.
 */
@Injectable()
export class SetupService {
  constructor(
    @Inject(Github) private readonly github: Github,
    @Inject(GithubPeople) private readonly people: GithubPeople,
    @Inject(RepositoryRows) private readonly rows: RepositoryRows,
    @Inject(Askers) private readonly askers: Askers,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Store) private readonly store: Store,
    @Inject(Keys) private readonly keys: Keys,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** Back from the installation: who is it? Uses nothing up, for GitHub may send a browser here more than once. */
  begin(state: string): Promise<SetupOutcome> {
    return outcomeOf(async () => {
      const link = await this.rows.openLink(hashOfToken(state), this.clock.now());
      if (!link || !(await this.askers.of(link))) return { kind: 'invalid' };
      return { kind: 'authorize', url: this.people.authorizeUrl(state, this.verifier(state)) };
    });
  }

  /** Back from signing in. Whatever GitHub then says, the link is used up. */
  prove(state: string, code: string): Promise<SetupOutcome> {
    return outcomeOf(async () => {
      const open = await this.rows.openLink(hashOfToken(state), this.clock.now());
      const asker = open && (await this.askers.of(open));
      const link = asker && (await this.rows.useLink(hashOfToken(state), this.clock.now()));
      if (!link) return { kind: 'invalid' };
      return this.judge(link, asker, await this.people.prove(code, this.verifier(state), link.repo));
    });
  }

  /** The person agrees, by the token of the page that asked: grant and audit entry in one transaction. */
  agree(token: string): Promise<SetupOutcome> {
    return outcomeOf(async () => {
      const question = await this.rows.openQuestion(hashOfToken(token), this.clock.now());
      const asker = question && (await this.askers.of(question));
      if (!asker) return { kind: 'invalid' };
      return this.store.transaction(async (transaction): Promise<SetupOutcome> => {
        const now = this.clock.now();
        const link = await this.rows.agree(transaction, hashOfToken(token), now);
        const grant = link && grantBy(link, now);
        if (!grant) return { kind: 'invalid' };
        await this.rows.grant(transaction, grant);
        await this.audit.append(transaction, [entryOf(grant, asker)]);
        return { kind: 'agreed', wish: { team: grant.team, repo: grant.full_name, asker: asker.login } };
      });
    });
  }

  private async judge(link: RepositoryLinkRow, asker: Actor, proof: Proof): Promise<SetupOutcome> {
    const { login, repository, isAdmin } = proof;
    const wish = { team: link.team, repo: repository?.fullName ?? link.repo, asker: asker.login };
    // Asked once more as the App: whether the person and the App see the same installation.
    const installation = proof.installation && (await this.github.installation(proof.installation.id));
    if (!installation) return { kind: 'not_installed', wish, login };
    if (installation.isSuspended) return { kind: 'suspended', wish, login };
    if (!repository) return { kind: 'not_included', wish, login };
    if (!isAdmin) return { kind: 'not_admin', wish, login };
    const token = newToken();
    await this.rows.vouch(link.operation_id, {
      consent_hash: hashOfToken(token),
      consent_expires_at: expiryOf(this.clock.now(), CONSENT_MINUTES).toISOString(),
      github_login: login,
      installation_id: installation.id,
      account: installation.account,
      repository_id: repository.id,
      full_name: repository.fullName,
    });
    return { kind: 'question', wish, login, token };
  }

  private verifier(state: string): string {
    return verifierOf(this.keys.githubLinkKey, state);
  }
}

async function outcomeOf(work: () => Promise<SetupOutcome>): Promise<SetupOutcome> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof MctlError) return { kind: 'failed', why: error.message };
    throw error;
  }
}

/** Undefined where the row does not say what was vouched for, which no answered question can be. */
function grantBy(link: RepositoryLinkRow, now: Date): RepositoryGrantRow | undefined {
  const { installation_id, account, repository_id, full_name, github_login } = link;
  const isVouched = installation_id !== null && repository_id !== null && full_name !== null && github_login !== null;
  if (!isVouched) return undefined;
  return {
    team: link.team,
    repository_id,
    app: link.app,
    installation_id,
    account: account ?? '',
    full_name,
    operation_id: link.operation_id,
    agreed_by: github_login,
    granted_at: now.toISOString(),
    private: null,
    default_branch: null,
    synced_at: null,
  };
}

/** In the name of whoever asked; GitHub's word for who agreed is the reason. */
function entryOf({ team, full_name: repo, agreed_by: login }: RepositoryGrantRow, asker: Actor): AuditEntry {
  return {
    event: 'agreed',
    operation: grantRepoAccess.name,
    risk: grantRepoAccess.risk,
    actor: asker,
    team,
    target: `${team}/${repo}`,
    reason: `agreed to at GitHub by ${login}`,
  };
}
