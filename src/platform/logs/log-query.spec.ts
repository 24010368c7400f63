import { logQuery } from './log-query';

it('whatever a value holds, it ends no string and begins no matcher', () => {
  const query = logQuery({ namespace: 'billing', deployment: 'billing-a.b', contains: '"} |~ ".*\n\\' });
  expect(query).toBe(
    String.raw`{namespace="billing",pod=~"billing-a\\.b-[a-z0-9]{1,10}-[a-z0-9]{5}"} |= "\"} |~ \".*\n\\"`,
  );
  expect(logQuery({ namespace: 'a', deployment: 'b' })).toBe('{namespace="a",pod=~"b-[a-z0-9]{1,10}-[a-z0-9]{5}"}');
});
