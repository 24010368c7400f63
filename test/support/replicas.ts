import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { keyFile, Keys } from '../../src/platform/keys';
import { RestTestClient } from './clients';
import { type Ledger, readSharedLedger } from './ledger';
import { bareRepository } from './plain-git';
import { Program } from './program';
import { TestPostgres } from './test-postgres';
import { tokenFor } from './tokens';

/** One installation of several replicas: a PostgreSQL, a remote repository, a key file, and a data folder for each. */
export class Replicas {
  private readonly programs = new Map<string, Program>();

  private constructor(
    private readonly folder: string,
    readonly postgres: TestPostgres,
    readonly repository: string,
    private readonly env: Record<string, string>,
  ) {
    Keys.open(this.keysIn);
  }

  static async make(env: Record<string, string> = {}): Promise<Replicas> {
    const folder = mkdtempSync(join(tmpdir(), 'mctl-replicas-'));
    const [postgres, repository] = await Promise.all([
      TestPostgres.start(),
      bareRepository(join(folder, 'remote.git'), { 'README.md': 'ours\n' }),
    ]);
    return new Replicas(folder, postgres, repository, env);
  }

  /** Settings of every replica. */
  get settings(): Record<string, string> {
    return {
      DATABASE_URL: this.postgres.url({}, 'sslmode=disable'),
      MCTL_GITOPS_REMOTE: pathToFileURL(this.repository).href,
      MCTL_GITOPS_POLL: '1s',
      MCTL_KEY_FILE: keyFile(this.keysIn),
      MCTL_LEADER_LEASE: '3s',
      ...this.env,
    };
  }

  dataDir(name: string): string {
    const folder = join(this.folder, name);
    mkdirSync(folder, { recursive: true });
    return folder;
  }

  /** A replica of this name; again after it has ended. */
  async start(name: string, env: Record<string, string> = {}): Promise<Program> {
    const program = await Program.start({
      dataDir: this.dataDir(name),
      env: { ...this.settings, MCTL_INSTANCE: name, ...env },
    });
    this.programs.set(name, program);
    return program;
  }

  async as({ url }: Program, login = 'admin'): Promise<RestTestClient> {
    return new RestTestClient(url, await tokenFor(this.keysIn, login));
  }

  /** Terms of all leaderships so far. */
  async lease(): Promise<{ holder: string; term: number; isHeld: boolean }> {
    const [row] = await this.postgres.query<{ holder: string; term: number; isHeld: boolean }>(
      `select holder, term, expires_at > clock_timestamp() as "isHeld" from leases where name = 'leader'`,
    );
    return row ?? { holder: '', term: 0, isHeld: false };
  }

  ledger(): Promise<Ledger> {
    return readSharedLedger(this.postgres.url({}, 'sslmode=disable'), this.keysIn, this.repository);
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.programs.values()].map((program) => program.stop('SIGKILL')));
    await this.postgres.dispose();
    rmSync(this.folder, { recursive: true, force: true });
  }

  /** Data folder of nobody, with the key of all. */
  get keysIn(): string {
    return join(this.folder, 'shared');
  }
}

/** Whether a replica has said so far that it leads, and not that it has lost it. */
export function leads({ log }: Program): boolean {
  const last = log.findLast((line) => /this replica leads|another replica leads|has taken over/.test(line));
  return last !== undefined && last.includes('this replica leads');
}
