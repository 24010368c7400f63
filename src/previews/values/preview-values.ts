import { isPlain, textAt } from '../../platform/gitops';
import type { YamlValue } from '../../platform/gitops/yaml';
import type { Warning } from '../../platform/operations/plan';
import { Findings } from './findings';
import { ingress } from './ingress';
import { findLeftovers } from './leftovers.policy';
import { ownNames } from './own-names';
import { configMaps, containers, envFrom, extraVolumes, imagePullSecrets } from './references';
import { below, type PreviewAbout, type Rewrite, type RewriteContext, unknownShape } from './rewrite';
import { externalSecret, extraExternalSecrets } from './secrets';

type Values = Readonly<Record<string, unknown>>;

const keep: Rewrite = (value) => value;

const image: Rewrite = (value, context) => {
  if (!isPlain(value)) return unknownShape(value, context);
  // The digest would keep production's image running under the preview's tag.
  const { digest: _digest, ...rest } = value;
  const { imageTag: tag, digest } = context.about;
  return { ...rest, tag, ...(digest !== undefined && { digest }) };
};

/** A preview has no address of its own but its host. */
const service: Rewrite = (value, context) => {
  if (!isPlain(value)) return unknownShape(value, context);
  return value.type === undefined ? value : { ...value, type: 'ClusterIP' };
};

const autoscaling: Rewrite = (value, context) =>
  isPlain(value) ? { ...value, enabled: false } : unknownShape(value, context);

/** A claim would outlive the preview (chart `service` keeps claims for good), and its data with it. */
const persistence: Rewrite = (value, context) => {
  if (!isPlain(value)) return unknownShape(value, context);
  const claims = Object.entries(value).filter(([, claim]) => !(isPlain(claim) && claim.enabled === false));
  for (const [name] of claims) {
    context.findings.refuse(below(context, name).key, 'keeps data on a volume, which a preview has not');
  }
  return undefined;
};

/** Whole objects may be anything, secrets and bindings included. */
const extraObjects: Rewrite = (value, context) => {
  if (!Array.isArray(value)) return unknownShape(value, context);
  value.forEach((object: unknown, index) =>
    context.findings.refuse(
      below(context, index).key,
      `is a whole object (${textAt(object, 'kind') ?? 'unknown'}), which MCTL cannot judge`,
    ),
  );
  return undefined;
};

const drop =
  (code: string, message: string): Rewrite =>
  (value, { findings }) => {
    const isSet = isPlain(value) || Array.isArray(value) ? Object.keys(value).length > 0 : Boolean(value);
    if (isSet) findings.warn(code, message);
    return undefined;
  };
const silently: Rewrite = () => undefined;
const identity = drop(
  'identity_dropped',
  'The preview runs without the service’s own service account, and so without its rights.',
);

/** Every key that chart `service` knows (a test holds that against its schema). What is not here is not the chart's and goes. */
export const REWRITES: Readonly<Record<string, Rewrite>> = {
  type: keep,
  image,
  imagePullSecrets,
  command: keep,
  args: keep,
  env: keep,
  envFrom,
  service,
  probes: keep,
  resources: keep,
  replicaCount: silently,
  autoscaling,
  strategy: keep,
  revisionHistoryLimit: keep,
  terminationGracePeriodSeconds: keep,
  ingress,
  extraIngresses: drop('ingress_dropped', 'extraIngresses are production’s; the preview has one host of its own.'),
  networkPolicy: keep,
  metrics: keep,
  externalSecret,
  extraExternalSecrets,
  dbSecret: drop(
    'database_dropped',
    'The preview has no database: production’s must not be reachable from it. Variables that came from it are missing.',
  ),
  // Of the upstream platform; our chart reads none of them.
  dbInitJob: silently,
  blueGreen: silently,
  registryCredentials: silently,
  persistence,
  configMaps,
  extraVolumes,
  extraVolumeMounts: keep,
  initContainers: containers,
  extraContainers: containers,
  extraObjects,
  serviceAccount: identity,
  automountServiceAccountToken: identity,
  podSecurityContext: keep,
  containerSecurityContext: keep,
  podAnnotations: keep,
  podLabels: keep,
  nodeSelector: keep,
  tolerations: keep,
  affinity: keep,
  backstage: keep,
  // Said by the preview itself, or by its ApplicationSet.
  mctl: silently,
  fullnameOverride: silently,
  preview: silently,
};

/**
 * The values of a preview, made of its service's: own image, host, names and secret paths, one replica, nothing that is kept.
 * Closed by default: whatever cannot be moved out of production, and whatever is not understood and smells of secrets, is refused.
 * @param path the service's file, for the error.
 * @throws Conflict `preview_unsafe` that names every key that stands in the way.
 */
export function previewValues(
  data: YamlValue,
  about: PreviewAbout,
  path: string,
): { values: YamlValue; warnings: Warning[] } {
  const findings = new Findings();
  const context: Omit<RewriteContext, 'key'> = {
    about,
    names: ownNames(data, `${about.team}-${about.service}`, about.id),
    image: imageOf(data),
    findings,
  };
  const values: Values = { ...rewritten(isPlain(data) ? data : {}, context), ...said(about) };
  findLeftovers(values, { team: about.team, isTeam: (name) => about.isTeam(name), findings });
  findings.throwIfAny(path);
  // Made of a YAML file's data, maps and lists of scalars all the way down.
  return { values: values as YamlValue, warnings: findings.warnings };
}

function rewritten(data: Values, context: Omit<RewriteContext, 'key'>): Values {
  const entries = Object.entries(data).flatMap(([key, value]): [string, unknown][] => {
    const rewrite = Object.hasOwn(REWRITES, key) ? REWRITES[key] : unknownKey(key);
    // Helm lets null take a default out: it stays what it is, but for keys that go.
    const result = value === null && rewrite !== silently ? null : rewrite?.(value, { ...context, key });
    return result === undefined ? [] : [[key, result]];
  });
  return Object.fromEntries(entries);
}

function unknownKey(key: string): Rewrite {
  return drop('key_dropped', `${key} means nothing to the chart and was left out.`);
}

function said({ team, service: name, id, createdAt, expiresAt, requestedBy }: PreviewAbout): Values {
  return {
    replicaCount: 1,
    mctl: { team, service: name, preview: id },
    preview: { createdAt: createdAt.toISOString(), expiresAt: expiresAt.toISOString(), requestedBy },
  };
}

function imageOf(data: unknown): string | undefined {
  const [repository, tag] = [textAt(data, 'image', 'repository'), textAt(data, 'image', 'tag')];
  return repository === undefined || tag === undefined ? undefined : `${repository}:${tag}`;
}
