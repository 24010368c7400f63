// Loaded before the program (`node --require`): ends it the hardest way at one step of the write path, KILL_AT=pushed.
// SIGCONT (Nest stops on most others) arms it, so that a program can recover in peace first.
const { subscribe } = require('node:diagnostics_channel');

let isArmed = false;
process.on('SIGCONT', () => (isArmed = true));

subscribe('mctl:batch', (reached) => {
  if (isArmed && reached === process.env.KILL_AT) process.kill(process.pid, 'SIGKILL');
});
