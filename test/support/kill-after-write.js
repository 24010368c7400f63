// Loaded before the program (`node --require`): ends it the hardest way between the durable write of a webhook's delivery and its
// answer. The first answer to a POST under KILL_BEFORE_ANSWER after SIGCONT is never sent.
const { ServerResponse } = require('node:http');

let isArmed = false;
process.on('SIGCONT', () => (isArmed = true));

const { end } = ServerResponse.prototype;
ServerResponse.prototype.end = function (...parts) {
  if (isArmed && this.req.method === 'POST' && this.req.url.startsWith(process.env.KILL_BEFORE_ANSWER)) {
    process.kill(process.pid, 'SIGKILL');
  }
  return end.apply(this, parts);
};
