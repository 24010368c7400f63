import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';

/** Clock ticks of /proc/PID/stat a second: USER_HZ, 100 on every Linux that Node runs on. */
const TICKS = 100;

/**
 * Sends `requests` of one call over keep-alive connections and answers what the server needed for each: `cpu` in milliseconds of its
 * process (user and system), `perSecond`, `p50` and `p99` in milliseconds.
 * @throws Error at the first answer that is not as `call.isRight` wants it: a fast refusal must not pass for a fast answer.
 */
export async function measureLoad(server, call, { requests, connections }) {
  const agent = new Agent({ keepAlive: true, maxSockets: connections });
  const latencies = [];
  const method = call.method ?? 'POST';
  const before = cpuOf(server.pid);
  const begun = performance.now();
  let left = requests;
  await Promise.all(
    Array.from({ length: connections }, async () => {
      while (left-- > 0) {
        // Some servers refuse two requests of one number at a time.
        const body = call.body && JSON.stringify({ ...call.body, id: left + 2 });
        const options = { agent, method, headers: headersOf(call, body) };
        const sent = performance.now();
        const { status, text } = await send(server.url + call.path, options, body);
        latencies.push(performance.now() - sent);
        if (status !== 200 || !call.isRight(text)) throw new Error(`${call.name}: ${status} ${text.slice(0, 300)}`);
        call.bytes = text.length;
      }
    }),
  );
  const seconds = (performance.now() - begun) / 1000;
  const cpu = (cpuOf(server.pid) - before) / requests;
  agent.destroy();
  return { cpu, perSecond: requests / seconds, p50: share(latencies, 0.5), p99: share(latencies, 0.99) };
}

/** CPU time of a process and of its children that have ended, in milliseconds. */
export function cpuOf(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
    .replace(/^.*\) /, '')
    .split(' ');
  return (
    (fields
      .slice(11, 15)
      .map(Number)
      .reduce((sum, ticks) => sum + ticks) *
      1000) /
    TICKS
  );
}

/** Resident memory in megabytes: `VmRSS` now, `VmHWM` at its highest. */
export function memoryOf(pid, name = 'VmRSS') {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return Math.round(Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)[1]) / 1024);
}

export function median(numbers) {
  return share(numbers, 0.5);
}

function share(numbers, part) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

function headersOf(call, body) {
  return {
    ...(body !== undefined && { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) }),
    accept: 'application/json, text/event-stream',
    ...call.headers,
  };
}

export function send(url, options, body) {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, options, (response) => {
      let text = '';
      response.setEncoding('utf8');
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve({ status: response.statusCode, headers: response.headers, text }));
      response.on('error', reject);
    });
    outgoing.on('error', reject);
    outgoing.end(body);
  });
}
