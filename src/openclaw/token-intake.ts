import { Inject, Injectable } from '@nestjs/common';
import { type FieldRule, Intakes } from '../intake';
import type { Actor } from '../platform/auth/actor';
import { Conflict, type MctlError, Unavailable } from '../platform/errors';
import type { AnsweredPage } from '../platform/operations/parts';
import type { OperationRow } from '../platform/store';
import { SecretStore } from '../platform/secrets';
import type { IntakePart } from '../services';
import type { ResumeOpenclawInput, StartOpenclawInput } from './openclaw.dto';
import type { TokenFacts } from './start.plan';
import { BOT_TOKEN } from './vocabulary';

type Target = Pick<StartOpenclawInput, 'team' | 'service'>;

/** The bot token of an OpenClaw: whether the secret store has it, and the one-time page on which its owner enters it. */
@Injectable()
export class TokenIntake {
  constructor(
    @Inject(SecretStore) private readonly secrets: SecretStore,
    @Inject(Intakes) private readonly intakes: Intakes,
  ) {}

  get page(): AnsweredPage {
    return this.intakes.page;
  }

  async facts({ team, service }: Target): Promise<TokenFacts> {
    return { hasToken: (await this.secrets.has(team, service, [BOT_TOKEN])).has(BOT_TOKEN) };
  }

  /** A link in the answer of a start, for as long as there is nothing in the store. */
  async present({ actor, input }: OperationRow): Promise<{ intake: IntakePart | null }> {
    const target = JSON.parse(input) as Target;
    try {
      const { hasToken } = await this.facts(target);
      return { intake: hasToken ? null : await this.open({ login: actor }, target) };
    } catch (error) {
      // The start itself is done, and shown, while a store elsewhere is away.
      return { intake: noLink(error) };
    }
  }

  /** A link in the refusal of a resume. A dry run leaves nothing behind, and a link is something. */
  async refused(error: MctlError, input: ResumeOpenclawInput, actor: Actor): Promise<MctlError> {
    if (error.code !== 'token_missing' || input.dry_run) return error;
    const intake = await this.open(actor, input);
    const place = intake.url === null ? '' : `The page is ${intake.url}. `;
    return new Conflict(error.message, {
      ...error.details,
      details: { ...error.details.details, intake },
      fix: place + intake.next_step,
    });
  }

  /** What was done stays done where no page can be opened: the answer says why instead. */
  private async open(actor: Pick<Actor, 'login'>, { team, service }: Target): Promise<IntakePart> {
    const names = [BOT_TOKEN];
    try {
      const purpose = `Telegram bot token of OpenClaw ${team}/${service}, from @BotFather`;
      const link = await this.intakes.open(actor, { team, service, names, purpose, rules: TOKEN_RULES });
      return { ...link, names, next_step: GIVE_LINK };
    } catch (error) {
      return noLink(error);
    }
  }
}

/** As @BotFather gives them out: the bot's id, a colon, 35 characters as of today. */
const TOKEN_RULES: ReadonlyMap<string, FieldRule> = new Map([
  [
    BOT_TOKEN,
    {
      check: {
        pattern: '[0-9]+:[A-Za-z0-9_-]{30,}',
        words:
          'This is no bot token of Telegram: digits, a colon and at least 30 letters, digits, _ or -. Copy it whole from @BotFather.',
      },
    },
  ],
]);

function noLink(error: unknown): IntakePart {
  if (!(error instanceof Unavailable)) throw error;
  const next_step = [error.message, error.details.fix].filter(Boolean).join(' ');
  return { url: null, expires_at: null, names: [BOT_TOKEN], next_step };
}

const GIVE_LINK =
  'Give this link to the person you work for and to nobody else: they open it in a browser, sign in and enter the token that @BotFather gave them. ' +
  'Never ask for the token yourself. Then call mctl_resume_openclaw_deploy.';
