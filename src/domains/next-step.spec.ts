import type { Domain } from '../platform/gitops';
import { afterVerification, type Seen } from './next-step';

const domain: Domain = { host: 'shop.example.com', team: 'billing', service: 'api', status: 'pending' };
const named = { team: 'billing', service: 'api', domain: 'shop.example.com' };
const next = (seen: Seen): [string, object][] =>
  afterVerification(domain, seen).map(({ tool, arguments: args }) => [tool, args]);

it.each([true, false])('leads to the workflow that waits, the record being there: %s', (verified) => {
  const watch = ['mctl_get_workflow_status', { workflow: 'add-1' }];
  expect(next({ status: 'pending', verified, workflow: 'add-1' })).toEqual([watch]);
});

it.each(['pending', 'failed', 'verified'] as const)(
  'leads to a new registration where %s and nobody waits',
  (status) => {
    expect(next({ status, verified: true })).toEqual([['mctl_add_custom_domain', named]]);
  },
);

it('says to look again where the record of an active domain is gone, and nothing where it is there', () => {
  expect(next({ status: 'active', verified: false })).toEqual([['mctl_verify_domain', named]]);
  expect(next({ status: 'active', verified: true })).toEqual([]);
});
