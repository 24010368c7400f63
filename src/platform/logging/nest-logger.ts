import type { LoggerService } from '@nestjs/common';
import { log } from './log';

/** Start-up faults: whoever starts the program gets them thrown, and says them better. */
const THROWN_AS_WELL = ['ExceptionHandler', 'NestApplication'];

/** Nest's own messages in our format; its start-up chatter is for debugging only. */
export class NestLogger implements LoggerService {
  log(message: unknown, context?: string): void {
    log.debug({ context }, String(message));
  }

  debug(message: unknown, context?: string): void {
    log.debug({ context }, String(message));
  }

  warn(message: unknown, context?: string): void {
    log.warn({ context }, String(message));
  }

  error(message: unknown, stack?: string, context?: string): void {
    const level = context !== undefined && THROWN_AS_WELL.includes(context) ? 'debug' : 'error';
    log[level]({ context, stack }, message instanceof Error ? message.message : String(message));
  }
}
