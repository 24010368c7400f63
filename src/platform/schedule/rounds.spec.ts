import { log } from '../logging';
import { Leadership } from '../store';
import { Rounds } from './rounds';

/** Rounds whose work, pause and leadership a test decides. */
class Counted extends Rounds {
  begun = 0;
  ended = 0;
  lasts = 0;
  failsWith: Error | undefined;
  signal: AbortSignal | undefined;

  constructor(
    private readonly every: number,
    isLeader = true,
  ) {
    super(Object.assign(new Leadership(), { isLeader: () => Promise.resolve(isLeader) }), 'counting failed');
  }

  protected override pause(): number {
    return this.every;
  }

  protected override async work(signal: AbortSignal): Promise<void> {
    this.begun++;
    this.signal = signal;
    if (this.failsWith) throw this.failsWith;
    if (this.lasts > 0) await new Promise((resolve) => setTimeout(resolve, this.lasts));
    this.ended++;
  }
}

let warn: jest.SpyInstance;
beforeEach(() => {
  jest.useFakeTimers();
  warn = jest.spyOn(log, 'warn').mockImplementation(() => undefined);
});
afterEach(() => {
  jest.useRealTimers();
  jest.restoreAllMocks();
});

async function after(milliseconds: number, rounds: Rounds): Promise<void> {
  rounds.onApplicationBootstrap();
  await jest.advanceTimersByTimeAsync(milliseconds);
}

it('begin soon after the start and go on at their pause', async () => {
  const [slow, quick] = [new Counted(60_000), new Counted(2_000)];
  quick.onApplicationBootstrap();
  await after(125_000, slow);
  expect([slow.begun, quick.begun]).toEqual([3, 62]);
});

it('are none where the pause is 0, and do nothing where another process leads', async () => {
  const [none, follower] = [new Counted(0), new Counted(1_000, false)];
  await after(60_000, none);
  await after(60_000, follower);
  expect([none.begun, follower.begun]).toEqual([0, 0]);
});

it('never overlap', async () => {
  const rounds = new Counted(1_000);
  rounds.lasts = 10_000;
  await after(12_500, rounds);
  expect([rounds.begun, rounds.ended]).toEqual([2, 1]);
});

it('end with what is in hand, and begin no more', async () => {
  const rounds = new Counted(1_000);
  rounds.lasts = 500;
  await after(1_200, rounds);
  const end = rounds.onModuleDestroy();
  expect([rounds.signal?.aborted, rounds.ended]).toEqual([true, 0]);
  await jest.advanceTimersByTimeAsync(60_000);
  await end;
  expect([rounds.begun, rounds.ended]).toEqual([1, 1]);
});

it('survive what nobody expected, and say so each time', async () => {
  const rounds = new Counted(1_000);
  rounds.failsWith = new Error('boom');
  await after(2_500, rounds);
  expect(warn.mock.calls).toEqual(
    [1, 2].map(() => [{ err: rounds.failsWith }, 'counting failed; the next round tries again']),
  );
});
