import { StringDecoder } from 'node:string_decoder';

/** An event holds one object, and etcd keeps none above 1.5 MiB; JSON of it may be longer. */
const LONGEST = 8 * 1024 * 1024;

/** Lines of a body as they come; what follows the last line break is one as well. @throws Error for a line beyond all bounds. */
export async function* linesOf(body: AsyncIterable<Buffer>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest: string[] = [];
  let length = 0;
  for await (const chunk of body) {
    const [first = '', ...others] = decoder.write(chunk).split('\n');
    rest.push(first);
    length += first.length;
    if (length > LONGEST) throw new Error('a line without end');
    for (const next of others) {
      yield rest.join('');
      rest = [next];
      length = next.length;
    }
  }
  const last = rest.join('') + decoder.end();
  if (last !== '') yield last;
}
