import { at, listAt, textAt } from '../../src/platform/gitops';
import { applyResourceProfile } from '../../src/resources/apply-profile.operation';
import { deployService } from '../../src/services/deploy.operation';
import { rollbackService } from '../../src/services/rollback.operation';
import { scaleService } from '../../src/services/scale.operation';
import type { TagEntry } from '../../src/services/tag-history';
import type { Call, FileFacts, Path, Trip, TripMaker } from './round-trip';

export const TEAM = 'billing';
export const SERVICE = 'api';
const TARGET = { team: TEAM, service: SERVICE };

const scale = (raw: object): Call => ({ operation: scaleService, raw: { ...TARGET, ...raw } });
const deploy = (tag: string): Call => ({
  operation: deployService,
  raw: { ...TARGET, action: 'deploy', image_tag: tag },
});
const config = (raw: object): Call => ({
  operation: deployService,
  raw: { ...TARGET, action: 'update-config', ...raw },
});

/** Text in `path` comes back as it was: a call can write it in the style the file has, and the value between is none that needs other quotes. */
function comesBack({ layout }: FileFacts, path: Path, between: string): boolean {
  const scalar = layout.inlineScalar(path);
  if (typeof scalar?.value !== 'string') return false;
  const written = layout.text.slice(scalar.range?.[0], scalar.range?.[1]);
  if (scalar.type === 'QUOTE_SINGLE') return /^[ -~]*$/.test(scalar.value) && written === quoted(scalar.value);
  if (scalar.type === 'QUOTE_DOUBLE') return written === JSON.stringify(scalar.value);
  return !/^[\d.+-]/.test(between);
}

const quoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

/** A number or truth value in the notation that a call would give it. */
function isPlainly({ layout, text }: FileFacts, path: Path): boolean {
  const scalar = layout.inlineScalar(path);
  if (typeof scalar?.value !== 'number' && typeof scalar?.value !== 'boolean') return false;
  return text.slice(scalar.range?.[0], scalar.range?.[1]) === String(scalar.value);
}

function imagePlaces({ data }: FileFacts): Path[] {
  const image = `${textAt(data, 'image', 'repository')}:${textAt(data, 'image', 'tag')}`;
  const siblings = ['initContainers', 'extraContainers'].flatMap((list) =>
    listAt(data, list).flatMap((each, index) => (textAt(each, 'image') === image ? [[list, index, 'image']] : [])),
  );
  return [['image', 'tag'], ...siblings];
}

function imageTrip(file: FileFacts, back: (tag: string, digest?: string) => Call): Trip {
  const tag = textAt(file.data, 'image', 'tag') ?? '';
  const next = file.choice % 3 === 0 ? '2.50' : `next-${file.choice}`;
  const places = imagePlaces(file);
  const repository = textAt(file.data, 'image', 'repository');
  const digest = textAt(file.data, 'image', 'digest');
  const pinned = digest !== undefined;
  return {
    call: deploy(next),
    undo: [back(tag, digest)],
    touches: [...places, ...(pinned ? [['image', 'digest']] : [])],
    deletes: pinned,
    moves: pinned,
    exact:
      !pinned && places.every((path, index) => comesBack(file, path, index === 0 ? next : `${repository}:${next}`)),
  };
}

const entry = (tag: string, digest?: string): TagEntry => ({
  tag,
  digest,
  commit: '0'.repeat(40),
  at: '2026-11-01T00:00:00Z',
  by: 'ada',
});

const rollback = (tag: string, digest?: string): Call => ({
  operation: rollbackService,
  raw: { ...TARGET, target_tag: tag },
  facts: [entry('newer'), entry(tag, digest)],
});

const replicas: TripMaker = (file) => {
  const was = at(file.data, 'replicaCount');
  const byLoad = at(file.data, 'autoscaling', 'enabled') === true;
  const path = ['replicaCount'];
  return {
    call: scale({ replicas: (Number(was ?? 1) + 1 + (file.choice % 5)) % 9 }),
    undo: [scale({ replicas: Number(was ?? 1) }), ...(byLoad ? [scale({ autoscaling_enabled: true })] : [])],
    touches: [path, ...(byLoad ? [['autoscaling', 'enabled']] : [])],
    exact: isPlainly(file, path),
  };
};

const AUTOSCALING = {
  minReplicas: 'min_replicas',
  maxReplicas: 'max_replicas',
  targetCPUUtilizationPercentage: 'cpu_threshold',
};

const autoscaling: TripMaker = (file) => {
  const { enabled, ...numbers } = (at(file.data, 'autoscaling') ?? {}) as Record<string, unknown>;
  const former = Object.fromEntries(
    Object.entries(AUTOSCALING).flatMap(([key, name]) =>
      typeof numbers[key] === 'number' ? [[name, numbers[key]]] : [],
    ),
  );
  const keys = ['enabled', ...Object.keys(AUTOSCALING)];
  return {
    call: scale({
      autoscaling_enabled: true,
      min_replicas: 1 + (file.choice % 3),
      max_replicas: 6 + (file.choice % 3),
      cpu_threshold: 55,
    }),
    undo: [scale({ autoscaling_enabled: enabled === true, ...former })],
    touches: keys.map((key) => ['autoscaling', key]),
    exact: keys.every((key) => isPlainly(file, ['autoscaling', key])),
  };
};

function names({ data }: FileFacts): string[] {
  return Object.keys(at(data, 'env') ?? {});
}

/** The variables that are text, which is all that a call can write. */
const setVariables: TripMaker = (file) => {
  const known = names(file)
    .filter((name) => typeof at(file.data, 'env', name) === 'string')
    .slice(0, 1 + (file.choice % 3));
  if (known.length === 0) return undefined;
  const between = ['replaced', 'yes', '1.50', "it's: # new", 'two\nlines'][file.choice % 5] ?? '';
  const env = (value: (name: string) => unknown) => Object.fromEntries(known.map((name) => [name, value(name)]));
  const isPlain = between === 'replaced';
  return {
    call: config({ env: env(() => between) }),
    undo: [config({ env: env((name) => textAt(file.data, 'env', name)) })],
    touches: known.map((name) => ['env', name]),
    exact: isPlain && known.every((name) => comesBack(file, ['env', name], between)),
  };
};

const addVariables: TripMaker = (file) => {
  const added = ['ADDED_A', 'ADDED_B', 'ADDED_C'].slice(0, 1 + (file.choice % 3));
  const env = (value: unknown) => Object.fromEntries(added.map((name) => [name, value]));
  const source = file.layout.find(['env'])?.node?.range;
  return {
    call: config({ env: env('x y') }),
    undo: [config({ env: env(null) })],
    touches: added.map((name) => ['env', name]),
    exact:
      names(file).length > 0 ||
      (source !== undefined && file.text.slice((source?.[0] ?? 0) - 2, source?.[1]) === ': {}'),
  };
};

/** Whoever deletes a variable and sets it again finds it at the end of its map. */
const removeVariables: TripMaker = (file) => {
  const gone = names(file)
    .filter((name) => typeof at(file.data, 'env', name) === 'string')
    .slice(0, 1 + (file.choice % 2));
  if (gone.length === 0) return undefined;
  const env = (value: (name: string) => unknown) => Object.fromEntries(gone.map((name) => [name, value(name)]));
  return {
    call: config({ env: env(() => null) }),
    undo: [config({ env: env((name) => textAt(file.data, 'env', name)) })],
    touches: gone.map((name) => ['env', name]),
    exact: false,
    deletes: true,
    moves: true,
  };
};

const addSecrets: TripMaker = (file) => {
  const former = listAt(file.data, 'externalSecret', 'data').map((each) => textAt(each, 'secretKey') ?? '');
  const isOurs = former.length > 0 && textAt(file.data, 'externalSecret', 'targetSecret') === `${SERVICE}-secrets`;
  const added = ['ADDED_KEY', 'SECOND_ADDED_KEY'].slice(0, 1 + (file.choice % 2));
  const entries = added.map((_, index): Path => ['externalSecret', 'data', former.length + index]);
  return {
    call: config({ secret_names: added }),
    undo: [config({ clear_secrets: true, secret_names: former })],
    touches: [
      ...(former.length > 0 ? entries : [['externalSecret']]),
      ...(former.length > 0 ? [] : [['envFrom', listAt(file.data, 'envFrom').length]]),
    ],
    leaves: [['externalSecret'], ['envFrom']],
    exact: isOurs,
    moves: !isOurs,
  };
};

const port: TripMaker = (file) => {
  const path = ['service', 'port'];
  const was = at(file.data, ...path);
  return {
    call: config({ port: 4000 + (file.choice % 100) }),
    undo: [config({ port: typeof was === 'number' ? was : 8080 })],
    touches: [path],
    exact: isPlainly(file, path),
  };
};

const healthPath: TripMaker = (file) => {
  const probes = (at(file.data, 'probes') ?? {}) as Record<string, unknown>;
  const places = ['liveness', 'readiness', 'startup'].flatMap((name): Path[] => {
    const probe = probes[name];
    if (at(probe, 'httpGet') !== undefined) return [['probes', name, 'httpGet', 'path']];
    if (at(probe, 'exec') !== undefined || (name === 'startup' && !probe)) return [];
    return [['probes', name, 'path']];
  });
  const former = '/old';
  return {
    call: config({ health_check_path: '/next' }),
    undo: [config({ health_check_path: former })],
    touches: places,
    exact: places.every((path) => at(file.data, ...(path as string[])) === former && comesBack(file, path, '/next')),
  };
};

/** From one profile to another: what stood there before was none, so only its four places may differ. */
const profile: TripMaker = () => {
  const apply = (name: string): Call => ({ operation: applyResourceProfile, raw: { ...TARGET, profile: name } });
  return {
    call: apply('startup'),
    undo: [apply('steady-small')],
    touches: ['requests', 'limits'].flatMap((kind) => ['cpu', 'memory'].map((each): Path => ['resources', kind, each])),
    exact: false,
  };
};

/** By operation, every way to use it that edits a file in place. */
export const SERVICE_TRIPS: Readonly<Record<string, Readonly<Record<string, TripMaker>>>> = {
  'apply-resource-profile': { 'another profile': profile },
  'deploy-service': {
    'another tag': (file) => imageTrip(file, (tag) => deploy(tag)),
    'values of variables': setVariables,
    'more variables': addVariables,
    'fewer variables': removeVariables,
    'more secret names': addSecrets,
    port,
    'path of the probes': healthPath,
  },
  'scale-service': { replicas, autoscaling },
  'rollback-service': {
    'the tag before': (file) => imageTrip(file, rollback),
  },
};
