import { Conflict } from '../platform/errors';
import { editFile, ONBOARDING, type World } from '../platform/gitops';
import type { PlanContext } from '../platform/operations/operation';
import type { NextAction, Plan } from '../platform/operations/plan';
import { type DatabasePlan, openDatabases, planDatabase, type ProvisionedPart } from '../provisioning';
import { dataOf, generatedHost, lookAt, planChange, requireNewService, textOf } from '../services';
import { isOpenclaw, otherService } from './known-service.policy';
import { type Onboarding, readOnboarding } from './onboarding';
import type { ResumeOpenclawInput } from './openclaw.dto';
import { modelOf, openclawValues } from './openclaw-values';
import { preflight, type Shortfall, shortagesOf } from './preflight.policy';
import type { TokenFacts } from './start.plan';
import { BOT_TOKEN, providerKeyOf } from './vocabulary';

/** Database, service and the end of the onboarding in one commit. Where it is deployed already, nothing. */
export function planDeploy(context: PlanContext<ResumeOpenclawInput, TokenFacts>): Plan {
  const { input, world, facts } = context;
  const { team, service } = input;
  if (isOpenclaw(world, team, service)) return nothingLeft(world, team, service);
  if (world.hasService(team, service)) throw otherService(team, service);
  const onboarding = readOnboarding(world, team, service);
  if (!onboarding) throw notStarted(world, team, service);
  requireNewService(world, team, service);
  const values = openclawValues(world, onboarding);
  const { shortfalls, warnings } = preflight(world, onboarding, values);
  if (shortfalls.length > 0) throw tooSmall(team, shortfalls);
  if (!facts.hasToken) throw tokenMissing(team, service);
  const database = planDatabase(world, { team, service }, dataOf(values));
  const text = editFile(world.layout.serviceFile(team, service), values, database.edits);
  const change = planChange(
    { world, team, service, text },
    {
      subject: `deploy-openclaw(${team}/${service})`,
      summary: `OpenClaw becomes ${team}/${service} at https://${generatedHost(world, team, service)}, with the database ${database.facts.database}${database.isNew ? '' : ', which it had before'}.`,
      warnings: [...warnings, ...database.warnings, ...openDatabases(context.done)],
      nextActions: nextActions(world, onboarding),
    },
  );
  return {
    ...change,
    changes: [...database.changes, ...change.changes, { path: world.layout.onboardingFile(team, service) }],
    answer: { ...change.answer, database: shown(database) },
  };
}

function shown({ facts: { name, database, role, variables, extensions } }: DatabasePlan): ProvisionedPart {
  return { name, database, role, variables: [...variables], extensions: [...extensions] };
}

function nothingLeft(world: World, team: string, service: string): Plan {
  return planChange(
    { world, team, service, text: textOf(world, team, service) },
    {
      subject: `deploy-openclaw(${team}/${service}): deployed already`,
      summary: `OpenClaw is deployed as ${team}/${service} already; nothing changes.`,
      warnings: [],
      nextActions: [lookAt(team, service)],
    },
  );
}

function notStarted(world: World, team: string, service: string): Conflict {
  const started = world
    .list(world.layout.servicesFolder(team))
    .filter((name) => name.endsWith(ONBOARDING))
    .map((name) => name.slice(0, -ONBOARDING.length));
  return new Conflict(`No onboarding of OpenClaw as ${team}/${service} was started.`, {
    code: 'not_started',
    field: 'service',
    got: service,
    ...(started.length > 0 && { allowed: started }),
    fix: 'Call mctl_deploy_openclaw first; it says what else is needed.',
  });
}

/** What the operation's service adds to it at the call is a link that nothing keeps (`OpenclawService.refused`). */
function tokenMissing(team: string, service: string): Conflict {
  return new Conflict(`The secret store has no bot token for ${team}/${service} yet.`, {
    code: 'token_missing',
    details: { secret_names: [BOT_TOKEN] },
    fix: 'Have the person enter it at the one-time link that this call answers without dry_run, then call again. Never take it in chat.',
  });
}

/** All that is lacking in one refusal, under the code of the first kind: each kind is mended in another place. */
function tooSmall(team: string, shortfalls: readonly Shortfall[]): Conflict {
  const shortages = shortagesOf(shortfalls);
  return new Conflict(`${team} has no room for OpenClaw. ${shortages.map(({ message }) => message).join(' ')}`, {
    code: shortages[0]?.code,
    details: { shortfalls },
    fix: `${shortages.map(({ fix }) => fix).join(' ')} Then call again.`,
  });
}

function nextActions(world: World, onboarding: Onboarding): NextAction[] {
  const { team, service, host } = onboarding;
  const model = modelOf(world, onboarding);
  const key = model && providerKeyOf(model);
  return [
    lookAt(team, service),
    ...(host === undefined
      ? []
      : [
          {
            tool: 'mctl_add_custom_domain',
            arguments: { team, service, domain: host },
            why: 'give it the host that was asked for, once the DNS record is there',
          },
        ]),
    ...(key === undefined
      ? []
      : [
          {
            tool: 'mctl_deploy_service',
            arguments: { action: 'update-config', team, service, secret_names: [key] },
            why: `give it the key for ${model}, at a one-time link, unless it is set up inside OpenClaw`,
          },
        ]),
    {
      tool: 'mctl_get_openclaw_sizing_recommendation',
      arguments: { team, service },
      why: 'after a day: see whether a smaller profile than startup suffices',
    },
  ];
}
