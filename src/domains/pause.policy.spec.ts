import { pauseAfter } from './pause.policy';

const PAUSES = { first: 15_000, longest: 600_000 };

describe(pauseAfter.name, () => {
  it('doubles up to the longest', () => {
    expect([1, 2, 3, 6, 7, 1000].map((attempt) => pauseAfter(attempt, PAUSES, 1))).toEqual([
      15_000, 30_000, 60_000, 480_000, 600_000, 600_000,
    ]);
  });

  it('is somewhere between half and the whole', () => {
    expect([0, 0.5, 1].map((random) => pauseAfter(2, PAUSES, random))).toEqual([15_000, 22_500, 30_000]);
  });

  it('is never longer than the longest, also where the first would be', () => {
    expect(pauseAfter(1, { first: 10, longest: 4 }, 1)).toBe(4);
  });
});
