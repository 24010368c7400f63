import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { type Manifest, ROOT } from './helm';

type Schema = Record<string, unknown>;

/**
 * Models that the Kubernetes project generates from its OpenAPI document (v1.34.0 in 1.4.0 of its client): each field, its type, and whether
 * it must be there. What the document does not say either, e.g. which words an enumeration has, is not known here.
 */
const MODELS = join(ROOT, 'node_modules/@kubernetes/client-node/dist/gen/models');
const MAP = /\{\s*\[key: string\]: (.+);\s*\}/g;
const FIELD = /^ {4}'([^']+)'(\??): (.+);$/gm;

/** The group and version of every built-in kind that charts here may render. */
const API_VERSIONS: Record<string, string> = {
  ClusterRole: 'rbac.authorization.k8s.io/v1',
  ClusterRoleBinding: 'rbac.authorization.k8s.io/v1',
  ConfigMap: 'v1',
  Deployment: 'apps/v1',
  Ingress: 'networking.k8s.io/v1',
  LimitRange: 'v1',
  Namespace: 'v1',
  NetworkPolicy: 'networking.k8s.io/v1',
  PersistentVolumeClaim: 'v1',
  Pod: 'v1',
  PodDisruptionBudget: 'policy/v1',
  ResourceQuota: 'v1',
  Role: 'rbac.authorization.k8s.io/v1',
  RoleBinding: 'rbac.authorization.k8s.io/v1',
  Secret: 'v1',
  Service: 'v1',
  ServiceAccount: 'v1',
};

const ajv = new Ajv({ strict: false, allErrors: true });
const validators = new Map<string, ValidateFunction>();

/** Whether this is one of Kubernetes' own kinds; others have CRDs (`crdViolations`). */
export function isBuiltIn({ kind }: Manifest): boolean {
  return kind in API_VERSIONS;
}

/** What an API server with `fieldValidation: Strict` would have against an object of a built-in kind: unknown, missing and mistyped fields. */
export function kubernetesViolations(manifest: Manifest): string[] {
  const { apiVersion, kind, metadata } = manifest;
  const name = `${kind} ${metadata.name}`;
  if (API_VERSIONS[kind] !== apiVersion) return [`${name}: there is no ${apiVersion}`];
  const validate = validatorOf(`V1${kind}`);
  if (validate(manifest)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${name} ${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function validatorOf(model: string): ValidateFunction {
  const known = validators.get(model);
  if (known) return known;
  const $defs: Record<string, Schema> = {};
  collect(model, $defs);
  const validate = ajv.compile({ $ref: `#/$defs/${model}`, $defs });
  validators.set(model, validate);
  return validate;
}

/** Adds the schema of a model, and of all that it refers to. */
function collect(model: string, $defs: Record<string, Schema>): void {
  if (model in $defs) return;
  const text = readFileSync(join(MODELS, `${model}.d.ts`), 'utf8').replace(MAP, 'Map<$1>');
  const fields = [...text.matchAll(FIELD)].map(([, name = '', optional, type = '']) => ({
    // A word that languages keep for themselves: `_from` is `from`.
    name: name.replace(/^_/, ''),
    isRequired: optional === '',
    type,
  }));
  if (fields.length === 0) throw new Error(`${model} has no fields: are models written otherwise now?`);
  $defs[model] = {
    type: 'object',
    properties: Object.fromEntries(fields.map(({ name, type }) => [name, schemaOf(type)])),
    required: fields.filter(({ isRequired }) => isRequired).map(({ name }) => name),
    additionalProperties: false,
  };
  for (const { type } of fields) for (const inner of type.match(/\w*V\d\w+/g) ?? []) collect(inner, $defs);
}

const SCALARS: Record<string, Schema> = {
  any: {},
  boolean: { type: 'boolean' },
  Date: { type: 'string' },
  IntOrString: { type: ['integer', 'string'] },
  // The kinds above have no fractions; quantities are strings.
  number: { type: 'integer' },
  string: { type: 'string' },
};

function schemaOf(type: string): Schema {
  const [, container, inner = ''] = /^(Array|Map)<(.+)>$/.exec(type) ?? [];
  if (container === 'Array') return { type: 'array', items: schemaOf(inner) };
  if (container === 'Map') return { type: 'object', additionalProperties: schemaOf(inner) };
  return SCALARS[type] ?? { $ref: `#/$defs/${type}` };
}
