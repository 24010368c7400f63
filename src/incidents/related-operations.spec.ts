import { beganOf } from './related-operations';

const row = { status: 'open', resolved_by: null, source: 'github', episode_at: '3', first_seen: '1' };
const began = (change: object, ...events: { event: string; at: string }[]) =>
  beganOf({ ...row, ...change } as unknown as Parameters<typeof beganOf>[0], events);

it('is when it came back, where it did', () => {
  expect(began({})).toBe('3');
  expect(began({ status: 'resolved', resolved_by: 'olga' })).toBe('3');
});

it('is never the end that a source told of', () => {
  const ended = { status: 'resolved', resolved_by: 'github', episode_at: '9' };
  expect(began(ended)).toBe('1');
  expect(
    began(ended, { event: 'reopened', at: '4' }, { event: 'reopened', at: '6' }, { event: 'resolved', at: '9' }),
  ).toBe('6');
});
