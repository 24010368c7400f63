// Loaded before the program (`node --require`): ends it the hardest way at one step of the write path.
// KILL_AT=pushed kills at the first batch that reaches the step, KILL_AT=pushed:3 at the third.
const { subscribe } = require('node:diagnostics_channel');

const [step, count = '1'] = (process.env.KILL_AT ?? '').split(':');
let left = Number(count);

subscribe('mctl:batch', (reached) => {
  if (reached === step && --left === 0) process.kill(process.pid, 'SIGKILL');
});
