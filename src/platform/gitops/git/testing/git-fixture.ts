import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { writeCommits } from '../commit-writer';
import { EmbeddedRemote } from '../embedded-remote';
import type { CommitDraft, FileChange } from '../fast-import-stream';
import { runGit } from '../git-process';
import { ObjectReader } from '../object-reader';
import { openBareRepository } from '../repository';

/** Temporary folder, and everything to close with it. */
export class GitFixture {
  private readonly readers: ObjectReader[] = [];

  private constructor(readonly folder: string) {}

  static async create(): Promise<GitFixture> {
    return new GitFixture(await mkdtemp(join(tmpdir(), 'mctl-git-')));
  }

  path(...names: string[]): string {
    return join(this.folder, ...names);
  }

  /** A bare repository `<name>` on branch main, its reader, and the embedded remote over both. */
  async repository(name: string): Promise<{ gitDir: string; reader: ObjectReader; remote: EmbeddedRemote }> {
    const { gitDir } = await openBareRepository(this.path(name), 'main');
    const reader = this.reader(gitDir);
    return { gitDir, reader, remote: new EmbeddedRemote({ gitDir, branch: 'main', reader }) };
  }

  reader(gitDir: string): ObjectReader {
    const reader = new ObjectReader(gitDir, { timeoutMs: 10_000 });
    this.readers.push(reader);
    return reader;
  }

  /** Plain git on a repository of the fixture; answers its trimmed output. */
  async git(gitDir: string, ...args: string[]): Promise<string> {
    return (await runGit(args, { gitDir, timeoutMs: 20_000 })).stdout.toString('utf8').trim();
  }

  /** One commit onto the branch, as somebody else would make it. */
  async commit(gitDir: string, changes: readonly FileChange[], branch = 'main'): Promise<string> {
    const reader = this.reader(gitDir);
    const remote = new EmbeddedRemote({ gitDir, branch, reader });
    const head = await remote.head();
    const [sha = ''] = await writeCommits(gitDir, head, [draft(changes)]);
    await remote.publish(head, sha);
    return sha;
  }

  async remove(): Promise<void> {
    await Promise.all(this.readers.map((reader) => reader.close()));
    await rm(this.folder, { recursive: true, force: true });
  }
}

export function draft(changes: readonly FileChange[], message = 'test: change'): CommitDraft {
  return {
    changes,
    message,
    author: { name: 'Ada Lovelace', email: 'ada@example.com' },
    committer: { name: 'mctl', email: 'mctl@example.com' },
    at: new Date('2026-03-01T12:00:00Z'),
  };
}
