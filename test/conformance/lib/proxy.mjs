import { once } from 'node:events';
import { createServer, request } from 'node:http';

/**
 * Passes everything on to `target` with a bearer token added: the suite can send none, and the guard stays on. The host is the
 * one that the suite named, so that it can try foreign ones.
 */
export async function startProxy(target, token) {
  const { hostname, port } = new URL(target);
  const server = createServer((incoming, answer) => {
    const headers = { ...incoming.headers, authorization: `Bearer ${token}` };
    const { method, url: path } = incoming;
    const outgoing = request({ hostname, port, method, path, headers }, (response) => {
      answer.writeHead(response.statusCode, response.rawHeaders);
      response.pipe(answer);
    });
    outgoing.once('error', () => answer.destroy());
    // A client that goes away is one that cancels.
    answer.once('close', () => outgoing.destroy());
    incoming.pipe(outgoing);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    stop: () => {
      server.closeAllConnections();
      server.close();
    },
  };
}
