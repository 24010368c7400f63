import { type Limit, limitIn, nextLimit, remaining, waitFor } from './rate-limit.policy';

const NOW = new Date('2026-03-01T12:00:00.000Z');
const after = (seconds: number) => new Date(NOW.getTime() + seconds * 1000);

describe(nextLimit, () => {
  it('waits as long as GitHub says', () => {
    expect(nextLimit({ seconds: 1800, isSecondary: false }, undefined, NOW)).toEqual({
      times: 1,
      until: after(1800).toISOString(),
    });
  });

  it('waits twice as long each time that requests were too many at once, and no longer than GitHub’s own window', () => {
    let limit: Limit | undefined;
    const waits = Array.from({ length: 9 }, () => {
      limit = nextLimit({ seconds: 60, isSecondary: true }, limit, NOW);
      return remaining(limit, NOW) / 1000;
    });
    expect(waits).toEqual([60, 120, 240, 480, 960, 1920, 3700, 3700, 3700]);
  });
});

describe(remaining, () => {
  it('is nothing once the time has come, nor after the clock was set back by more than any limit lasts', () => {
    const limit = { times: 1, until: after(60).toISOString() };
    expect([remaining(limit, after(59)), remaining(limit, after(60)), remaining(limit, after(-86_400))]).toEqual([
      1000, 0, 0,
    ]);
    expect(remaining(undefined, NOW)).toBe(0);
  });
});

describe(waitFor, () => {
  it('keeps what it waits for, so that a restart asks no earlier', () => {
    const limit = nextLimit({ seconds: 90, isSecondary: false }, undefined, NOW);
    const outcome = waitFor(limit, after(30)) as { wait: { milliseconds: number; message: string; state: unknown } };
    expect(outcome.wait).toMatchObject({ milliseconds: 60_000, message: expect.stringContaining(limit.until) });
    expect(limitIn(JSON.parse(JSON.stringify(outcome.wait.state)))).toEqual(limit);
  });
});

it.each([undefined, null, 'x', {}, { times: '1', until: 3 }])('%p holds no limit', (state) => {
  expect(limitIn(state)).toBeUndefined();
});
