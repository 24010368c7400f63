import { legacyCall } from './mcp-calls.mjs';
import { cpuOf, median, memoryOf, send } from './load.mjs';
import { Program } from './program.mjs';

/** From process start to the whole answer of the first `tools/list`, in milliseconds: with an empty data folder once, then with what that left. */
export async function startTimes(dataDir, starts) {
  const first = await startOnce(dataDir);
  const later = [];
  for (let start = 0; start < starts; start += 1) later.push(await startOnce(dataDir));
  return [rowOf('empty data folder', [first]), rowOf(`existing data folder, median of ${starts}`, later)];
}

function rowOf(start, times) {
  const middle = (name) => Math.round(median(times.map((each) => each[name])));
  return { start, 'first tools/list ms': middle('ms'), 'CPU ms': middle('cpu'), 'RSS MB': middle('memory') };
}

async function startOnce(dataDir) {
  const begun = performance.now();
  const program = await Program.listening(dataDir, {});
  const list = legacyCall('tools/list', {}, { headers: program.headers });
  const headers = { ...list.headers, accept: 'application/json, text/event-stream' };
  const { text } = await send(program.url + list.path, { method: 'POST', headers }, JSON.stringify(list.body));
  const ms = performance.now() - begun;
  if (!list.isRight(text)) throw new Error(text.slice(0, 300));
  const { pid } = program.child;
  const figures = { ms, cpu: cpuOf(pid), memory: memoryOf(pid) };
  await program.stop();
  return figures;
}
