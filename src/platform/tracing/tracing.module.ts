import { Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config';
import { startTracing, type Tracing } from './start-tracing';

const TRACING = Symbol('tracing');

/** Traces for as long as the program runs. Ends with the application, after every module has come to its end (`onModuleDestroy`): what they do there is told as well. */
@Module({ providers: [{ provide: TRACING, inject: [Config], useFactory: startTracing }] })
export class TracingModule implements OnApplicationShutdown {
  constructor(@Inject(TRACING) private readonly tracing: Tracing) {}

  onApplicationShutdown(): Promise<void> {
    return this.tracing.stop();
  }
}
