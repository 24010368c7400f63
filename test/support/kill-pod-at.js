// Loaded before the program (`node --require`): ends it the hardest way at one step of the write path, KILL_AT=pushed or the default.
const { subscribe } = require('node:diagnostics_channel');

subscribe('mctl:batch', (reached) => {
  if (reached === (process.env.KILL_AT ?? 'pushed')) process.kill(process.pid, 'SIGKILL');
});
