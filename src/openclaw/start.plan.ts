import { InvalidInput } from '../platform/errors';
import type { World } from '../platform/gitops';
import type { PlanContext } from '../platform/operations/operation';
import type { NextAction, Plan, Warning } from '../platform/operations/plan';
import { generatedHost, requireNewService } from '../services';
import { requireHost } from './host.policy';
import { deployedAlready, isOpenclaw, otherService } from './known-service.policy';
import { type Onboarding, onboardingText } from './onboarding';
import type { StartOpenclawInput } from './openclaw.dto';
import { openclawValues } from './openclaw-values';
import { type Preflight, preflight, shortagesOf } from './preflight.policy';

/** What is known beyond the repository. */
export interface TokenFacts {
  /** Whether the secret store has a value for the bot token. */
  readonly hasToken: boolean;
}

/**
 * Notes what is asked for in a file of its own and provisions nothing. What the team lacks is told and refuses nothing yet: it can be
 * mended while the token is entered, and `planDeploy` looks again.
 */
export function planStart({ input, world, facts }: PlanContext<StartOpenclawInput, TokenFacts>): Plan {
  const { team, service } = input;
  requireFree(world, team, service);
  const onboarding = wishOf(input, world);
  const checked = preflight(world, onboarding, openclawValues(world, onboarding));
  const { hasToken } = facts;
  const path = world.layout.onboardingFile(team, service);
  const owners = onboarding.owners.length;
  return {
    changes: [{ path, content: onboardingText(onboarding) }],
    subject: `start-openclaw(${team}/${service}): ${owners} ${owners === 1 ? 'owner' : 'owners'}`,
    summary: `OpenClaw can be deployed as ${team}/${service} ${conditions(checked, hasToken)}. Nothing runs yet.`,
    warnings: [...checked.warnings, ...tooLittle(checked), ...hostLater(onboarding)],
    destroys: [],
    nextActions: nextActions(onboarding, checked, hasToken),
    answer: {
      url: `https://${generatedHost(world, team, service)}`,
      preflight: { fits: checked.shortfalls.length === 0, shortfalls: checked.shortfalls },
      bot_token: hasToken ? 'entered' : 'missing',
    },
  };
}

function requireFree(world: World, team: string, service: string): void {
  if (world.hasService(team, service)) {
    throw isOpenclaw(world, team, service) ? deployedAlready(team, service) : otherService(team, service);
  }
  requireNewService(world, team, service);
}

function wishOf(input: StartOpenclawInput, { platform }: World): Onboarding {
  const { team, service, telegram_owner_ids: ids, default_model: model, host } = input;
  if (ids.length === 0) {
    throw new InvalidInput('telegram_owner_ids is empty: nobody could talk to the bot.', {
      field: 'telegram_owner_ids',
      got: '[]',
      expected: 'at least one numeric Telegram user id',
      fix: 'Ask the person for their numeric Telegram id; it is no name and no phone number.',
    });
  }
  return { team, service, owners: [...new Set(ids)], model, host: host && requireHost(host, platform) };
}

function conditions({ shortfalls }: Preflight, hasToken: boolean): string {
  const missing = [
    ...(hasToken ? [] : ['its bot token is entered']),
    ...(shortfalls.length === 0 ? [] : [`the team has enough of: ${shortfalls.map(({ field }) => field).join(', ')}`]),
  ];
  return missing.length === 0 ? 'now' : `once ${missing.join(' and ')}`;
}

function tooLittle({ shortfalls }: Preflight): Warning[] {
  return shortagesOf(shortfalls).map(({ code, message, fix }) => ({
    code,
    message: `${message} mctl_resume_openclaw_deploy is refused until that is mended. ${fix}`,
  }));
}

function hostLater({ host }: Onboarding): Warning[] {
  if (host === undefined) return [];
  const message = `${host} is added after the deploy with mctl_add_custom_domain, which asks for a DNS record first.`;
  return [{ code: 'host_later', message }];
}

function nextActions({ team, service }: Onboarding, { shortfalls }: Preflight, hasToken: boolean): NextAction[] {
  const why = hasToken ? 'deploy it' : 'deploy it, after the person has entered the bot token at the one-time link';
  const look: NextAction = {
    tool: 'mctl_get_resource_usage',
    arguments: { team },
    why: 'see which services take the quota',
  };
  return [
    ...(shortfalls.length === 0 ? [] : [look]),
    { tool: 'mctl_resume_openclaw_deploy', arguments: { team, service }, why },
  ];
}
