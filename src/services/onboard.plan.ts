import { InvalidInput } from '../platform/errors';
import {
  editFile,
  numberAt,
  readService,
  serviceTemplate,
  serviceTemplateNames,
  textAt,
  type World,
} from '../platform/gitops';
import type { YamlEdit } from '../platform/gitops/yaml';
import type { PlanContext } from '../platform/operations/operation';
import type { Plan } from '../platform/operations/plan';
import { lookAt, planChange } from './change-plan';
import { imageEdits } from './image.edits';
import { imageToOnboard, notBuiltYet } from './image.policy';
import { generatedHost, requireNewService } from './name.policy';
import type { DeployServiceInput } from './operations.dto';
import { dataOf, joinDrafts } from './service-file';
import { settingsEdits } from './settings.edits';
import { ONBOARD_DEFAULTS } from './vocabulary';

interface Template {
  readonly name: string;
  readonly path: string;
  readonly text: string;
}

/** A new service: its template, and on top of it what the call names. */
export function planOnboard({ input, world, done }: PlanContext<DeployServiceInput, undefined>): Plan {
  const { team, service } = input;
  requireNewService(world, team, service);
  const image = imageToOnboard(input, world, done);
  const template = templateOf(input, world);
  // An edit without any reads the template and says so where it cannot be read.
  editFile(template.path, template.text, []);
  const data = dataOf(template.text);
  const type = typeOf(input, data);
  const draft = joinDrafts(
    { edits: textAt(data, 'type') === type ? [] : [{ path: ['type'], set: type }], warnings: [] },
    imageEdits(data, image),
    { edits: portEdits(input, type, data), warnings: [] },
    settingsEdits(readService(team, service, data), data, {
      ...input,
      port: undefined,
      health_check_path: healthPath(input, type, template),
    }),
    { edits: type === 'web' ? ingressEdits(world, team, service) : [], warnings: [] },
  );
  const host = type === 'web' ? generatedHost(world, team, service) : undefined;
  return planChange(
    { world, team, service, text: editFile(template.path, headed(template.text, team, service), draft.edits) },
    {
      subject: `onboard(${team}/${service}): ${image.tag}`,
      summary: `${team}/${service} is new: ${image.repository}:${image.tag}, a ${type} service from template ${template.name}${host ? `, at https://${host}` : ''}.`,
      warnings: [...notBuiltYet(input, done), ...draft.warnings],
      nextActions: [
        lookAt(team, service),
        {
          tool: 'mctl_get_service_config',
          arguments: { team, service },
          why: 'see everything that was declared for it',
        },
      ],
    },
  );
}

/** The template with its first lines. A byte order mark is one only as the first character, and lines end the way the template's do. */
export function headed(text: string, team: string, service: string): string {
  const [mark, rest] = text.startsWith('\uFEFF') ? ['\uFEFF', text.slice(1)] : ['', text];
  const ending = /^[^\n]*\r\n/.test(rest) ? '\r\n' : '\n';
  return `${mark}# Service: ${service}${ending}# Team: ${team}${ending}${rest}`;
}

/** @throws InvalidInput that lists the templates there are. */
function templateOf({ template, type }: DeployServiceInput, world: World): Template {
  const wanted = template ?? ONBOARD_DEFAULTS.template;
  const name = wanted === ONBOARD_DEFAULTS.template && type === 'worker' ? 'worker' : wanted;
  const text = serviceTemplate(world, name);
  if (text !== undefined) return { name, path: world.layout.serviceTemplate(name), text };
  const names = serviceTemplateNames(world);
  throw new InvalidInput(`There is no service template ${name}.`, {
    code: 'template_not_found',
    field: 'template',
    got: name,
    allowed: names,
    fix: `Use one of: ${names.join(', ')}.`,
  });
}

function typeOf({ type }: DeployServiceInput, data: unknown): 'web' | 'worker' {
  return type ?? (textAt(data, 'type') === 'worker' ? 'worker' : ONBOARD_DEFAULTS.type);
}

/** A template that knows its port decides before the default does. A worker has a port only where somebody asks for one. */
function portEdits({ port }: DeployServiceInput, type: 'web' | 'worker', data: unknown): YamlEdit[] {
  const declared = numberAt(data, 'service', 'port');
  const wanted = port ?? declared ?? (type === 'web' ? ONBOARD_DEFAULTS.port : undefined);
  return wanted === undefined || wanted === declared ? [] : [{ path: ['service', 'port'], set: wanted }];
}

/** The documented default is that of the default template; any other template knows the paths of what it is made for. */
function healthPath(
  { health_check_path }: DeployServiceInput,
  type: 'web' | 'worker',
  template: Template,
): string | undefined {
  const isDefault = template.name === ONBOARD_DEFAULTS.template && type === 'web';
  return health_check_path ?? (isDefault ? ONBOARD_DEFAULTS.health_check_path : undefined);
}

/** The generated host with its certificate. */
export function ingressEdits(world: World, team: string, service: string): YamlEdit[] {
  const host = generatedHost(world, team, service);
  return [
    { path: ['ingress', 'enabled'], set: true },
    { path: ['ingress', 'hosts'], set: [host] },
    { path: ['ingress', 'annotations', 'cert-manager.io/cluster-issuer'], set: world.platform.clusterIssuer },
    { path: ['ingress', 'tls'], set: [{ secretName: `${service}-tls`, hosts: [host] }] },
  ];
}
