import { connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  readonly headers: string;
  readonly text: string;
}

/**
 * A request byte by byte as it is given, for what no client library would send.
 * @param lines request line and headers; `Connection: close` and, where none is given, the length of the body are added.
 */
export function rawRequest(url: string, lines: readonly string[], body = ''): Promise<RawAnswer> {
  const { hostname, port } = new URL(url);
  const hasLength = lines.some((line) => /^(content-length|transfer-encoding):/i.test(line));
  const length = body === '' || hasLength ? [] : [`Content-Length: ${Buffer.byteLength(body)}`];
  return new Promise((resolve, reject) => {
    let received = '';
    const socket = connect(Number(port), hostname, () => {
      socket.write(`${[...lines, ...length, 'Connection: close'].join('\r\n')}\r\n\r\n${body}`);
    });
    socket.setEncoding('latin1').on('data', (chunk: string) => {
      received += chunk;
      if (isWhole(received)) socket.destroy();
    });
    // A server that refuses what is still being sent may reset the connection after its answer.
    socket.on('error', (error) => (received === '' ? reject(error) : undefined));
    socket.on('close', () => resolve(answerIn(received)));
  });
}

/** The server may wait for the rest of a body that never comes. */
function isWhole(received: string): boolean {
  const [head = '', text] = received.split('\r\n\r\n', 2);
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  return text !== undefined && length !== undefined && text.length >= Number(length);
}

function answerIn(received: string): RawAnswer {
  const end = received.indexOf('\r\n\r\n');
  const headers = end < 0 ? received : received.slice(0, end);
  return { status: Number(headers.split(' ')[1] ?? 0), headers, text: end < 0 ? '' : received.slice(end + 4) };
}
