import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { bareRepository, git } from '../support/plain-git';
import { ended, RemoteProgram, until } from '../support/remote-program';

describe('a remote with rules of its own', () => {
  let scratch: string;
  let repository: string;
  let remote: RemoteProgram;

  beforeAll(async () => {
    scratch = mkdtempSync(join(tmpdir(), 'mctl-rules-'));
    repository = await bareRepository(join(scratch, 'ours.git'), { 'README.md': '# Ours\n' });
    mkdirSync(join(repository, 'hooks'), { recursive: true });
    remote = await RemoteProgram.start(repository, { MCTL_GITOPS_REMOTE: pathToFileURL(repository).href });
  });

  afterAll(async () => {
    await remote?.dispose();
    rmSync(scratch, { recursive: true, force: true });
  });

  const hookFile = () => join(repository, 'hooks/update');
  const hook = (...lines: string[]) =>
    writeFileSync(hookFile(), ['#!/bin/sh', ...lines, ''].join('\n'), { mode: 0o755 });
  const decline = (...words: string[]) => hook(...words.map((line) => `echo '${line}' >&2`), 'exit 1');

  it.each([
    ['protected', 'github', ['error: GH006: Protected branch update failed for refs/heads/main.']],
    ['protected', 'gitlab', ['GitLab: You are not allowed to push code to protected branches on this project.']],
    ['protected', 'gitea', ['Gitea: Not allowed to push to protected branch main']],
    [
      'unsigned',
      'unsigned',
      ['error: GH013: Repository rule violations found', '- Commits must have verified signatures.'],
    ],
    ['secret_found', 'secret', ['error: GH013: Repository rule violations found', '- Push cannot contain secrets']],
    [
      'declined',
      'pattern',
      ['error: GH013: Repository rule violations found', '- Commit message must match a pattern'],
    ],
  ])('is answered with %s where %s says so, and written again when the rule is gone', async (kind, team, words) => {
    decline(...words);
    const head = await git(repository, 'rev-parse', 'main');
    expect(await remote.outcome(team)).toBe(`failed gitops_${kind}`);
    expect(await git(repository, 'rev-parse', 'main')).toBe(head);
    rmSync(hookFile());
    expect(await remote.outcome(team)).toBe('succeeded');
  });

  it('keeps whom a full repository declines waiting', async () => {
    decline('GitLab: Your push would cause this repository to exceed the allocated storage for your project.');
    const { line, workflow } = await remote.waiting('storage');
    expect(line).toMatch(/The disk of the GitOps remote is full\. Trying again\.$/);
    rmSync(hookFile());
    expect(await ended(workflow)).toBe('succeeded');
  });

  it('does not let one commit that it declines take the neighbours of the same push down', async () => {
    hook(
      'git log --format=%s "$2..$3" | grep -q "(bad" || exit 0',
      'echo "GitLab: Push cannot contain secrets" >&2',
      'exit 1',
    );
    const teams = Array.from({ length: 12 }, (_, index) => `${index % 4 === 1 ? 'bad' : 'good'}-${index}`);
    const outcomes = await Promise.all(teams.map((team) => remote.outcome(team)));
    expect(outcomes).toEqual(
      teams.map((team) => (team.startsWith('bad') ? 'failed gitops_secret_found' : 'succeeded')),
    );
    rmSync(hookFile());
  });

  it('is told apart from one that lost its branch, and goes on where the branch is back', async () => {
    await git(repository, 'branch', '-m', 'main', 'trunk');
    expect(await remote.outcome('renamed')).toBe('failed gitops_branch_gone');
    expect(await git(repository, 'for-each-ref', '--format=%(refname)', 'refs/heads')).toBe('refs/heads/trunk');
    const head = await git(repository, 'rev-parse', 'trunk');
    await git(repository, 'update-ref', '-d', 'refs/heads/trunk');
    expect(await remote.outcome('renamed')).toBe('failed gitops_branch_gone');
    await git(repository, 'update-ref', 'refs/heads/main', head);
    expect(await remote.outcome('renamed')).toBe('succeeded');
    expect(await git(repository, 'rev-parse', 'main~1')).toBe(head);
  });

  it('left nothing open, lost or doubled; what its branch lost by force is in the log, once', async () => {
    const before = await git(repository, 'rev-parse', 'main');
    await git(repository, 'update-ref', 'refs/heads/main', 'main~1');
    const rewrites = () => remote.program.log.filter((line) => line.includes('the branch was rewritten or moved back'));
    await until(
      () => Promise.resolve(rewrites()),
      (lines) => lines.length > 0,
    );
    expect(await remote.outcome('afterwards')).toBe('succeeded');
    expect(rewrites()).toHaveLength(1);
    expect(JSON.parse(rewrites()[0] ?? '')).toMatchObject({
      from: before,
      to: await git(repository, 'rev-parse', 'main~1'),
    });
    const faults = await remote.faults();
    expect(faults).not.toEqual([]);
    for (const fault of faults) expect(fault).toContain(before);
  });
});
