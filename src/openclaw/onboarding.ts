import type { Conflict } from '../platform/errors';
import { isPlain, listAt, textAt, unreadable, type World } from '../platform/gitops';
import { parseYaml, toYaml, YamlParseError } from '../platform/gitops/yaml';
import { isHost } from './host.policy';
import { MODEL, MOST_OWNERS, OWNER_ID } from './vocabulary';

/** What somebody asked an OpenClaw to be, until it is deployed. Kept in git: the store can be made anew, a wish cannot. */
export interface Onboarding {
  readonly team: string;
  readonly service: string;
  /** Telegram users who may talk to it and command it; each once, at least one. */
  readonly owners: readonly string[];
  /** Absent = the template's. */
  readonly model?: string;
  /** A host of the team's own, beside the generated one. */
  readonly host?: string;
}

/**
 * Reads `services/{team}/{service}.onboarding.yaml`, which people may edit.
 * @throws Conflict `unreadable_file` where it is there and says something else than an onboarding.
 */
export function readOnboarding(world: World, team: string, service: string): Onboarding | undefined {
  const path = world.layout.onboardingFile(team, service);
  world.mustBeText(path);
  const text = world.text(path);
  return text === undefined ? undefined : onboardingIn(text, { team, service, path });
}

export function onboardingText({ team, service, owners, model, host }: Onboarding): string {
  return toYaml(
    {
      onboarding: {
        telegramOwnerIds: [...owners],
        ...(model !== undefined && { defaultModel: model }),
        ...(host !== undefined && { host }),
      },
    },
    [
      `OpenClaw as ${team}/${service}: what was asked for. mctl_resume_openclaw_deploy makes the service of it and removes this file.`,
    ],
  );
}

interface Place {
  readonly team: string;
  readonly service: string;
  readonly path: string;
}

function onboardingIn(text: string, { team, service, path }: Place): Onboarding {
  const data = dataIn(text, path);
  const owners = listAt(data, 'onboarding', 'telegramOwnerIds').map((each) => textAt({ each }, 'each') ?? '');
  const model = textAt(data, 'onboarding', 'defaultModel');
  const host = textAt(data, 'onboarding', 'host');
  const areOwners =
    owners.length > 0 && owners.length <= MOST_OWNERS && owners.every((id) => OWNER_ID.pattern.test(id));
  if (!isPlain(data) || !areOwners) {
    throw wrong(path, 'onboarding.telegramOwnerIds is no list of Telegram ids in quotes');
  }
  if (model !== undefined && !MODEL.pattern.test(model)) throw wrong(path, 'onboarding.defaultModel is no model');
  if (host !== undefined && !isHost(host)) throw wrong(path, 'onboarding.host is no host name');
  return { team, service, owners: [...new Set(owners)], model, host };
}

function dataIn(text: string, path: string): unknown {
  try {
    return parseYaml(text);
  } catch (error) {
    if (error instanceof YamlParseError) throw wrong(path, error.message);
    throw error;
  }
}

function wrong(path: string, why: string): Conflict {
  return unreadable(path, why, 'Correct it, or call mctl_deploy_openclaw again, which writes it anew.');
}
