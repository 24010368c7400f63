import { setTimeout as sleep } from 'node:timers/promises';
import { RestTestClient, type RestResult } from './clients';
import { faultsAtRest, readLedger } from './ledger';
import { commitsOf } from './plain-git';
import { Program, type ProgramOptions } from './program';
import { tokenFor } from './tokens';

/** Looks until it is so. Without a limit of its own: jest has one for the test. */
export async function until<T>(look: () => Promise<T>, holds: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (holds(value)) return value;
    await sleep(50);
  }
}

/** The program on a remote, with its administrator, and the remote's repository to compare with. */
export class RemoteProgram {
  private constructor(
    readonly program: Program,
    readonly admin: RestTestClient,
    readonly repository: string,
  ) {}

  /** @param repository the bare repository that the settings in `env` lead to. */
  static async start(
    repository: string,
    env: Record<string, string>,
    more: ProgramOptions = {},
  ): Promise<RemoteProgram> {
    const program = await Program.start({ ...more, env: { MCTL_GITOPS_POLL: '1s', ...env } });
    return new RemoteProgram(
      program,
      new RestTestClient(program.url, await tokenFor(program.dataDir, 'admin')),
      repository,
    );
  }

  create(team: string, wait_seconds = 25): Promise<RestResult> {
    return this.admin.execute('create-tenant', { team, wait_seconds });
  }

  /** How it ended: `succeeded`, or `failed` with the error's code. */
  async outcome(team: string): Promise<string> {
    const { status, body } = await this.create(team);
    if (body.operation === undefined) return `${status} ${body.code}`;
    return body.operation.status === 'failed' ? `failed ${body.error.code}` : body.operation.status;
  }

  /** Submits without waiting, and answers how to look at it. */
  async submit(team: string): Promise<() => Promise<RestResult>> {
    const { status, body } = await this.create(team, 0);
    if (status !== 202) throw new Error(`not accepted: ${status} ${JSON.stringify(body)}`);
    return () => this.admin.get(`/api/v1/workflows/${body.workflow.name}`);
  }

  /** Submits, waits for the first line of trouble in its log and answers that. */
  async waiting(team: string): Promise<{ line: string; workflow: () => Promise<RestResult> }> {
    const workflow = await this.submit(team);
    const { body } = await until(workflow, (answer) => isOver(answer) || answer.body.logs.length > 0);
    return { line: `${body.status}: ${body.logs[0]?.line}`, workflow };
  }

  /** How many commits the branch has of the operation. */
  async commitsFor(team: string): Promise<number> {
    const commits = await commitsOf(this.repository);
    return commits.filter(({ subject }) => subject.startsWith(`create-tenant(${team})`)).length;
  }

  /** Stops the program and says what its store and the branch disagree in. */
  async faults(): Promise<string[]> {
    await this.program.stop();
    return faultsAtRest(await readLedger(this.program.dataDir, this.repository));
  }

  dispose(): Promise<void> {
    return this.program.dispose();
  }
}

/** The workflow's end. */
export async function ended(workflow: () => Promise<RestResult>): Promise<string> {
  return (await until(workflow, isOver)).body.status;
}

function isOver({ body }: RestResult): boolean {
  return body.status === 'succeeded' || body.status === 'failed';
}
