import { aWorld } from '../../test/factories/world';
import { CONTAINER_RESOURCES, podDemand } from './demand.policy';

const MAIN = { requests: { cpu: '100m', memory: '1Gi' }, limits: { cpu: '1', memory: '2Gi' } };

function demandOf(parts: object) {
  const image = { repository: 'a', tag: '1' };
  const world = aWorld({ services: { 'billing/api': { image, resources: MAIN, ...parts } } });
  const service = world.service('billing', 'api');
  if (!service) throw new Error('no service');
  return CONTAINER_RESOURCES.map((resource) => podDemand(service, resource)?.toString());
}

const container = (cpu: string, memory: string, more = {}) => ({
  name: 'x',
  resources: { requests: { cpu, memory }, limits: { cpu, memory } },
  ...more,
});

describe(podDemand, () => {
  it('is what the main container asks for', () => {
    expect(demandOf({})).toEqual(['100m', '1Gi', '1', '2Gi']);
  });

  it('adds the containers beside it', () => {
    expect(demandOf({ extraContainers: [container('50m', '512Mi'), container('50m', '512Mi')] })).toEqual([
      '200m',
      '2Gi',
      '1100m',
      '3Gi',
    ]);
  });

  it('is that of the largest init container where this is more, by each resource', () => {
    expect(demandOf({ initContainers: [container('300m', '1Mi'), container('200m', '8Gi')] })).toEqual([
      '300m',
      '8Gi',
      '1',
      '8Gi',
    ]);
  });

  it('counts an init container that stays beside the others, and for those that start after it', () => {
    const stays = container('50m', '1Gi', { restartPolicy: 'Always' });
    expect(demandOf({ initContainers: [stays] })).toEqual(['150m', '2Gi', '1050m', '3Gi']);
    expect(demandOf({ initContainers: [container('1', '4Gi'), stays] })[0]).toBe('1');
    expect(demandOf({ initContainers: [stays, container('1', '4Gi')] })[0]).toBe('1050m');
  });

  it('takes the limit for the request where only that is said, as Kubernetes does', () => {
    const proxy = { name: 'proxy', resources: { limits: { cpu: '400m' } } };
    expect(demandOf({ extraContainers: [proxy] })).toEqual(['500m', '1Gi', '1400m', '2Gi']);
  });

  it('takes nothing for containers that say nothing, and knows nothing where the main one speaks in riddles', () => {
    expect(demandOf({ extraContainers: [{ name: 'x' }], initContainers: [{ name: 'y' }] })[0]).toBe('100m');
    expect(demandOf({ resources: { requests: { cpu: 'much' } } })[0]).toBeUndefined();
  });
});
