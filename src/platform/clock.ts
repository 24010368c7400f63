import { Injectable } from '@nestjs/common';

/** What time it is. Only what decides by the time of day asks here; waiting and measuring need no clock of their own. */
@Injectable()
export class Clock {
  now(): Date {
    return new Date();
  }
}
