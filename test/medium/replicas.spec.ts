import { setTimeout as sleep } from 'node:timers/promises';
import { McpTestClient, type RestResult, type RestTestClient } from '../support/clients';
import { faultsAtRest } from '../support/ledger';
import { git } from '../support/plain-git';
import type { Program } from '../support/program';
import { leads, Replicas } from '../support/replicas';
import { until } from '../support/remote-program';
import { tokenFor } from '../support/tokens';

/** `MCTL_REPLICA_CRASHES=40` is the long form. */
const CRASHES = Number(process.env.MCTL_REPLICA_CRASHES ?? 1);
const NAMES = ['left', 'right'] as const;

let replicas: Replicas;
let programs: Record<(typeof NAMES)[number], Program>;

beforeAll(async () => {
  replicas = await Replicas.make({ MCTL_READS_PER_MINUTE: '10', MCTL_LEADER_LEASE: '2s' });
  const left = await replicas.start('left');
  programs = { left, right: await replicas.start('right') };
});

afterAll(() => replicas?.dispose());

/** Of the two, the one that leads and the other. */
async function roles(): Promise<{ leader: (typeof NAMES)[number]; follower: (typeof NAMES)[number] }> {
  const found = await until(
    () => Promise.resolve(NAMES.filter((name) => programs[name].isRunning && leads(programs[name]))),
    ({ length }) => length === 1,
  );
  return found[0] === 'left' ? { leader: 'left', follower: 'right' } : { leader: 'right', follower: 'left' };
}

const create = (client: RestTestClient, team: string, more: object = {}): Promise<RestResult> =>
  client.execute('create-tenant', { team, idempotency_key: `key-${team}`, wait_seconds: 25, ...more });

async function mustAgree(): Promise<void> {
  expect(faultsAtRest(await replicas.ledger())).toEqual([]);
  expect(await git(replicas.repository, 'fsck', '--strict', '--no-dangling')).toBe('');
}

describe('two replicas on one database', () => {
  it('write through both, and each answers how it ended', async () => {
    const { leader, follower } = await roles();
    const [first, second] = [await replicas.as(programs[leader]), await replicas.as(programs[follower])];
    const answers = await Promise.all(
      Array.from({ length: 8 }, (_, index) => create(index % 2 ? first : second, `both-${index}`)),
    );
    expect(answers.map(({ body }) => body.operation?.status)).toEqual(answers.map(() => 'succeeded'));
    await mustAgree();
  });

  it('do a call once that comes to both at the same moment with one key', async () => {
    const [left, right] = [await replicas.as(programs.left), await replicas.as(programs.right)];
    const answers = await Promise.all([left, right, left, right].map((client) => create(client, 'same')));
    expect(answers.map(({ body }) => body.operation.status)).toEqual(answers.map(() => 'succeeded'));
    expect(new Set(answers.map(({ body }) => body.operation.id)).size).toBe(1);
  });

  it('take a confirmation that the other one gave, once', async () => {
    const [left, right] = [await replicas.as(programs.left), await replicas.as(programs.right)];
    await create(left, 'doomed');
    const asked = await left.execute('delete-tenant', { team: 'doomed' });
    const confirm_token = asked.body.plan.confirm_token as string;
    const used = await Promise.all(
      [right, left].map((client) =>
        client.execute('delete-tenant', { team: 'doomed', confirm_token, wait_seconds: 25 }),
      ),
    );
    const statuses = used.map(({ body }) => body.operation?.status ?? body.code).sort();
    expect(statuses).toContain('succeeded');
    expect(statuses).toContainEqual(expect.stringMatching(/^(confirmation_invalid|team_not_found)$/));
  });

  it('tell progress of what the other one commits', async () => {
    const { follower } = await roles();
    const client = await McpTestClient.connect(programs[follower].url, await tokenFor(replicas.keysIn, 'admin'));
    try {
      const steps: string[] = [];
      const told = (progress: unknown): void => void steps.push((progress as { message: string }).message);
      await client.call('mctl_create_tenant', { team: 'watched', wait_seconds: 25 }, told);
      expect(steps.some((step) => /Publish the commit/.test(step))).toBe(true);
    } finally {
      await client.close();
    }
  });

  it('count the calls of a person together', async () => {
    const clients = [await replicas.as(programs.left, 'busy'), await replicas.as(programs.right, 'busy')];
    const statuses: number[] = [];
    for (let call = 0; call < 12; call++) statuses.push((await clients[call % 2]!.get('/api/v1/whoami')).status);
    expect(statuses.filter((status) => status === 429)).toHaveLength(2);
  });
});

/** Writers who repeat a call under its key, at whichever replica answers, until they hear how it ended. */
class Load {
  private readonly ended = new Map<string, string>();
  private next = 0;
  private isOver = false;

  get size(): number {
    return this.ended.size;
  }

  async run(prefix: string, writers: number): Promise<void> {
    await Promise.all(Array.from({ length: writers }, () => this.write(prefix)));
  }

  /** Every writer ends with the call in hand. */
  finish(): void {
    this.isOver = true;
  }

  /** What was answered and is not so on the branch. */
  async lies(): Promise<string[]> {
    const { commits } = await replicas.ledger();
    const shas = new Map(commits.map(({ subject, sha }) => [subject, sha]));
    return [...this.ended].flatMap(([team, sha]) =>
      shas.get(`create-tenant(${team}): ${team}`) === sha ? [] : [`${team} was said to be ${sha}`],
    );
  }

  private async write(prefix: string): Promise<void> {
    while (!this.isOver) {
      const team = `${prefix}-${this.next++}`;
      for (let attempt = this.next; !this.ended.has(team); attempt++) {
        const program = programs[NAMES[attempt % 2]!];
        const answer = await create(await replicas.as(program), team).catch(() => undefined);
        if (answer?.body.operation?.status === 'succeeded') this.ended.set(team, answer.body.commit.sha as string);
        else await sleep(20);
      }
    }
  }
}

async function restart(name: (typeof NAMES)[number]): Promise<void> {
  programs = { ...programs, [name]: await replicas.start(name) };
}

describe('under load', () => {
  it(
    `lose and double nothing while one of them is killed and restarted, ${CRASHES} times`,
    async () => {
      const load = new Load();
      const writing = load.run('load', 6);
      for (let crash = 0; crash < CRASHES; crash++) {
        const { leader, follower } = await roles();
        const victim = crash % 3 === 2 ? follower : leader;
        const enough = load.size + 3;
        await until(
          () => Promise.resolve(load.size),
          (size) => size >= enough,
        );
        await sleep(Math.random() * 300);
        await programs[victim].stop('SIGKILL');
        await restart(victim);
      }
      load.finish();
      await writing;
      expect(await load.lies()).toEqual([]);
      await mustAgree();
      const { term } = await replicas.lease();
      console.info(`${CRASHES} replicas killed, ${load.size} writes, ${term} changes of the leader`);
    },
    60_000 + CRASHES * 20_000,
  );

  it('have one leader, and what a stopped one had begun is fenced when it wakes', async () => {
    const { leader, follower } = await roles();
    const { term } = await replicas.lease();
    const load = new Load();
    const writing = load.run('fence', 4);
    await until(
      () => Promise.resolve(load.size),
      (size) => size >= 2,
    );
    process.kill(programs[leader].pid, 'SIGSTOP');
    try {
      await until(
        () => replicas.lease(),
        (lease) => lease.term > term && lease.isHeld,
      );
      const there = await replicas.as(programs[follower]);
      expect((await create(there, 'meanwhile')).body.operation.status).toBe('succeeded');
    } finally {
      process.kill(programs[leader].pid, 'SIGCONT');
    }
    await until(
      () => Promise.resolve(leads(programs[leader])),
      (isLeading) => !isLeading,
    );
    expect(leads(programs[follower])).toBe(true);
    load.finish();
    await writing;
    expect(await load.lies()).toEqual([]);
    await mustAgree();
  });

  it('go on when the database was away, and say so meanwhile', async () => {
    const client = await replicas.as(programs.left);
    await replicas.postgres.down();
    const ready = await until(
      () => client.get('/readyz'),
      ({ status }) => status === 503,
    );
    expect(ready.body.checks.store).toBe('unavailable');
    expect(await create(client, 'lost')).toMatchObject({
      status: 503,
      body: { code: expect.stringMatching(/^(store|audit)_unavailable$/) },
    });
    await replicas.postgres.up();
    await until(
      () => client.get('/readyz'),
      ({ status }) => status === 200,
    );
    expect((await create(client, 'lost')).body.operation.status).toBe('succeeded');
    await mustAgree();
  });
});
