import { Injectable } from '@nestjs/common';

/**
 * Whether this process is the one that does what must be done once: sweeping, polling, re-checking. The embedded store is opened by
 * one process at a time (see `Store`), so whoever has it leads. A store that several processes share takes a lock here.
 */
@Injectable()
export class Leadership {
  isLeader(): Promise<boolean> {
    return Promise.resolve(true);
  }
}
