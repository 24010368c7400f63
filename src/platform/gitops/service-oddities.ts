import type { Oddity } from './file-problem';
import { misreadText, misreadTexts, oddQuantities } from './misread-numbers';
import { entriesAt, isEmpty, itemsAt, misfit, misfits, type Shape } from './shape';
import { at, flagAt, isPlain, type Plain, textAt } from './values';
import { readService } from './service-file';

/** Every key that `readService` and the operations look at. */
const SHAPE: Shape = {
  type: 'text',
  image: 'map',
  'image.repository': 'text',
  'image.tag': 'text',
  'image.digest': 'text',
  service: 'map',
  'service.port': 'count',
  port: 'count',
  replicaCount: 'count',
  autoscaling: 'map',
  'autoscaling.enabled': 'flag',
  'autoscaling.minReplicas': 'count',
  'autoscaling.maxReplicas': 'count',
  'autoscaling.targetCPUUtilizationPercentage': 'count',
  resources: 'map',
  'resources.requests': 'map',
  'resources.limits': 'map',
  env: 'map',
  envFrom: 'list',
  ingress: 'map',
  'ingress.enabled': 'flag',
  'ingress.host': 'texts',
  'ingress.hosts': 'list',
  'ingress.tls': 'list',
  extraIngresses: 'list',
  externalSecret: 'map',
  'externalSecret.data': 'list',
  extraExternalSecrets: 'map',
  dbSecret: 'map',
  probes: 'map',
  'probes.liveness': 'map',
  'probes.readiness': 'map',
  'probes.startup': 'map',
  initContainers: 'list',
  extraContainers: 'list',
};

/** What is odd about the data of `services/{team}/{service}/values.yaml`, as far as it matters to a reader of our answers. */
export function serviceOddities(data: Plain): Oddity[] {
  if (isEmpty(data)) return [EMPTY];
  return [
    ...misfits(data, SHAPE),
    ...unknownType(data),
    ...oddImage(data),
    ...entriesAt(data, 'env').flatMap(([path, value]) => misfit(path, value, 'text')),
    ...misreadTexts(data, 'env'),
    ...oddQuantities(data, 'resources.requests'),
    ...oddQuantities(data, 'resources.limits'),
    ...oddHosts(data),
    ...oddPort(data),
  ];
}

const EMPTY: Oddity = {
  code: 'empty_file',
  message: 'the file says nothing, so nothing is known about this service but the chart’s defaults.',
  fix: 'Write the service’s values, or remove the folder.',
};

function unknownType(data: Plain): Oddity[] {
  const type = textAt(data, 'type');
  if (type === undefined || type === 'web' || type === 'worker') return [];
  const { type: taken } = readService('', '', data);
  return [
    {
      code: 'unknown_type',
      message: `type is neither web nor worker; the service counts as ${taken}.`,
      fix: 'Write web or worker.',
    },
  ];
}

function oddImage(data: Plain): Oddity[] {
  const isNamed = textAt(data, 'image', 'repository') !== undefined;
  const isPinned = (textAt(data, 'image', 'tag') ?? textAt(data, 'image', 'digest') ?? '') !== '';
  const missing: Oddity = {
    code: 'image_missing',
    message: `the file names no ${isNamed ? 'image.tag' : 'image.repository'}, and the chart refuses to render without.`,
    fix: 'Give image.repository and image.tag; mctl_deploy_service writes both.',
  };
  const quote = 'Put it in quotes; the next mctl_deploy_service writes it so.';
  return [...(isNamed && isPinned ? [] : [missing]), ...misreadText(data, 'image.tag', quote)];
}

function oddHosts(data: Plain): Oddity[] {
  const entries = ['ingress.hosts', 'ingress.host'].flatMap((path) => itemsAt(data, path));
  const wrong = entries.flatMap(([path, entry]) =>
    isPlain(entry) ? misfit(`${path}.host`, at(entry, 'host') ?? [], 'text') : misfit(path, entry, 'text'),
  );
  const isOpen = flagAt(data, 'ingress', 'enabled') === true;
  const hasHost = readService('', '', data).hosts.length > 0;
  const none: Oddity = {
    code: 'ingress_without_host',
    message: 'ingress.enabled is true and no host is named, which the chart refuses.',
    fix: 'Name a host in ingress.hosts, or set ingress.enabled to false.',
  };
  return [...wrong, ...(isOpen && !hasHost ? [none] : [])];
}

function oddPort(data: Plain): Oddity[] {
  const { port } = readService('', '', data);
  if (port >= 1 && port <= 65535) return [];
  return [{ code: 'bad_port', message: `service.port is ${port}, which is no port.`, fix: 'Write 1 to 65535.' }];
}
