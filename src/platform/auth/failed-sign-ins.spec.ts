import type { Request } from 'express';
import { Clock } from '../clock';
import { readConfig } from '../config';
import type { Metrics } from '../metrics/metrics';
import { FailedSignIns } from './failed-sign-ins';

const metrics = { authFailures: { inc: () => undefined } } as unknown as Metrics;

function answer(authorization: string | undefined, environment: Record<string, string> = {}) {
  const failures = new FailedSignIns(readConfig(environment), metrics, new Clock());
  return failures.unrecognised({ headers: { authorization }, ip: '127.0.0.1' } as Request);
}

it.each(['Bearer $PLATFORM_TOKEN', 'Bearer ${PLATFORM_TOKEN}', 'bearer ${env:TOKEN}', 'Bearer %TOKEN%'])(
  'a variable that nobody expanded is told apart: %s',
  (header) => {
    expect(answer(header)).toMatchObject({ message: expect.stringContaining('name of a variable') as unknown });
    expect(answer('Basic abc')).toMatchObject({ message: expect.stringContaining('A token is needed') as unknown });
  },
);

it('whoever has no token is told where to get one, and nothing of where MCTL runs', () => {
  expect(answer(undefined)).toMatchObject({ details: { fix: expect.stringContaining('/connect') as unknown } });
  const elsewhere = answer(undefined, { MCTL_DATA_DIR: '/srv/mctl' });
  expect(elsewhere).toMatchObject({ details: { fix: expect.stringContaining('with the MCTL_DATA_DIR') as unknown } });
  expect(JSON.stringify(elsewhere)).not.toContain('/srv/mctl');
});
