import { WriteAnswer } from '../platform/operations/answer.dto';
import { DestructiveArguments, Name, WriteArguments } from '../platform/operations/arguments.dto';
import { Choice, Flag, Integer, ListOf, MapOf, Nested, object, Text, text } from '../platform/schema';
import { ProvisionedPart } from '../provisioning';
import {
  ACTIONS,
  ENV_NAME,
  ENV_NAME_RULE,
  IMAGE_PATTERN,
  IMAGE_RULE,
  ONBOARD_DEFAULTS,
  TAG_PATTERN,
} from './vocabulary';

const TAG = {
  pattern: TAG_PATTERN,
  rule: 'a tag of letters, digits, dots, dashes, underscores',
  maxLength: 128,
};
const REPO = {
  pattern: /^[A-Za-z0-9][A-Za-z0-9-]{0,38}\/[A-Za-z0-9._-]{1,100}$/,
  rule: 'owner/name of a repository',
  maxLength: 140,
};
const TEMPLATE = {
  pattern: /^[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?$/,
  rule: 'the name of a service template',
  maxLength: 63,
};
const URL_PATH = {
  pattern: /^\/[A-Za-z0-9._~!$&'()*+,;=:@%/?-]{0,199}$/,
  rule: 'an absolute URL path such as /healthz',
  maxLength: 200,
};
const FILE_PATH = {
  pattern: /^[A-Za-z0-9_.][A-Za-z0-9._/-]{0,199}$/,
  rule: 'a relative path without ..',
  maxLength: 200,
  check: (path: string) => !path.split('/').includes('..'),
};
/** NUL ends a variable in every process; half a surrogate pair is no character, and git would store another one. */
const ENV_VALUE = {
  nullable: true,
  maxLength: 4096,
  rule: 'text of at most 4096 characters without NUL',
  check: (value: string) => !/\0|\p{Surrogate}/u.test(value),
};

const REPLICAS = { minimum: 1, maximum: 50, optional: true };
const PERCENT = {
  minimum: 1,
  maximum: 100,
  optional: true,
  description: 'CPU percent at which to scale out.',
  brief: 'CPU percent.',
};

export class AutoscalingInput {
  @Flag({ optional: true, description: 'true lets CPU load decide.', brief: 'By CPU load.' }) enabled?: boolean;
  @Integer({ ...REPLICAS, description: 'Least replicas.' }) min_replicas?: number;
  @Integer({ ...REPLICAS, description: 'Most replicas.' }) max_replicas?: number;
  @Integer(PERCENT) cpu_threshold?: number;
}

export class DeployServiceInput extends WriteArguments {
  @Choice(ACTIONS, {
    description: 'onboard: new service. deploy: new image tag. update-config: settings only.',
    brief: 'onboard: new service. deploy: new tag.',
  })
  action: (typeof ACTIONS)[number];

  @Name({ description: 'Team.' }) team: string;
  @Name({ description: 'Service.' }) service: string;

  @Choice(['web', 'worker'], {
    optional: true,
    documentedDefault: ONBOARD_DEFAULTS.type,
    description: 'Onboard only. worker: no port to the outside, no host.',
    brief: 'Onboard only. worker: no host.',
  })
  type?: 'web' | 'worker';

  @Text({
    ...REPO,
    optional: true,
    description: 'Source to build from, with git_tag; needs a builder.',
    brief: 'Source of git_tag.',
  })
  repo?: string;
  @Text({ ...TAG, optional: true, description: 'Git tag to build.' }) git_tag?: string;
  @Text({
    pattern: IMAGE_PATTERN,
    rule: IMAGE_RULE,
    maxLength: 255,
    optional: true,
    description: 'Ready image without tag, e.g. ghcr.io/acme/api.',
    brief: 'Ready image without tag.',
  })
  image?: string;
  @Text({ ...TAG, optional: true, description: 'Tag of the image to run.', brief: 'Tag to run.' }) image_tag?: string;

  @Text({
    ...FILE_PATH,
    optional: true,
    documentedDefault: ONBOARD_DEFAULTS.dockerfile_path,
    description: 'Dockerfile in repo.',
  })
  dockerfile_path?: string;

  @Integer({
    minimum: 1,
    maximum: 65535,
    optional: true,
    documentedDefault: ONBOARD_DEFAULTS.port,
    description: 'Port it listens on. Default for a new service only.',
    brief: 'Port it listens on.',
  })
  port?: number;

  @Text({
    ...URL_PATH,
    optional: true,
    documentedDefault: ONBOARD_DEFAULTS.health_check_path,
    description: 'Path of its probes. Default for a new service only.',
    brief: 'Path of its probes.',
  })
  health_check_path?: string;

  @MapOf(text(ENV_VALUE), {
    optional: true,
    maxProperties: 200,
    keyPattern: ENV_NAME,
    keyRule: ENV_NAME_RULE,
    description: 'Plain variables, merged key by key; null removes one. Never secrets.',
    brief: 'Plain variables, merged; null removes. Never secrets.',
    keyExample: 'EXAMPLE_NAME',
  })
  env?: Record<string, string | null>;

  @ListOf(text({ pattern: ENV_NAME, rule: ENV_NAME_RULE, maxLength: 128 }), {
    optional: true,
    maxItems: 100,
    description:
      'Names of secret variables to add, or to give a new value; a person enters values at the link in the answer.',
    brief: 'Names only; a person enters the values.',
  })
  secret_names?: string[];

  @Flag({ default: false, description: 'Remove all plain variables first.', brief: 'Remove all first.' })
  clear_env: boolean;
  @Flag({
    default: false,
    description:
      'Remove all secret variables first; not needed to rotate one. Those in secret_names then need new values.',
    brief: 'Remove all first.',
  })
  clear_secrets: boolean;
  @Nested(() => AutoscalingInput, {
    optional: true,
    description: 'Let CPU load decide how many replicas run.',
    brief: 'By CPU load.',
  })
  autoscaling?: AutoscalingInput;
  @Flag({ default: false, description: 'Also provision a PostgreSQL database.', brief: 'PostgreSQL, too.' })
  provision_database: boolean;
  @Text({
    ...TEMPLATE,
    optional: true,
    documentedDefault: ONBOARD_DEFAULTS.template,
    description: 'Onboard only: the service template to start from.',
    brief: 'Onboard only.',
  })
  template?: string;
}

export class ScaleServiceInput extends WriteArguments {
  @Name({ description: 'Team.' }) team: string;
  @Name({ description: 'Service.' }) service: string;
  @Integer({
    minimum: 0,
    maximum: 50,
    optional: true,
    description: 'Fixed number; 0 stops it. Turns autoscaling off.',
    brief: 'Fixed number, ends autoscaling.',
  })
  replicas?: number;
  @Flag({ optional: true, description: 'true lets CPU load decide.', brief: 'By CPU load.' })
  autoscaling_enabled?: boolean;
  @Integer({ ...REPLICAS, description: 'Least replicas while autoscaling.', brief: 'Least, autoscaling.' })
  min_replicas?: number;
  @Integer({ ...REPLICAS, description: 'Most replicas while autoscaling.', brief: 'Most, autoscaling.' })
  max_replicas?: number;
  @Integer(PERCENT) cpu_threshold?: number;
}

export class RollbackServiceInput extends WriteArguments {
  @Name({ description: 'Team.' }) team: string;
  @Name({ description: 'Service.' }) service: string;
  @Text({
    ...TAG,
    optional: true,
    description: 'Tag of its history; absent = the one before the current.',
    brief: 'Tag of its history.',
  })
  target_tag?: string;
}

export class RetireServiceInput extends DestructiveArguments {
  @Name({ description: 'Team.' }) team: string;
  @Name({ description: 'Service.' }) service: string;
  @Flag({
    default: true,
    description: 'Delete the values of its secrets as well; false keeps them.',
    brief: 'Delete secret values too.',
  })
  delete_secrets: boolean;
}

export class ChangedKey {
  @Text({ description: 'Key of the values file, e.g. image.tag.' }) key: string;
  @Text({ nullable: true }) from: string | null;
  @Text({ nullable: true }) to: string | null;
}

/** Answer of every operation that edits a service's values file. */
export class ServiceChangeAnswer extends WriteAnswer {
  @Text({ optional: true, nullable: true }) url?: string | null;
  @Text({ optional: true, nullable: true }) host?: string | null;
  @Text({ optional: true, nullable: true }) image?: string | null;
  @ListOf(object(() => ChangedKey), {
    optional: true,
    description: 'What changes, key by key.',
    narrow: 'Name fewer settings in one call to see each; the commit has them all.',
  })
  changed?: ChangedKey[];
}

/** A secret of a service, without its value. */
export class SecretItem {
  @Text() name: string;
  @Integer({ nullable: true, description: 'Of the value; null = MCTL has none yet.' }) version: number | null;
}

export class IntakePart {
  @Text({ nullable: true, description: 'One-time page for the person who asked; null where none can be served.' })
  url: string | null;
  @Text({ nullable: true }) expires_at: string | null;
  @ListOf(text(), { description: 'Secrets whose values the page asks for.' }) names: string[];
  @Text({ description: 'What to do with the link.' }) next_step: string;
}

export class DeployServiceAnswer extends ServiceChangeAnswer {
  @ListOf(text(), { optional: true, description: 'Secrets of this call whose values MCTL keeps.' })
  secret_names?: string[];
  @ListOf(object(() => SecretItem), { optional: true, description: 'Whether each has a value by now.' })
  secrets?: SecretItem[];
  @Nested(() => IntakePart, {
    optional: true,
    description: 'Where a person enters values that are missing, or replaces those there are.',
  })
  intake?: IntakePart;
  @Nested(() => ProvisionedPart, { optional: true, description: 'With provision_database.' })
  database?: ProvisionedPart;
}

export class RetireServiceAnswer extends WriteAnswer {
  @Text({ optional: true, description: 'Argo CD application that goes.' }) application?: string;
  @ListOf(text(), { optional: true }) hosts?: string[];
  @ListOf(text(), { optional: true, description: 'Names of secret variables whose references go.' })
  secret_names?: string[];
}
