import { isPlain, textAt } from '../../platform/gitops';
import { below, onlyKeys, type Rewrite, type RewriteContext, rewriteEach, unknownShape } from './rewrite';
import { toPreviewScope } from './store-path.policy';

type Spec = Readonly<Record<string, unknown>>;

/** The tenant's own door to the secret store, in each of its namespaces with a role of its own (chart `tenant`). */
const STORE = { store: 'tenant-store', storeKind: 'SecretStore' } as const;
const SPEC_KEYS = [
  'targetSecret',
  'store',
  'storeKind',
  'refreshInterval',
  'annotations',
  'targetTemplateType',
  'targetTemplateMetadataAnnotations',
  'targetTemplateData',
  'data',
];

/** `externalSecret`: the same variables from the preview's own paths, in a Secret of the preview's own name. */
export const externalSecret: Rewrite = (value, context) => {
  if (!isPlain(value)) return unknownShape(value, context);
  const { team, service, id } = context.about;
  const isMade = Array.isArray(value.data) && value.data.length > 0;
  const target = textAt(value, 'targetSecret') ?? (isMade ? `${team}-${service}-secrets` : undefined);
  return { ...scoped(value, context), ...(target !== undefined && { targetSecret: `${target}-${id}` }) };
};

/** `extraExternalSecrets`: the key is the object's name, so it changes as well. */
export const extraExternalSecrets: Rewrite = (value, context) => {
  if (!isPlain(value)) return unknownShape(value, context);
  const entries = Object.entries(value).map(([name, spec]): [string, unknown] => {
    const here = below(context, name);
    if (!isPlain(spec)) return [name, unknownShape(spec, here)];
    const targetSecret = context.names.secrets.get(textAt(spec, 'targetSecret') ?? name);
    return [`${name}-${context.about.id}`, { ...scoped(spec, here), targetSecret }];
  });
  return Object.fromEntries(entries);
};

function scoped(spec: Spec, context: RewriteContext): Spec {
  onlyKeys(spec, SPEC_KEYS, context);
  requireName(textAt(spec, 'targetSecret'), below(context, 'targetSecret'));
  for (const [key, own] of Object.entries(STORE)) requireOwn(spec, key, own, context);
  if (spec.data === undefined || spec.data === null) return spec;
  return { ...spec, data: rewriteEach(spec.data, below(context, 'data'), scopedEntry) };
}

/** RFC 1123: what is no name would be something else to whoever reads it. */
const NAME = /^[a-z0-9]([a-z0-9.-]*[a-z0-9])?$/;

function requireName(name: string | undefined, { findings, key }: RewriteContext): void {
  if (name !== undefined && !NAME.test(name)) findings.refuse(key, 'is no name of a Secret');
}

function requireOwn(spec: Spec, key: string, own: string, context: RewriteContext): void {
  const given = textAt(spec, key);
  if (given === undefined || given === own) return;
  context.findings.refuse(below(context, key).key, `names ${given}, a store that previews may not read`, given);
}

function scopedEntry(entry: Spec, context: RewriteContext): unknown {
  onlyKeys(entry, ['secretKey', 'remoteKey', 'property'], context);
  const { team } = context.about;
  const path = textAt(entry, 'remoteKey') ?? '';
  const moved = toPreviewScope(path, team);
  if ('path' in moved) {
    context.findings.warn('preview_secrets', pending(moved.path));
    return { ...entry, remoteKey: moved.path };
  }
  context.findings.refuse(below(context, 'remoteKey').key, `names ${path}, which ${moved.because}`, path);
  return entry;
}

function pending(path: string): string {
  return `Secret values come from ${path} in the team’s secret store, never from production’s path. The preview’s pods wait until they are there.`;
}
