import { afterStatus } from './next-looks';

const api = { team: 'billing', service: 'api' };

it.each(['unknown', 'Degraded', 'Missing', 'Progressing', 'Suspended'])(
  'says where to look further while health is %s',
  (health) => {
    expect(afterStatus(api, health)).toMatchObject([
      { tool: 'mctl_list_incidents', arguments: api },
      { tool: 'mctl_get_service_logs', arguments: api },
    ]);
  },
);

it('says nothing of a healthy service', () => {
  expect(afterStatus(api, 'Healthy')).toEqual([]);
});
