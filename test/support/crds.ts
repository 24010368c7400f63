import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { HAND_SCHEMAS } from './hand-schemas';
import { type Manifest, ROOT } from './helm';

type Schema = { [keyword: string]: unknown };
type Version = { name: string; schema: { openAPIV3Schema: Schema }; subresources?: { status?: object } };
type Crd = { spec: { versions: Version[] } };

const FOLDER = join(ROOT, 'test/crds');
const FILES: Record<string, string> = {
  Application: 'application-crd.json',
  ApplicationSet: 'applicationset-crd.json',
  AppProject: 'appproject-crd.json',
  Certificate: 'cert-manager.io_certificates.json',
  ClusterWorkflowTemplate: 'argoproj.io_clusterworkflowtemplates.json',
  Database: 'postgresql.cnpg.io_databases.json',
  ExternalSecret: 'external-secrets.io_externalsecrets.json',
  Workflow: 'argoproj.io_workflows.json',
};
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const validators = new Map<string, ValidateFunction>();

/** What an API server with `fieldValidation: Strict` would have against these objects. Kinds of Kubernetes itself pass. */
export function crdViolations(manifests: Manifest[]): string[] {
  return manifests.filter((manifest) => !isBuiltIn(manifest)).flatMap(violations);
}

/** Its groups are without a dot (`apps`) or below `k8s.io`; that name is reserved for the project. */
function isBuiltIn({ apiVersion }: Manifest): boolean {
  const [group = ''] = apiVersion.includes('/') ? apiVersion.split('/') : [''];
  return !group.includes('.') || group.endsWith('.k8s.io');
}

/** A version of a kind as its CRD declares it; undefined where there is no CRD here. */
export function crdVersionOf(apiVersion: string, kind: string): Version | undefined {
  return crdOf(kind)?.spec.versions.find(({ name }) => name === apiVersion.split('/').at(-1));
}

function violations(manifest: Manifest): string[] {
  const name = `${manifest.kind} ${manifest.metadata.name}`;
  const validate = validatorFor(manifest);
  if (validate(manifest)) return [];
  return (validate.errors ?? []).map(
    ({ instancePath, message, params }) => `${name} ${instancePath} ${message} ${JSON.stringify(params)}`,
  );
}

function validatorFor({ apiVersion, kind }: Manifest): ValidateFunction {
  const cached = validators.get(`${apiVersion}/${kind}`);
  if (cached) return cached;
  const validate = ajv.compile(schemaOf(apiVersion, kind));
  validators.set(`${apiVersion}/${kind}`, validate);
  return validate;
}

function schemaOf(apiVersion: string, kind: string): Schema {
  const crd = crdOf(kind);
  if (!crd) {
    const spec = HAND_SCHEMAS[`${apiVersion}/${kind}`];
    if (!spec) throw new Error(`there is neither a CRD of ${kind} nor a schema by hand`);
    return { type: 'object', required: ['spec'], properties: { ...HEAD, spec }, additionalProperties: false };
  }
  const version = crd.spec.versions.find(({ name }) => name === apiVersion.split('/')[1]);
  if (!version) throw new Error(`${kind} has no version ${apiVersion}`);
  return strict(version.schema.openAPIV3Schema);
}

function crdOf(kind: string): Crd | undefined {
  const file = FILES[kind];
  return file === undefined ? undefined : (JSON.parse(readFileSync(join(FOLDER, file), 'utf8')) as Crd);
}

const HEAD = { apiVersion: { type: 'string' }, kind: { type: 'string' }, metadata: { type: 'object' } };

/** A structural schema as plain JSON Schema in which a field that is not declared is an error. */
function strict(schema: Schema): Schema {
  if (schema['x-kubernetes-int-or-string']) return { type: ['integer', 'string'] };
  const { type, nullable, properties, items, additionalProperties } = schema;
  const kept = Object.entries(schema).filter(([keyword]) => !keyword.startsWith('x-') && keyword !== 'format');
  const result: Schema = Object.fromEntries(kept);
  if (nullable && type) result.type = [type, 'null'];
  if (items) result.items = strict(items as Schema);
  if (additionalProperties instanceof Object) result.additionalProperties = strict(additionalProperties as Schema);
  if (properties) {
    const fields = Object.entries(properties as Record<string, Schema>);
    result.properties = Object.fromEntries(fields.map(([name, field]) => [name, strict(field)]));
    if (!schema['x-kubernetes-preserve-unknown-fields']) result.additionalProperties = false;
  }
  return result;
}
