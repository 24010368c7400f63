import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import { RestTestClient, type RestResult } from '../support/clients';
import { faultsAtRest, faultsOf, readLedger } from '../support/ledger';
import { bareRepository, git, type PlainCommit } from '../support/plain-git';
import { Program } from '../support/program';
import { tokenFor } from '../support/tokens';

const KILL_AT = resolve(__dirname, '../support/kill-at.js');
/** `MCTL_CRASHES=200` is the long form; so many for each place. */
const CRASHES = Number(process.env.MCTL_CRASHES ?? 3);
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

/** The answer, or nothing where the process died over it. */
async function attempt(client: RestTestClient, call: object): Promise<RestResult | undefined> {
  return client.execute('create-tenant', call).catch(() => undefined);
}

describe.each(PLACES)('killed between two steps, with %s', (kind) => {
  let place: Place;
  let program: Program;

  beforeAll(async () => {
    place = await Place.make(kind);
    program = await place.start(STEPS[0]);
  });

  afterAll(async () => {
    await program?.stop();
    place?.remove();
  });

  it.each(STEPS)('after %s: every write is there once, and its key answers it', async (step) => {
    const calls = ['north', 'south', 'east'].map((side) => ({
      team: `${step}-${side}`,
      idempotency_key: `key-${step}-${side}`,
      wait_seconds: 25,
    }));
    await arm(program);
    const doomed = await place.as(program, 'admin');
    await Promise.all(calls.map((call) => attempt(doomed, call)));
    expect(await program.exited()).toBe('SIGKILL');
    const atDeath = await place.ledger();
    expect(faultsOf(atDeath)).toEqual([]);

    program = await place.start(STEPS[STEPS.indexOf(step) + 1]);
    const client = await place.as(program, 'admin');
    const answers = await Promise.all(calls.map((call) => attempt(client, call)));
    expect(answers.map((answer) => answer?.body.operation?.status)).toEqual(calls.map(() => 'succeeded'));
    const interrupted = atDeath.operations.filter(({ input }) =>
      (JSON.parse(input) as { team: string }).team.startsWith(step),
    );
    expect(interrupted).not.toHaveLength(0);
    for (const { id } of interrupted) {
      expect(answers.find((answer) => answer?.body.operation.id === id)?.body.changes).toHaveLength(3);
    }
  });

  it('leaves books that agree', async () => {
    await program.stop();
    const ledger = await place.ledger();
    expect(faultsAtRest(ledger)).toEqual([]);
    expect(ledger.operations).toHaveLength(3 * STEPS.length);
    const subjects = ledger.commits
      .map(({ subject }) => subject)
      .filter((subject) => subject.startsWith('create-tenant'));
    expect(new Set(subjects).size).toBe(3 * STEPS.length);
    expect(subjects).toHaveLength(3 * STEPS.length);
  });
});

async function arm(program: Program): Promise<void> {
  process.kill(program.pid, 'SIGCONT');
  // Answered by the event loop that has seen the signal by then.
  for (let round = 0; round < 2; round++) await new RestTestClient(program.url).get('/healthz');
}

describe('killed at random under load', () => {
  it(
    `loses and doubles nothing in ${CRASHES} crashes, in either place`,
    async () => {
      await Promise.all(PLACES.map(async (kind) => crashOften(await Place.make(kind))));
    },
    60_000 + CRASHES * 15_000,
  );
});

async function crashOften(place: Place): Promise<void> {
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
    expect(load.lies(ledger.commits)).toEqual([]);
    expect(ledger.operations).toHaveLength(load.size);
    expect(await git(place.repository, 'fsck', '--strict', '--no-dangling')).toBe('');
  } finally {
    place.remove();
  }
}

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
  lies(commits: readonly PlainCommit[]): string[] {
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
