import { aWorld } from '../../../test/factories/world';
import { readConfig } from '../../platform/config';
import { ownerOf } from './alert-owner.policy';

const file = { image: { repository: 'a/b', tag: '1' } };
const world = aWorld({
  tenants: { billing: {}, shop: {} },
  services: { 'billing/payment-api': file, 'billing/api': file, 'shop/web': file },
});
const names = readConfig({ MCTL_DATA_DIR: '/nowhere' }).values;
const owner = (labels: Record<string, string>, settings = names) => ownerOf(labels, world, settings);

it.each([
  ['the namespace is the team', { namespace: 'billing' }, { team: 'billing' }],
  ['its own label counts first', { namespace: 'billing', team: 'shop' }, { team: 'shop' }],
  ['an unknown one is passed over', { namespace: 'billing', team: 'sre' }, { team: 'billing' }],
  ['the namespace of previews', { namespace: 'billing-preview' }, { team: 'billing' }],
  ['no team of ours', { namespace: 'kube-system', service: 'api' }, {}],
  ['no label at all', {}, {}],
  ['a name that is none', { namespace: '../billing' }, {}],
  ['a label that every object has', { team: 'constructor' }, {}],
])('finds the team: %s', (_, labels, expected) => {
  expect(owner(labels)).toEqual(expected);
});

it.each([
  ['by its name', { service: 'payment-api' }, 'payment-api'],
  ['by its Deployment', { deployment: 'billing-payment-api' }, 'payment-api'],
  ['by a pod of a Deployment', { pod: 'billing-payment-api-7d4b9c6f5-x2x9z' }, 'payment-api'],
  ['by a pod of a StatefulSet', { pod: 'billing-api-0' }, 'api'],
  ['by a pod of a preview', { pod: 'preview-billing-api-abc123-7d4b9c6f5-x2x9z' }, 'api'],
  ['passing over what scrapes it', { service: 'kube-state-metrics', pod: 'billing-api-0' }, 'api'],
  ['by the application of Argo CD', { name: 'billing-api' }, 'api'],
  ['of this team only', { service: 'web' }, undefined],
  ['never by half a name', { service: 'api-x' }, undefined],
])('finds the service %s', (_, labels, service) => {
  expect(owner({ namespace: 'billing', ...labels })).toEqual({ team: 'billing', ...(service && { service }) });
});

it('goes by the labels that the settings name', () => {
  const settings = readConfig({
    MCTL_DATA_DIR: '/nowhere',
    MCTL_ALERT_TEAM_LABELS: 'squad',
    MCTL_ALERT_SERVICE_LABELS: 'component',
  }).values;
  expect(owner({ squad: 'shop', namespace: 'billing', component: 'web', service: 'x' }, settings)).toEqual({
    team: 'shop',
    service: 'web',
  });
});
