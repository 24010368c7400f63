import pino, { stdTimeFunctions } from 'pino';
import { traceFields } from '../tracing/tracing';

/** JSON lines on stderr: stdout belongs to the command line's answers. Only facts we chose are logged, never a request's body or headers. */
export const log = pino(
  {
    base: { app: 'mctl' },
    mixin: traceFields,
    timestamp: stdTimeFunctions.isoTime,
    formatters: { level: (label) => ({ level: label }) },
    redact: {
      paths: ['authorization', '*.authorization', 'token', '*.token', 'password', '*.password'],
      censor: '[masked]',
    },
  },
  pino.destination({ dest: 2, sync: true }),
);
