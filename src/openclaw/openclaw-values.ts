import { DEFAULT_PROFILES } from '../platform/config';
import { Conflict, InvalidInput } from '../platform/errors';
import {
  editFile,
  listAt,
  mapAt,
  numberAt,
  readService,
  serviceTemplate,
  textAt,
  type World,
} from '../platform/gitops';
import type { YamlEdit } from '../platform/gitops/yaml';
import { secretPath } from '../platform/secrets/secret-store';
import { profileEdits } from '../resources';
import { dataOf, generatedHost, headed, ingressEdits, requireRegistry } from '../services';
import type { Onboarding } from './onboarding';
import { BOT_TOKEN, MODEL_VARIABLE, ORIGINS_VARIABLE, OWNERS_VARIABLE, PORT, TEMPLATE } from './vocabulary';

/**
 * The values file of an OpenClaw: the repository's template, or ours, with what the onboarding asks for. Everything is put in
 * structurally; no text of the caller becomes YAML.
 * @throws Conflict where the template cannot serve: no image, an image from elsewhere, a file that cannot be edited.
 */
export function openclawValues(world: World, onboarding: Onboarding): string {
  const { team, service } = onboarding;
  const path = world.layout.serviceTemplate(TEMPLATE);
  const text = serviceTemplate(world, TEMPLATE) ?? '';
  // An edit without any reads the template and says so where it cannot be read.
  editFile(path, text, []);
  const data = dataOf(text);
  requireImage(world, path, data);
  const profile = (world.platform.resourceProfiles ?? DEFAULT_PROFILES).startup;
  return editFile(path, headed(text, team, service), [
    ...(textAt(data, 'type') === 'web' ? [] : [{ path: ['type'], set: 'web' }]),
    ...(numberAt(data, 'service', 'port') === undefined ? [{ path: ['service', 'port'], set: PORT }] : []),
    ...profileEdits(readService(team, service, data), profile),
    ...envEdits(world, onboarding),
    ...tokenEdits(data, onboarding),
    ...ingressEdits(world, team, service),
  ]);
}

/** The model that it will answer with; undefined where neither the onboarding nor the template names one. */
export function modelOf(world: World, { model }: Onboarding): string | undefined {
  return model ?? textAt(dataOf(serviceTemplate(world, TEMPLATE) ?? ''), 'env', MODEL_VARIABLE);
}

function requireImage(world: World, path: string, data: unknown): void {
  const repository = textAt(data, 'image', 'repository');
  const isPinned = (textAt(data, 'image', 'tag') ?? textAt(data, 'image', 'digest')) !== undefined;
  if (repository === undefined || !isPinned) {
    throw new Conflict(`The template ${path} names no image, so nothing says which OpenClaw to run.`, {
      code: 'template_without_image',
      fix: 'Have a platform admin write image.repository and image.tag into it, e.g. ghcr.io/openclaw/openclaw with a dated tag.',
    });
  }
  try {
    requireRegistry(repository, world.platform);
  } catch (error) {
    if (!(error instanceof InvalidInput)) throw error;
    throw new Conflict(`${error.message} The template ${path} names one.`, {
      code: 'registry_not_allowed',
      got: repository,
      allowed: world.platform.imageRegistries,
      fix: 'Have a platform admin push the image to an allowed registry and name it in the template, or allow its registry (MCTL_IMAGE_REGISTRIES).',
    });
  }
}

/** OpenClaw's dashboard takes requests only from pages of these origins. */
function originsOf(world: World, { team, service, host }: Onboarding): string {
  const hosts = [generatedHost(world, team, service), ...(host === undefined ? [] : [host])];
  return hosts.map((each) => `https://${each}`).join(',');
}

function envEdits(world: World, onboarding: Onboarding): YamlEdit[] {
  const { owners, model } = onboarding;
  return [
    { path: ['env', OWNERS_VARIABLE], set: owners.join(',') },
    { path: ['env', ORIGINS_VARIABLE], set: originsOf(world, onboarding) },
    ...(model === undefined ? [] : [{ path: ['env', MODEL_VARIABLE], set: model }]),
  ];
}

/** The name of the secret and where its value lies; never the value. A template may bring secrets of its own. */
function tokenEdits(data: unknown, { team, service }: Onboarding): YamlEdit[] {
  const entry = {
    secretKey: BOT_TOKEN,
    remoteKey: secretPath({ team, service }),
    property: BOT_TOKEN,
  };
  const entries = listAt(data, 'externalSecret', 'data');
  const target = textAt(data, 'externalSecret', 'targetSecret') ?? `${service}-secrets`;
  const isEmpty = Object.keys(mapAt(data, 'externalSecret')).length === 0;
  const sources = listAt(data, 'envFrom');
  const isThere = sources.some((source) => textAt(source, 'secretRef', 'name') === target);
  return [
    ...(isEmpty
      ? [{ path: ['externalSecret'], set: { targetSecret: target, data: [entry] } }]
      : [
          { path: ['externalSecret', 'targetSecret'], set: target },
          { path: ['externalSecret', 'data', entries.length], set: entry },
        ]),
    ...(isThere ? [] : [{ path: ['envFrom', sources.length], set: { secretRef: { name: target } } }]),
  ];
}
