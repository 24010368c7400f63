import { isPlain, textAt } from '../../platform/gitops';
import { below, onlyKeys, type Rewrite, type RewriteContext, rewriteEach, unknownShape } from './rewrite';

type Entry = Readonly<Record<string, unknown>>;

/** What a name of a Secret or ConfigMap becomes; undefined = the reference goes. */
type Renamed = string | undefined;

/** Only what the file itself makes has a counterpart in the preview; the connection of the production database has none. */
function secretName(reference: unknown, context: RewriteContext, field = 'name'): Renamed {
  const name = textAt(reference, field) ?? '';
  const own = context.names.secrets.get(name);
  if (own !== undefined) return own;
  if (name !== '' && name === context.names.database) return undefined;
  const why = `names the Secret ${name}, which this file does not make: it would be production’s, or nobody’s`;
  context.findings.refuse(below(context, field).key, why, name);
  return name;
}

/** Another ConfigMap holds no secret, but it is not in the preview namespace: pods would wait for it for ever. */
function configMapName(reference: unknown, context: RewriteContext): Renamed {
  const name = textAt(reference, 'name') ?? '';
  const own = context.names.configMaps.get(name);
  if (own !== undefined) return own;
  const isOptional = isPlain(reference) && reference.optional === true;
  const why = `names the ConfigMap ${name}, which this file does not make, so the preview would not have it`;
  if (!isOptional) context.findings.refuse(below(context, 'name').key, why, name);
  return name;
}

/** Rewrites `{[kind]: {name}}` where it is there; undefined where the whole entry goes. */
function renameIn(
  entry: Entry,
  kind: string,
  name: (reference: unknown, context: RewriteContext) => Renamed,
  context: RewriteContext,
): Entry | undefined {
  if (entry[kind] === undefined) return entry;
  const here = below(context, kind);
  const reference = entry[kind];
  if (!isPlain(reference)) return { ...entry, [kind]: unknownShape(reference, here) };
  const renamed = name(reference, here);
  return renamed === undefined ? undefined : { ...entry, [kind]: { ...reference, name: renamed } };
}

export const envFrom: Rewrite = (value, context) =>
  rewriteEach(value, context, (entry, here) => {
    onlyKeys(entry, ['prefix', 'secretRef', 'configMapRef'], here);
    const renamed = renameIn(entry, 'secretRef', secretName, here);
    return renamed && renameIn(renamed, 'configMapRef', configMapName, here);
  });

/** `env` of a container in Kubernetes' own form. */
const containerEnv: Rewrite = (value, context) =>
  rewriteEach(value, context, (entry, here) => {
    onlyKeys(entry, ['name', 'value', 'valueFrom'], here);
    const source = entry.valueFrom;
    if (source === undefined || source === null) return entry;
    const from = below(here, 'valueFrom');
    if (!isPlain(source)) return { ...entry, valueFrom: unknownShape(source, from) };
    onlyKeys(source, ['secretKeyRef', 'configMapKeyRef', 'fieldRef', 'resourceFieldRef'], from);
    const secret = renameIn(source, 'secretKeyRef', secretName, from);
    const valueFrom = secret && renameIn(secret, 'configMapKeyRef', configMapName, from);
    return valueFrom && { ...entry, valueFrom };
  });

/** `initContainers` and `extraContainers`: those that run the service's own image run the preview's. */
export const containers: Rewrite = (value, context) =>
  rewriteEach(value, context, (container, here) => {
    const { repository } = splitImage(context.image);
    const { imageTag, digest } = context.about;
    const own = textAt(container, 'image');
    // A build pins those containers too; what it pinned them to is no other image.
    const isSibling = context.image !== undefined && own?.replace(/@sha256:[a-f0-9]{64}$/, '') === context.image;
    return {
      ...container,
      ...(isSibling && { image: `${repository}:${imageTag}${digest === undefined ? '' : `@${digest}`}` }),
      ...(container.env !== undefined &&
        container.env !== null && { env: containerEnv(container.env, below(here, 'env')) }),
      ...(container.envFrom !== undefined &&
        container.envFrom !== null && { envFrom: envFrom(container.envFrom, below(here, 'envFrom')) }),
    };
  });

function splitImage(image = ''): { repository: string } {
  return { repository: image.slice(0, image.lastIndexOf(':')) };
}

const HARMLESS_VOLUMES = ['name', 'emptyDir', 'downwardAPI'];

export const extraVolumes: Rewrite = (value, context) =>
  rewriteEach(value, context, (volume, here) => {
    onlyKeys(volume, [...HARMLESS_VOLUMES, 'secret', 'configMap', 'projected'], here);
    const projected =
      volume.projected === undefined ? {} : { projected: projection(volume.projected, below(here, 'projected')) };
    return renameIn({ ...secretVolume(volume, here), ...projected }, 'configMap', configMapName, here);
  });

/** A volume without its Secret would be another volume, and mounts would miss it: the database's is refused here, not left out. */
function secretVolume(volume: Entry, context: RewriteContext): Entry {
  if (volume.secret === undefined) return volume;
  const here = below(context, 'secret');
  if (!isPlain(volume.secret)) return { ...volume, secret: unknownShape(volume.secret, here) };
  const renamed = secretName(volume.secret, here, 'secretName');
  if (renamed === undefined) here.findings.refuse(here.key, 'mounts the connection of the production database');
  return { ...volume, secret: { ...volume.secret, secretName: renamed } };
}

function projection(value: unknown, context: RewriteContext): unknown {
  if (!isPlain(value)) return unknownShape(value, context);
  onlyKeys(value, ['sources', 'defaultMode'], context);
  const sources = rewriteEach(value.sources, below(context, 'sources'), (source, here) => {
    // A token of a service account is refused with everything else that is not named here.
    onlyKeys(source, ['secret', 'configMap', 'downwardAPI'], here);
    const renamed = renameIn(source, 'secret', secretName, here);
    if (!renamed) here.findings.refuse(here.key, 'mounts the connection of the production database');
    return renamed && renameIn(renamed, 'configMap', configMapName, here);
  });
  return { ...value, sources };
}

/** Credentials of an image registry: used by the node to pull, never seen by the service. */
export const imagePullSecrets: Rewrite = (value, context) =>
  rewriteEach(value, context, (entry, { names, findings, about }) => {
    const name = textAt(entry, 'name') ?? '';
    const own = names.secrets.get(name);
    if (own !== undefined) return { ...entry, name: own };
    findings.warn(
      'pull_secret',
      `The image is pulled with the Secret ${name}, which has to be in namespace ${about.team}-preview.`,
    );
    return entry;
  });

/** `configMaps`: the key is the object's name. */
export const configMaps: Rewrite = (value, context) => {
  if (!isPlain(value)) return unknownShape(value, context);
  return Object.fromEntries(
    Object.entries(value).map(([name, files]) => [context.names.configMaps.get(name) ?? name, files]),
  );
};
