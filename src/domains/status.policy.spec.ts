import { refusalOf } from '../../test/factories/plan';
import { DOMAIN_STATUSES } from '../platform/gitops';
import { advance, type DomainEvent } from './status.policy';

/** Every status by every event; a dash is a way that there is not. */
const TABLE: Readonly<Record<DomainEvent, string>> = {
  //         pending  verified active   failed
  register: 'pending  -        -        pending',
  prove: '   verified verified active   -',
  route: '   -        active   active   -',
  unroute: ' -        verified verified -',
  fail: '    failed   -        -        failed',
};

describe.each(Object.entries(TABLE))('%s', (event, row) => {
  it.each(DOMAIN_STATUSES.map((status, index) => [status, row.trim().split(/ +/)[index]] as const))(
    'makes of %s: %s',
    (status, next) => {
      const go = () => advance(status, event as DomainEvent);
      if (next === '-') expect(refusalOf(go)).toMatchObject({ kind: 'Conflict', code: 'bad_transition' });
      else expect(go()).toBe(next);
    },
  );
});

it('goes through every status on the way', () => {
  expect(advance('pending', 'prove', 'route')).toBe('active');
  expect(refusalOf(() => advance('pending', 'route')).code).toBe('bad_transition');
});
