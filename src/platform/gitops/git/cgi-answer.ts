import { Transform, type TransformCallback } from 'node:stream';

/** Git writes five lines; more than this is no head. */
const MAX_HEAD = 16 * 1024;
const END_OF_HEAD = '\r\n\r\n';

/** What a CGI program says before the body (RFC 3875 §6.3). */
export interface CgiHead {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
}

/** Lets the body of a CGI answer pass and takes the head off; an answer that ends within its head is an error of the stream. */
export class CgiAnswer extends Transform {
  private head: Buffer | undefined = Buffer.alloc(0);

  /** @param onHead is called once, before the first byte of the body comes out. */
  constructor(private readonly onHead: (head: CgiHead) => void) {
    super();
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    if (this.head === undefined) return done(null, chunk);
    this.head = Buffer.concat([this.head, chunk]);
    const end = this.head.indexOf(END_OF_HEAD);
    if (end < 0) return done(this.head.length > MAX_HEAD ? new Error('git http-backend wrote no head') : null);
    const body = this.head.subarray(end + END_OF_HEAD.length);
    this.onHead(parseHead(this.head.toString('latin1', 0, end)));
    this.head = undefined;
    done(null, body);
  }

  override _flush(done: TransformCallback): void {
    done(this.head === undefined ? null : new Error('git http-backend ended without an answer'));
  }
}

function parseHead(text: string): CgiHead {
  const headers = new Map(
    text.split('\r\n').map((line) => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()] as const;
    }),
  );
  return { status: Number.parseInt(headers.get('status') ?? '200', 10), headers };
}
