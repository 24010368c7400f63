import {
  existsSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bareRepository, git } from '../support/plain-git';
import { Program } from '../support/program';
import { RemoteProgram } from '../support/remote-program';

/** What a power cut leaves of files that were not flushed: their names, and nothing in them. */
const branchFiles = (gitDir: string): string[] => {
  const folder = join(gitDir, 'refs/remotes');
  return readdirSync(folder).map((remote) => join(folder, remote, 'main'));
};

describe('the mirror of a remote, when it is damaged', () => {
  let scratch: string;
  let repository: string;
  let remote: RemoteProgram;
  let env: Record<string, string>;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'mctl-damage-'));
    repository = await bareRepository(join(scratch, 'ours.git'), { 'README.md': '# Ours\n' });
    env = { MCTL_GITOPS_REMOTE: pathToFileURL(repository).href };
    remote = await RemoteProgram.start(repository, env);
  });

  afterAll(async () => {
    await remote?.dispose();
    rmSync(scratch, { recursive: true, force: true });
  });

  const mirror = (): string => join(remote.program.dataDir, 'gitops-mirror.git');

  it('is made anew while the server runs, and is said once', async () => {
    expect(await remote.outcome('before')).toBe('succeeded');
    branchFiles(mirror()).forEach((file) => truncateSync(file));
    expect(await remote.outcome('runtime')).toBe('succeeded');
    expect(await remote.commitsFor('runtime')).toBe(1);
    const said = remote.program.log.filter((line) => line.includes('the mirror of the GitOps remote is damaged'));
    expect(said).toHaveLength(1);
  });

  it.each([
    ['without its objects', () => rmSync(join(mirror(), 'objects'), { recursive: true })],
    ['with an empty branch file', () => branchFiles(mirror()).forEach((file) => truncateSync(file))],
  ])('is made anew by a start %s', async (_name, damage) => {
    await remote.program.stop('SIGKILL');
    damage();
    remote = await RemoteProgram.start(repository, env, { dataDir: remote.program.dataDir });
    const team = `start-${(await git(repository, 'rev-list', '--count', 'main')).trim()}`;
    expect(await remote.outcome(team)).toBe('succeeded');
    await git(mirror(), 'fsck', '--strict');
    const copies = readdirSync(remote.program.dataDir).filter((name) => name.includes('.damaged-'));
    expect(copies).toHaveLength(1);
  });

  it('has lost nothing', async () => {
    expect(await remote.faults()).toEqual([]);
  });
});

describe('the embedded repository, when it is damaged', () => {
  let dataDir: string;
  let gitDir: string;

  beforeEach(async () => {
    const program = await Program.start();
    await program.stop();
    ({ dataDir, gitDir } = program);
  });
  afterEach(() => rmSync(dataDir, { recursive: true, force: true }));

  it('keeps the server from starting, and the reason has the file and the last commit', async () => {
    const head = await git(gitDir, 'rev-parse', 'main');
    truncateSync(join(gitDir, 'refs/heads/main'));
    const refused = await Program.start({ dataDir }).then(
      async (program) => {
        await program.stop();
        return 'it started';
      },
      (error: unknown) => (error as Error).message,
    );
    expect(refused).toContain('The GitOps repository is damaged.');
    expect(refused).toContain('gitops.git/refs/heads/main is empty');
    expect(refused).toContain(`logs/refs/heads/main ends with ${head}`);
    expect(readFileSync(join(gitDir, 'refs/heads/main'), 'utf8')).toBe('');
  });

  it('starts with a lock that a later clock has left', async () => {
    const lock = join(gitDir, 'refs/heads/main.lock');
    writeFileSync(lock, '');
    const later = new Date(Date.now() + 10 * 24 * 60 * 60 * 1000);
    utimesSync(lock, later, later);
    const program = await Program.start({ dataDir });
    await program.stop();
    expect(existsSync(lock)).toBe(false);
    expect(program.log.join('\n')).toContain('waiting for locks of git');
  });
});
