import { at, isPlain, mapAt, printedAt, type Service, textAt } from '../platform/gitops';
import type { YamlEdit } from '../platform/gitops/yaml';
import type { Warning } from '../platform/operations/plan';
import { refuseSecretsInEnv } from './env.policy';
import type { DeployServiceInput } from './operations.dto';
import { autoscalingEdits } from './scaling.edits';
import { secretEdits } from './secret.edits';
import { type Draft, joinDrafts, NO_EDITS } from './service-file';

export type Settings = Pick<
  DeployServiceInput,
  'env' | 'clear_env' | 'secret_names' | 'clear_secrets' | 'port' | 'health_check_path' | 'autoscaling'
>;

/** Edits of everything a call names beside the image; what it does not name stays as it is, to the byte. */
export function settingsEdits(service: Service, data: unknown, settings: Settings): Draft {
  const { env = {}, clear_env, port, health_check_path, autoscaling } = settings;
  refuseSecretsInEnv(env);
  return joinDrafts(
    port === undefined || port === service.port
      ? NO_EDITS
      : { edits: [{ path: ['service', 'port'], set: port }], warnings: [] },
    clear_env ? replacedEnv(data, env) : mergedEnv(data, env),
    secretEdits(service, data, settings),
    health_check_path === undefined ? NO_EDITS : probeEdits(service, data, health_check_path),
    autoscaling === undefined
      ? NO_EDITS
      : autoscalingEdits(service, data, autoscaling, { prefix: 'autoscaling.', enabled: 'enabled' }),
    shadowed(service, data, settings),
  );
}

/** What a call changes, in the words of a commit subject; empty where it names nothing. */
export function settingsNamed(settings: Settings & Pick<DeployServiceInput, 'provision_database'>): string[] {
  const { env = {}, clear_env, secret_names = [], clear_secrets, port, health_check_path, autoscaling } = settings;
  const said: [said: boolean, words: string][] = [
    [clear_env, 'env cleared'],
    [Object.keys(env).length > 0, `env ${Object.keys(env).join(', ')}`],
    [clear_secrets, 'secrets cleared'],
    [secret_names.length > 0, `secrets ${secret_names.join(', ')}`],
    [port !== undefined, `port ${port}`],
    [health_check_path !== undefined, `health check ${health_check_path}`],
    [Object.values(autoscaling ?? {}).some((value) => value !== undefined), 'autoscaling'],
    [settings.provision_database, 'database'],
  ];
  return said.filter(([isSaid]) => isSaid).map(([, words]) => words);
}

/** An own key is asked for by name: `__proto__` is a legal name of a variable. */
function mergedEnv(data: unknown, env: Readonly<Record<string, string | null>>): Draft {
  const current = mapAt(data, 'env');
  const edits = Object.entries(env).flatMap(([name, value]): YamlEdit[] => {
    const path = ['env', name];
    const isThere = Object.hasOwn(current, name);
    if (value === null) return isThere ? [{ path, delete: true }] : [];
    return isThere && arrivesAs(data, name, value) ? [] : [{ path, set: value }];
  });
  return { edits, warnings: [] };
}

/** Whether the container gets this text already: `on` without quotes is written as wanted and arrives as `true`. */
function arrivesAs(data: unknown, name: string, value: string): boolean {
  return textAt(data, 'env', name) === value && printedAt(data, 'env', name) === value;
}

function replacedEnv(data: unknown, env: Readonly<Record<string, string | null>>): Draft {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== null);
  if (entries.length === 0 && at(data, 'env') === undefined) return NO_EDITS;
  return { edits: [{ path: ['env'], set: Object.fromEntries(entries) }], warnings: [] };
}

/** Kubernetes lets a plain variable win over one from a secret. */
function shadowed(
  service: Service,
  data: unknown,
  { env = {}, clear_env, secret_names = [], clear_secrets }: Settings,
): Draft {
  const plain = new Set(clear_env ? [] : Object.keys(mapAt(data, 'env')));
  for (const [name, value] of Object.entries(env)) {
    if (value === null) plain.delete(name);
    else plain.add(name);
  }
  const touched = new Set([...Object.keys(env), ...secret_names]);
  const secrets = [...(clear_secrets ? [] : service.secretNames), ...secret_names];
  const both = [...new Set(secrets)].filter((name) => plain.has(name) && touched.has(name));
  const message = `${both.join(', ')} ${both.length === 1 ? 'is' : 'are'} plain and secret at once, and the plain value wins. Remove it with env: null.`;
  return { edits: [], warnings: both.length === 0 ? [] : [{ code: 'env_shadows_secret', message }] };
}

/** Liveness and readiness ask this path, and a startup probe that is there. Probes that are no HTTP requests stay. */
export function probeEdits(service: Service, data: unknown, path: string): Draft {
  const names = ['liveness', 'readiness', ...(isPlain(service.probes.startup) ? ['startup'] : [])];
  const places = names.map((name) => ({ name, place: pathPlace(data, name) }));
  const others = places.filter(({ place }) => place === undefined).map(({ name }) => name);
  const message = `The ${others.join(' and ')} probe of this file is no HTTP request and stays as it is.`;
  const warnings: Warning[] = others.length === 0 ? [] : [{ code: 'probe_not_http', message }];
  return {
    edits: places.flatMap(({ place }): YamlEdit[] =>
      place && at(data, ...place) !== path ? [{ path: place, set: path }] : [],
    ),
    warnings,
  };
}

/** Where a probe says its path: in the short form, or in Kubernetes' own. */
function pathPlace(data: unknown, name: string): string[] | undefined {
  const probe = mapAt(data, 'probes', name);
  if (isPlain(probe.httpGet)) return ['probes', name, 'httpGet', 'path'];
  if (['exec', 'tcpSocket', 'grpc'].some((kind) => isPlain(probe[kind]))) return undefined;
  return ['probes', name, 'path'];
}
