export interface Signature {
  name: string;
  email: string;
  /** ISO 8601, UTC, to the second. */
  at: string;
}

export type Trailer = readonly [key: string, value: string];

export interface LogEntry {
  sha: string;
  parents: string[];
  author: Signature;
  committer: Signature;
  subject: string;
  /** Everything after the subject, trailers included. */
  body: string;
  /** In the order of the message; a key may repeat. */
  trailers: Trailer[];
}

const FIELDS = ['%H', '%P', '%an', '%ae', '%at', '%cn', '%ce', '%ct', '%s', '%b'];

/**
 * `git log -z --format` for {@link parseLog}. NUL cannot occur in a commit, so nothing that a commit says can be
 * taken for a separator. Trailers come last, one field each, always with their colon; an object id never has one.
 */
export const LOG_FORMAT = `${FIELDS.join('%x00')}%x00%(trailers:only,unfold,separator=%x00)`;

/** Like {@link LOG_FORMAT} with the id and the trailers of one key only. The key has been checked by the caller. */
export function trailerFormat(key: string): string {
  return `%H%x00%(trailers:key=${key},unfold,separator=%x00)`;
}

/** The last millisecond that a `Date` can hold, in the year 275760 (ECMAScript, time range). */
const LATEST_MS = 8.64e15;

/**
 * The date of a commit from git's `%at` or `%ct`, always a valid one: git takes any number of seconds for a date, `Date` throws for
 * what is out of its range. What lies beyond becomes the end of the range, what is no number (a broken header) the epoch.
 * @param seconds since the epoch, as git prints them.
 */
export function commitDate(seconds: string): Date {
  const ms = Number(seconds) * 1000;
  return new Date(Number.isNaN(ms) ? 0 : Math.min(Math.max(ms, -LATEST_MS), LATEST_MS));
}

export function parseLog(output: Buffer): LogEntry[] {
  const fields = new FieldReader(output);
  const commits: LogEntry[] = [];
  while (!fields.done) {
    const [sha = '', parents = '', ...rest] = fields.take(FIELDS.length);
    const [authorName, authorEmail, authoredAt, committerName, committerEmail, committedAt, subject = '', body = ''] =
      rest;
    commits.push({
      sha,
      parents: parents === '' ? [] : parents.split(' '),
      author: signature(authorName, authorEmail, authoredAt),
      committer: signature(committerName, committerEmail, committedAt),
      subject,
      body: body.replace(/\n$/, ''),
      trailers: fields.takeTrailers(),
    });
  }
  return commits;
}

/** Which commits carry which value of the key; newest first, as git lists them. Git's own choice of trailers ignores case. */
export function parseTrailerScan(output: Buffer, key: string): Map<string, string[]> {
  const fields = new FieldReader(output);
  const found = new Map<string, string[]>();
  while (!fields.done) {
    const [sha = ''] = fields.take(1);
    for (const [name, value] of fields.takeTrailers()) {
      if (name !== key) continue;
      const commits = found.get(value);
      if (commits === undefined) found.set(value, [sha]);
      else if (!commits.includes(sha)) commits.push(sha);
    }
  }
  return found;
}

class FieldReader {
  private readonly fields: string[];
  private position = 0;

  constructor(output: Buffer) {
    const text = output.toString('utf8');
    this.fields = text === '' ? [] : text.replace(/\0$/, '').split('\0');
  }

  get done(): boolean {
    return this.position >= this.fields.length;
  }

  take(count: number): string[] {
    this.position += count;
    return this.fields.slice(this.position - count, this.position);
  }

  takeTrailers(): Trailer[] {
    const trailers: Trailer[] = [];
    for (let field = this.fields[this.position]; field?.includes(':'); field = this.fields[++this.position]) {
      const colon = field.indexOf(':');
      trailers.push([field.slice(0, colon), field.slice(colon + 1).trim()]);
    }
    // A commit without trailers leaves one empty field.
    if (trailers.length === 0) this.position += 1;
    return trailers;
  }
}

function signature(name = '', email = '', seconds = ''): Signature {
  return { name, email, at: commitDate(seconds).toISOString() };
}
