import { InvalidInput } from '../platform/errors';
import { editFile, type Service } from '../platform/gitops';
import type { PlanContext } from '../platform/operations/operation';
import type { NextAction, Plan } from '../platform/operations/plan';
import { lookAt, planChange } from './change-plan';
import { imageEdits } from './image.edits';
import { imageMove } from './image.words';
import { imageToDeploy, notBuiltYet, refuseImage } from './image.policy';
import { requireService } from './name.policy';
import type { DeployServiceInput } from './operations.dto';
import { dataOf, joinDrafts, textOf } from './service-file';
import { settingsEdits, settingsNamed } from './settings.edits';
import { ONBOARD_DEFAULTS, TAG_PATTERN } from './vocabulary';

type Context = PlanContext<DeployServiceInput, undefined>;

/** Another image tag, and whatever settings the call names beside it. */
export function planDeploy({ input, world, done }: Context): Plan {
  const { team, service: name } = input;
  const service = requireService(world, team, name, 'action onboard makes a new one');
  refuseOnboardOnly(input, service);
  const image = imageToDeploy(input, world, service.imageRepository, done);
  const text = textOf(world, team, name);
  const data = dataOf(text);
  const moved = imageEdits(data, image);
  const draft = joinDrafts(moved, settingsEdits(service, data, input));
  const settings = settingsNamed(input);
  const also = settings.length > 0 ? ` Also: ${settings.join('; ')}.` : '';
  return planChange(
    { world, team, service: name, text: editFile(world.layout.serviceFile(team, name), text, draft.edits) },
    {
      subject: `deploy(${team}/${name}): ${image.tag}`,
      summary: `${team}/${name} ${imageMove(data, image, moved.siblings)}.${also}`,
      warnings: [...notBuiltYet(input, done), ...draft.warnings],
      nextActions: [lookAt(team, name), ...backTo(service, image.tag)],
    },
  );
}

/** Settings only; what the call does not name stays. */
export function planConfig({ input, world }: Context): Plan {
  const { team, service: name } = input;
  const service = requireService(world, team, name);
  refuseOnboardOnly(input, service);
  refuseImage(input);
  const settings = settingsNamed(input);
  if (settings.length === 0) throw nothingNamed();
  const text = textOf(world, team, name);
  const draft = settingsEdits(service, dataOf(text), input);
  return planChange(
    { world, team, service: name, text: editFile(world.layout.serviceFile(team, name), text, draft.edits) },
    {
      subject: `config(${team}/${name}): ${settings.join('; ')}`,
      summary: `Settings of ${team}/${name}: ${settings.join('; ')}. The image stays.`,
      warnings: draft.warnings,
      nextActions: [
        {
          tool: 'mctl_get_service_config',
          arguments: { team, service: name },
          why: 'see the settings as declared now',
        },
        lookAt(team, name),
      ],
    },
  );
}

/** Defaults, and a type that says what is there already, are let pass: some clients fill defaults in. */
function refuseOnboardOnly({ template, type, action }: DeployServiceInput, service: Service): void {
  if (template !== undefined && template !== ONBOARD_DEFAULTS.template) {
    throw onboardOnly('template', action, 'Leave template out.');
  }
  if (type !== undefined && type !== service.type) {
    throw onboardOnly(
      'type',
      action,
      `${service.name} is a ${service.type}. Leave type out; to change it, retire the service and onboard it anew.`,
    );
  }
}

function onboardOnly(field: string, action: string, fix: string): InvalidInput {
  return new InvalidInput(
    `${field} is chosen when a service is onboarded and cannot be changed with action ${action}.`,
    {
      field,
      expected: 'nothing but with action onboard',
      fix,
    },
  );
}

function nothingNamed(): InvalidInput {
  return new InvalidInput('The call names nothing to change.', {
    code: 'nothing_to_change',
    expected:
      'at least one of: env, clear_env, secret_names, clear_secrets, port, health_check_path, autoscaling, provision_database',
    fix: 'Name what to change; use action deploy with image_tag for another version.',
  });
}

function backTo({ team, name, imageTag }: Service, tag: string): NextAction[] {
  // Whoever can push chose it: what no call would take is no call to propose.
  if (imageTag === undefined || imageTag === tag || !TAG_PATTERN.test(imageTag)) return [];
  return [
    {
      tool: 'mctl_rollback_service',
      arguments: { team, service: name, target_tag: imageTag },
      why: 'go back should the new version not work',
    },
  ];
}
