import { execFile } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);

const ENVIRONMENT = {
  PATH: process.env.PATH,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
  GIT_AUTHOR_NAME: 'Grace Hopper',
  GIT_AUTHOR_EMAIL: 'grace@example.org',
  GIT_COMMITTER_NAME: 'Grace Hopper',
  GIT_COMMITTER_EMAIL: 'grace@example.org',
};

/** Git as a person runs it, in a work tree or a bare repository; answers its output without the last line break. */
export async function git(folder: string, ...args: string[]): Promise<string> {
  const { stdout } = await run('git', args, { cwd: folder, env: ENVIRONMENT, maxBuffer: 64 * 1024 * 1024 });
  return stdout.replace(/\n$/, '');
}

export interface PlainCommit {
  readonly sha: string;
  readonly parents: readonly string[];
  readonly author: string;
  readonly committer: string;
  readonly subject: string;
  readonly message: string;
  /** In the order of the message. */
  readonly trailers: readonly (readonly [key: string, value: string])[];
}

/** Every commit of a branch, oldest first. */
export async function commitsOf(folder: string, branch = 'main'): Promise<PlainCommit[]> {
  const format = '%H%x00%P%x00%an <%ae>%x00%cn <%ce>%x00%s%x00%B%x00%(trailers:only,unfold)%x01';
  const log = await git(folder, 'log', '--reverse', `--format=${format}`, branch, '--');
  return log
    .split('\u0001')
    .map((entry) => entry.replace(/^\n/, ''))
    .filter(Boolean)
    .map((entry) => {
      const [sha = '', parents = '', author = '', committer = '', subject = '', message = '', trailers = ''] =
        entry.split('\0');
      const pairs = trailers.split('\n').filter(Boolean);
      return {
        sha,
        parents: parents.split(' ').filter(Boolean),
        author,
        committer,
        subject,
        message,
        trailers: pairs.map((line) => [line.slice(0, line.indexOf(':')), line.slice(line.indexOf(':') + 1).trim()]),
      };
    });
}

export function trailer(commit: PlainCommit, key: string): string | undefined {
  return commit.trailers.find(([name]) => name === key)?.[1];
}

/** A new bare repository with these files in its first commit. */
export async function bareRepository(folder: string, files: Readonly<Record<string, string>>): Promise<string> {
  mkdirSync(folder, { recursive: true });
  await git(folder, 'init', '--quiet', '--bare', '--initial-branch=main', '.');
  const person = await Person.clone(folder, `${folder}.first`);
  await person.commit(files, 'chore: begin');
  await person.push();
  return folder;
}

/** Somebody with a clone of the repository who commits and pushes past MCTL. */
export class Person {
  private constructor(readonly folder: string) {}

  static async clone(url: string, folder: string): Promise<Person> {
    mkdirSync(folder, { recursive: true });
    await git(folder, 'clone', '--quiet', url, '.');
    return new Person(folder);
  }

  async commit(files: Readonly<Record<string, string>>, message: string): Promise<void> {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(this.folder, path)), { recursive: true });
      writeFileSync(join(this.folder, path), text);
    }
    await git(this.folder, 'add', '--all');
    await git(this.folder, 'commit', '--quiet', '--allow-empty', '-m', message);
  }

  push(...options: string[]): Promise<string> {
    return git(this.folder, 'push', '--quiet', ...options, 'origin', 'HEAD:main');
  }

  pull(): Promise<string> {
    return git(this.folder, 'pull', '--quiet', '--rebase', 'origin', 'main');
  }

  /** Commits on the newest state and pushes, again and again until nobody else was faster. */
  async publish(files: Readonly<Record<string, string>>, message: string): Promise<void> {
    await this.pull();
    await this.commit(files, message);
    while (
      !(await this.push().then(
        () => true,
        () => false,
      ))
    ) {
      await this.pull();
    }
  }
}
