import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv, { type ValidateFunction } from 'ajv';
import { parse } from 'yaml';
import { HAND_SCHEMAS } from './hand-schemas';
import { type Manifest, ROOT } from './helm';

type Schema = { [keyword: string]: unknown };
type Version = { name: string; schema: { openAPIV3Schema: Schema }; subresources?: { status?: object } };
type Crd = { spec: { versions: Version[] } };

/** Absent outside of the project's own machines: see `crdViolations`. */
export const CRD_FOLDER = join(ROOT, '..', 'shared', 'crds');
const FILES: Record<string, string> = {
  Application: 'application-crd.yaml',
  ApplicationSet: 'applicationset-crd.yaml',
  AppProject: 'appproject-crd.yaml',
  Certificate: 'cert-manager.io_certificates.yaml',
  ClusterWorkflowTemplate: 'argoproj.io_clusterworkflowtemplates.yaml',
  Database: 'postgresql.cnpg.io_databases.yaml',
  DatabaseRole: 'postgresql.cnpg.io_databaseroles.yaml',
  ExternalSecret: 'external-secrets.io_externalsecrets.yaml',
  Password: 'generators.external-secrets.io_passwords.yaml',
  PushSecret: 'external-secrets.io_pushsecrets.yaml',
  Workflow: 'argoproj.io_workflows.yaml',
};
const ajv = new Ajv({ strict: false, validateFormats: false, allErrors: true });
const validators = new Map<string, ValidateFunction>();

/**
 * What an API server with `fieldValidation: Strict` would have against these objects; kinds without a CRD here pass.
 * Without the CRDs nothing is checked, and that is said aloud.
 */
export function crdViolations(manifests: Manifest[]): string[] {
  const known = manifests.filter(({ kind }) => kind in FILES);
  if (existsSync(CRD_FOLDER)) return known.flatMap(violations);
  const names = known.map(({ kind, metadata }) => `${kind} ${metadata.name}`);
  if (names.length > 0) console.warn(`not validated, there are no CRDs in ${CRD_FOLDER}: ${names.join(', ')}`);
  return [];
}

/** A version of a kind as its CRD declares it; undefined where there is no CRD here. */
export function crdVersionOf(apiVersion: string, kind: string): Version | undefined {
  const file = join(CRD_FOLDER, FILES[kind] ?? '');
  if (!(kind in FILES) || !existsSync(file)) return undefined;
  const crd = parse(readFileSync(file, 'utf8')) as Crd;
  return crd.spec.versions.find(({ name }) => name === apiVersion.split('/').at(-1));
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
  const file = join(CRD_FOLDER, FILES[kind] ?? '');
  const spec = HAND_SCHEMAS[`${apiVersion}/${kind}`];
  if (spec && !existsSync(file)) {
    return { type: 'object', required: ['spec'], properties: { ...HEAD, spec }, additionalProperties: false };
  }
  const crd = parse(readFileSync(file, 'utf8')) as Crd;
  const version = crd.spec.versions.find(({ name }) => name === apiVersion.split('/')[1]);
  if (!version) throw new Error(`${kind} has no version ${apiVersion}`);
  return strict(version.schema.openAPIV3Schema);
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
