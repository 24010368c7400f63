import { isAtLeast, levelOf } from './log-level';

it.each([
  ['{"level":"warn","msg":"x"}', 'warn'],
  ['{"level":50,"msg":"x"}', 'error'],
  ['{"severity":"CRITICAL"}', 'error'],
  ['time=2026-03-01T12:00:00Z level=info msg="an error"', 'info'],
  ['2026-03-01 12:00:00,123 ERROR main: boom', 'error'],
  ['2026-03-01T12:00:00.123Z WARN slow', 'warn'],
  ['[debug] x', 'debug'],
  ['Error: connect ECONNREFUSED', 'error'],
  ['    at Object.<anonymous> (index.js:1)', undefined],
  ['errors are fine here', undefined],
  ['constructor: x', undefined],
  ['', undefined],
])('%s', (line, level) => expect(levelOf(line)).toBe(level));

it('keeps what says nothing about itself', () => {
  expect([isAtLeast(undefined, 'error'), isAtLeast('info', 'warn'), isAtLeast('error', 'warn')]).toEqual([
    true,
    false,
    true,
  ]);
});
