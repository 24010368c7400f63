import { Inject, Injectable } from '@nestjs/common';
import { Access } from '../platform/auth/access';
import { Audit } from '../platform/audit/audit';
import type { Actor, Identity, Via } from '../platform/auth/actor';
import type { Knock } from '../platform/auth/failed-sign-ins';
import { mustHaveScopes } from '../platform/auth/scopes';
import { Clock } from '../platform/clock';
import { Config } from '../platform/config';
import { hashOfToken, isToken } from '../platform/crypto';
import { NotAllowed, NotFound, Unauthenticated } from '../platform/errors';
import { MayBeKept, SecretStore, type SecretValue } from '../platform/secrets';
import type { Intake, SignedIn, StoredName } from './intake';
import { IntakeStore } from './intake-store';
import { SignIn } from './sign-in';

/** Name in the audit trail. */
const OPERATION = 'secret-intake';
/** Least role of whoever sets a service's secrets, as that of `deploy-service`. */
const ROLE = 'developer';

/** What happens on a page: it is found by its link, its person signs in, and their values are kept. */
@Injectable()
export class IntakePageService {
  constructor(
    @Inject(IntakeStore) private readonly intakes: IntakeStore,
    @Inject(SignIn) private readonly signIns: SignIn,
    @Inject(SecretStore) private readonly secrets: SecretStore,
    @Inject(Access) private readonly access: Access,
    @Inject(Audit) private readonly audit: Audit,
    @Inject(Config) private readonly config: Config,
    @Inject(Clock) private readonly clock: Clock,
  ) {}

  /** @throws NotFound `intake_not_found` for a link that is unknown, has expired or was closed: nobody learns which. */
  async find(token: string): Promise<Intake> {
    const intake = isToken(token) ? await this.intakes.find(hashOfToken(token), this.clock.now()) : undefined;
    if (!intake) throw gone();
    return intake;
  }

  /**
   * Lets the person who asked for the page in.
   * @throws Unauthenticated for a credential that is none; NotFound as `find` for somebody else, or who has lost the role since.
   */
  async signIn(intake: Intake, { credential, knock, ...entry }: SignInForm): Promise<void> {
    const identity = await this.verify(intake, credential, knock);
    await this.enter(intake, identity, entry);
  }

  /**
   * Lets in whom somebody has vouched for already.
   * @throws NotFound as `signIn`.
   */
  async enter(intake: Intake, identity: Identity, { session, via }: Entry): Promise<void> {
    const actor = this.actorOf(identity.login, identity, via);
    if (identity.login.toLowerCase() !== intake.actor.toLowerCase()) {
      await this.intakes.countAttempt(intake);
      await this.refuse(intake, actor, 'intake_of_another');
      throw gone();
    }
    await this.requireRole(intake, actor);
    mustHaveScopes(identity, { name: OPERATION, kind: 'write' });
    await this.intakes.beginSession(intake, hashOfToken(session), identity);
  }

  /**
   * Keeps the values, records that they were kept and uses the link up: all of it or nothing, where no store elsewhere breaks off.
   * @param values of names of the intake; the page has checked that none is missing but what may keep its value.
   * @throws InvalidInput for a value that may not be kept; NotFound where the link was used in the meantime, or the role is gone;
   *   NotAllowed `read_only`.
   */
  async keep(intake: Intake, values: ReadonlyMap<string, SecretValue>, via: Via): Promise<void> {
    if (this.config.values.readOnly) throw readOnly();
    const actor = this.actorOf(intake.actor, intake.signedIn, via);
    await this.requireRole(intake, actor);
    // First, so that of two forms at once only one gets to the secret store, which may be elsewhere.
    if (!(await this.intakes.claim(intake, this.clock.now()))) throw gone();
    try {
      const { team, service } = intake;
      await this.secrets.put({ team, service, values, by: actor.login }, async (transaction, kept) => {
        const stored = [...kept].map(([name, version]): StoredName => ({ name, version }));
        if (!(await this.intakes.finish(transaction, intake, stored))) throw gone();
        const reason = stored.map(({ name, version }) => `${name} version ${version}`).join(', ');
        await this.audit.append(transaction, [{ ...factsOf(intake, actor), event: 'secret_stored', reason }]);
      });
    } catch (error) {
      await this.intakes.release(intake);
      if (error instanceof MayBeKept) await this.refuse(intake, actor, error.code);
      throw error;
    }
  }

  private async verify(intake: Intake, credential: string, knock: Knock): Promise<Identity> {
    try {
      return await this.signIns.verify(credential, knock);
    } catch (error) {
      if (error instanceof Unauthenticated) await this.intakes.countAttempt(intake);
      throw error;
    }
  }

  private async requireRole(intake: Intake, actor: Actor): Promise<void> {
    try {
      await this.access.requireRole(actor, intake.team, ROLE);
    } catch (error) {
      if (!(error instanceof NotFound || error instanceof NotAllowed)) throw error;
      await this.refuse(intake, actor, error.code);
      throw gone();
    }
  }

  private refuse(intake: Intake, actor: Actor, code: string): Promise<void> {
    return this.audit.record({ ...factsOf(intake, actor), event: 'refused', code });
  }

  private actorOf(login: string, signedIn: SignedIn | undefined, via: Via): Actor {
    const { method = 'local', teams } = signedIn ?? {};
    return { login, method, teams, isAdmin: this.config.isAdmin(login), via };
  }
}

export interface Entry {
  /** The browser's new session. */
  readonly session: string;
  readonly via: Via;
}

export interface SignInForm extends Entry {
  readonly credential: string;
  readonly knock: Knock;
}

function factsOf({ team, service }: Intake, actor: Actor) {
  return { operation: OPERATION, risk: 'high', actor, team, target: `${team}/${service}` };
}

function gone(): NotFound {
  return new NotFound('This link is not valid, or no longer.', {
    code: 'intake_not_found',
    fix: 'Ask your assistant for a new one.',
  });
}

function readOnly(): NotAllowed {
  return new NotAllowed('MCTL runs read-only (MCTL_READ_ONLY=true); nothing can be stored.', { code: 'read_only' });
}
