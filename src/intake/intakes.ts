import { Inject, Injectable } from '@nestjs/common';
import type { Actor } from '../platform/auth/actor';
import { Clock } from '../platform/clock';
import { hashOfToken, newToken, ulid } from '../platform/crypto';
import { Unavailable } from '../platform/errors';
import { OwnAddress, servesPages } from '../platform/http/pages';
import type { AnsweredPage } from '../platform/operations/parts';
import type { StoreTransaction } from '../platform/store';
import { INTAKE_MINUTES, type IntakeLink, type IntakeRequest } from './intake';
import { IntakeStore, namesText } from './intake-store';

/** One-time pages on which a person enters the values of secrets. Whoever needs a value opens one and passes the link on. */
@Injectable()
export class Intakes {
  constructor(
    @Inject(IntakeStore) private readonly intakes: IntakeStore,
    @Inject(OwnAddress) private readonly address: OwnAddress,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /**
   * Opens a page for the actor alone, for ten minutes and one use. One that is still unused for the same names is closed.
   * The caller has made sure that the actor may set these secrets.
   * @throws Unavailable `intake_unreachable` where no browser could reach a page, or only over a line that others can read.
   */
  async open({ login }: Pick<Actor, 'login'>, request: IntakeRequest): Promise<IntakeLink> {
    const { team, service, names, purpose, rules } = request;
    const base = this.address.base();
    if (base === undefined || !servesPages(base)) throw unreachable(base);
    const token = newToken();
    const now = this.clock.now();
    const expiresAt = new Date(now.getTime() + INTAKE_MINUTES * 60_000).toISOString();
    await this.intakes.replace({
      id: ulid(),
      token_hash: hashOfToken(token),
      team,
      service,
      names: namesText(names),
      purpose,
      rules: rules ? JSON.stringify([...rules]) : null,
      actor: login,
      opened_at: now.toISOString(),
      expires_at: expiresAt,
      attempts: 0,
      session_hash: null,
      signed_in: null,
      stored: null,
    });
    return { url: `${base}/intake/${token}`, expires_at: expiresAt };
  }

  /** For operations whose answer has the link as `intake.url`. */
  readonly page: AnsweredPage = {
    linkIn: ({ intake }) => {
      const { url, names = [] } = (intake ?? {}) as { url?: string | null; names?: readonly string[] };
      if (typeof url !== 'string') return undefined;
      const values = names.length === 1 ? 'the value' : 'the values';
      const message = `Sign in to MCTL on this page and enter ${values} of ${names.join(', ')} there, never in the chat.`;
      return { url, message };
    },
    isUsed: (url) => this.isUsed(url),
    afterNo,
  };

  private async isUsed(url: string): Promise<boolean> {
    const token = url.slice(url.lastIndexOf('/') + 1);
    const intake = await this.intakes.find(hashOfToken(token), this.clock.now());
    return intake?.stored !== undefined;
  }

  /** As `close`, in a transaction of its own. */
  closeNow(team: string, service?: string): Promise<void> {
    return this.intakes.closeNow(team, service);
  }

  /** Closes every link of a service, or of a team where none is named: what goes needs no values. */
  close(transaction: StoreTransaction, team: string, service?: string): Promise<void> {
    return this.intakes.close(transaction, team, service);
  }
}

/**
 * The link goes on opening. No call that takes a name back is given as it is: it clears all secrets of a service first, so that whoever
 * makes it has to see the others before.
 */
const afterNo: AnsweredPage['afterNo'] = ({ operation, intake }, { team, service }) => {
  const { names = [] } = (intake ?? {}) as { names?: readonly string[] };
  const stands = `No value of ${names.join(', ')} was entered. The change itself does not depend on that: it was accepted and stays.`;
  const message = `${stands} The link in intake still opens, until it expires; the same call again gives a new one.`;
  if (operation.name !== 'deploy-service') return { message, undo: [] };
  const why = 'to take a name back: see all secret names first, then mctl_deploy_service with action update-config, ';
  const how = `${why}clear_secrets true and secret_names of those that stay`;
  return { message, undo: [{ tool: 'mctl_get_service_config', arguments: { team, service }, why: how }] };
};

function unreachable(base: string | undefined): Unavailable {
  return new Unavailable(
    base === undefined
      ? 'No page can be opened here: this process serves none.'
      : `No page can be opened at ${base}: secrets are taken over https or on loopback only.`,
    {
      code: 'intake_unreachable',
      fix:
        base === undefined
          ? 'Start the server, then make the same call through it.'
          : 'Put MCTL behind https and set MCTL_PUBLIC_URL to that address.',
    },
  );
}
