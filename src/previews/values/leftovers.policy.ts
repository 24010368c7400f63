import { isSecretName, looksLikeCredential } from '../../platform/text/secrets';
import { at, isPlain, listAt } from '../../platform/gitops';
import type { Findings } from './findings';
import type { PreviewAbout } from './rewrite';
import { storePathIn } from './store-path.policy';

/** Keys whose references were rewritten one by one. Everywhere else a key that sounds like a secret is not understood. */
const HANDLED = new Set([
  'env',
  'envFrom',
  'configMaps',
  'externalSecret',
  'extraExternalSecrets',
  'extraVolumes',
  'imagePullSecrets',
  'ingress',
  'initContainers',
  'extraContainers',
  'extraVolumeMounts',
  'preview',
]);
const SMELLS = /secret|vault|credential|password|token|^iam\.|\/role(-arn)?$/i;
/** A path inside a registry may well be `teams/…`. */
const IMAGE = /^(?:image\.repository|(?:initContainers|extraContainers)\[\d+\]\.image)$/;
/** Headers that carry credentials without being called so. */
const CREDENTIAL_HEADER = /^(?:proxy-)?authorization$|^cookie$/i;
/** Values that say whether, not what, and those that are filled in elsewhere: `REQUIRE_TOKEN=true`, `${DB_PASSWORD}`. */
const HARMLESS = /^["']?(?:true|false|null|none|~|\$.*|\{\{.*|<.*)?["']?,?$/is;
/** Lines of configuration files and flags of programs: `password: x`, `"api_key": "x",`, `--db-password=x`. */
const ASSIGNMENT = /^[\s-]*["']?([A-Za-z][\w.-]*)["']?\s*[:=]\s*(.*)$/;

type Scope = Pick<PreviewAbout, 'team' | 'isTeam'> & { readonly findings: Findings };

/** The last look, at everything that would be written: paths of the secret store and credentials wherever they may hide. */
export function findLeftovers(values: Readonly<Record<string, unknown>>, scope: Scope): void {
  for (const [key, value] of Object.entries(values)) {
    look(value, key, scope);
    if (!HANDLED.has(key)) sniff(value, key, scope);
  }
  for (const [name, value] of Object.entries(isPlain(values.env) ? values.env : {})) {
    variable(name, value, `env.${name}`, scope);
  }
  for (const key of ['configMaps', 'command', 'args']) lines(values[key] ?? '', key, scope);
  for (const key of ['initContainers', 'extraContainers']) {
    listAt(values, key).forEach((container, index) => {
      for (const part of ['command', 'args']) lines(at(container, part) ?? '', `${key}[${index}].${part}`, scope);
    });
  }
}

function look(value: unknown, key: string, scope: Scope): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => look(item, `${key}[${index}]`, scope));
  } else if (isPlain(value)) {
    lookAtMap(value, key, scope);
  } else if (typeof value === 'string' && !IMAGE.test(key)) {
    lookAtText(value, key, scope);
  }
}

function lookAtMap(value: Readonly<Record<string, unknown>>, key: string, scope: Scope): void {
  // `{name, value}`: variables of containers, headers of probes.
  if (typeof value.name === 'string' && 'value' in value) variable(value.name, value.value, `${key}.value`, scope);
  for (const [name, item] of Object.entries(value)) {
    lookAtText(name, `${key}.${name}`, scope);
    look(item, `${key}.${name}`, scope);
  }
}

function lookAtText(text: string, key: string, { team, isTeam, findings }: Scope): void {
  if (looksLikeCredential(text)) findings.refuse(key, 'seems to hold a credential of production');
  const path = storePathIn(text, team, isTeam);
  if (path !== undefined) {
    findings.refuse(key, `names ${path}, a path of the secret store that is not the preview’s`, path);
  }
}

/** Whole files and command lines, where a secret has no key of its own. */
function lines(value: unknown, key: string, scope: Scope): void {
  if (Array.isArray(value)) value.forEach((item, index) => lines(item, `${key}[${index}]`, scope));
  else if (isPlain(value)) for (const [name, item] of Object.entries(value)) lines(item, `${key}.${name}`, scope);
  else {
    for (const line of String(value).split(/\r?\n/)) {
      const [, name, text = ''] = ASSIGNMENT.exec(line) ?? [];
      if (name !== undefined) variable(name, text.trim(), key, scope);
    }
  }
}

function variable(name: string, value: unknown, key: string, { findings }: Scope): void {
  if (!isSecretName(name) && !CREDENTIAL_HEADER.test(name)) return;
  if (HARMLESS.test(String(value))) return;
  findings.refuse(key, 'is named like a secret, and its value would be production’s');
}

function sniff(value: unknown, key: string, scope: Scope): void {
  if (Array.isArray(value)) {
    value.forEach((item, index) => sniff(item, `${key}[${index}]`, scope));
  } else if (isPlain(value)) {
    for (const [name, item] of Object.entries(value)) {
      if (SMELLS.test(name)) scope.findings.refuse(`${key}.${name}`, 'may lead to a secret of production');
      sniff(item, `${key}.${name}`, scope);
    }
  }
}
