import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { RestTestClient, type RestResult } from '../support/clients';
import { faultsAtRest, faultsOf, readLedger } from '../support/ledger';
import { bareRepository, commitsOf, git } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';

const KILL_AT = resolve(__dirname, '../support/kill-at.js');
/** `MCTL_CRASHES=200` is the long form. */
const CRASHES = Number(process.env.MCTL_CRASHES ?? 5);
const STEPS = ['submitted', 'claimed', 'planned', 'committed', 'pushed', 'closed'];
const PLACES = ['the embedded repository', 'a file remote'] as const;

/** One installation that is killed and started again. */
class Place {
  private constructor(
    private readonly folder: string,
    readonly repository: string,
    private readonly env: Record<string, string>,
  ) {}

  static async make(kind: (typeof PLACES)[number]): Promise<Place> {
    const folder = mkdtempSync(join(tmpdir(), 'mctl-crash-'));
    mkdirSync(join(folder, 'data'));
    if (kind === 'the embedded repository') return new Place(folder, join(folder, 'data/gitops.git'), {});
    const repository = await bareRepository(join(folder, 'remote.git'), { 'README.md': 'ours\n' });
    return new Place(folder, repository, { MCTL_GITOPS_REMOTE: pathToFileURL(repository).href });
  }

  get dataDir(): string {
    return join(this.folder, 'data');
  }

  start(killAt?: string): Promise<Program> {
    return Program.start({
      dataDir: this.dataDir,
      env: { ...this.env, ...(killAt && { KILL_AT: killAt }) },
      nodeArguments: ['--require', KILL_AT],
    });
  }

  async as(program: Program, login: string): Promise<RestTestClient> {
    return new RestTestClient(program.url, await tokenFor(this.dataDir, login));
  }

  ledger() {
    return readLedger(this.dataDir, this.repository);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

const calls = ['north', 'south', 'east'].map((team) => ({ team, idempotency_key: `key-of-${team}`, wait_seconds: 25 }));

/** The answer, or nothing where the process died over it. */
async function attempt(client: RestTestClient, call: object): Promise<RestResult | undefined> {
  return client.execute('create-tenant', call).catch(() => undefined);
}

describe.each(PLACES)('killed between two steps, with %s', (kind) => {
  it.each(STEPS)('after %s: every write is there once, and its key answers it', async (step) => {
    const place = await Place.make(kind);
    try {
      const doomed = await place.start(step);
      const client = await place.as(doomed, 'admin');
      await Promise.all(calls.map((call) => attempt(client, call)));
      expect(await doomed.exited()).toBe('SIGKILL');
      const atDeath = await place.ledger();
      expect(faultsOf(atDeath)).toEqual([]);
      expect(atDeath.operations.length).toBeGreaterThan(0);

      const program = await place.start();
      const again = await place.as(program, 'admin');
      const answers = await Promise.all(calls.map((call) => attempt(again, call)));
      expect(answers.map((answer) => answer?.body.operation?.status)).toEqual(calls.map(() => 'succeeded'));
      for (const row of atDeath.operations) {
        const answer = answers.find((each) => each?.body.operation.id === row.id);
        expect(answer?.body.changes).toHaveLength(3);
      }
      await program.stop();
      const ledger = await place.ledger();
      expect(faultsAtRest(ledger)).toEqual([]);
      expect(ledger.operations).toHaveLength(calls.length);
      const subjects = ledger.commits.map(({ subject }) => subject).filter((subject) => /^create-tenant/.test(subject));
      expect(subjects.sort()).toEqual(calls.map(({ team }) => `create-tenant(${team}): ${team}`).sort());
    } finally {
      place.remove();
    }
  });
});

describe.each(PLACES)('killed at random under load, with %s', (kind) => {
  it(
    `loses and doubles nothing in ${CRASHES} crashes`,
    async () => {
      const place = await Place.make(kind);
      try {
        const load = new Load(place);
        for (let crash = 0; crash < CRASHES; crash++) {
          const program = await place.start();
          const writing = load.run(program);
          await sleep(30 + Math.random() * 500);
          await program.stop('SIGKILL');
          await writing;
          expect(faultsOf(await place.ledger())).toEqual([]);
        }
        const program = await place.start();
        await load.finish(program);
        await program.stop();
        const ledger = await place.ledger();
        expect(faultsAtRest(ledger)).toEqual([]);
        expect(load.lies(await commitsOf(place.repository))).toEqual([]);
        expect(ledger.operations).toHaveLength(load.size);
        expect(await git(place.repository, 'fsck', '--strict', '--no-dangling')).toBe('');
      } finally {
        place.remove();
      }
    },
    60_000 + CRASHES * 10_000,
  );
});

/** Eight writers who repeat a call under its key until they hear how it ended. */
class Load {
  private readonly ended = new Map<string, string>();
  private readonly pending = new Map<number, string>();
  private next = 0;

  constructor(private readonly place: Place) {}

  get size(): number {
    return this.ended.size;
  }

  /** Resolves when the program is gone. */
  async run(program: Program): Promise<void> {
    const client = await this.place.as(program, 'admin');
    const write = async (writer: number): Promise<void> => {
      while (program.isRunning && (await this.step(client, writer)));
    };
    await Promise.all(Array.from({ length: 8 }, (_, writer) => write(writer)));
  }

  async finish(program: Program): Promise<void> {
    const client = await this.place.as(program, 'admin');
    await Promise.all([...this.pending.keys()].map((writer) => this.step(client, writer)));
    expect(this.pending.size).toBe(0);
  }

  /** What was answered and is not so on the branch. */
  lies(commits: Awaited<ReturnType<typeof commitsOf>>): string[] {
    const shas = new Map(commits.map(({ subject, sha }) => [subject, sha]));
    return [...this.ended].flatMap(([team, sha]) =>
      shas.get(`create-tenant(${team}): ${team}`) === sha ? [] : [`${team} was said to be ${sha}`],
    );
  }

  private async step(client: RestTestClient, writer: number): Promise<boolean> {
    const team = this.pending.get(writer) ?? `load-${this.next++}`;
    this.pending.set(writer, team);
    const answer = await attempt(client, { team, idempotency_key: `load-${team}`, wait_seconds: 25 });
    if (answer?.body.operation?.status !== 'succeeded') return false;
    this.pending.delete(writer);
    this.ended.set(team, answer.body.commit.sha as string);
    return true;
  }
}
