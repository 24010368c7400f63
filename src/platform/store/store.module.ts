import { Global, Inject, Module, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config';
import { LeasedLeadership } from './leased-leadership';
import { Leadership } from './leadership';
import { openStore } from './open-store';
import { Store } from './store';

@Global()
@Module({
  providers: [
    { provide: Store, inject: [Config], useFactory: openStore },
    {
      provide: Leadership,
      inject: [Store, Config],
      useFactory: ({ shared }: Store, { values }: Config) =>
        shared ? new LeasedLeadership(shared.control, values.leaderLease) : new Leadership(),
    },
  ],
  exports: [Leadership, Store],
})
export class StoreModule implements OnApplicationBootstrap, OnApplicationShutdown {
  constructor(
    @Inject(Store) private readonly store: Store,
    @Inject(Leadership) private readonly leadership: Leadership,
  ) {}

  onApplicationBootstrap(): void {
    this.store.shared?.control.listen();
    if (this.leadership instanceof LeasedLeadership) this.leadership.start();
  }

  async onApplicationShutdown(): Promise<void> {
    await this.leadership.resign();
    await this.store.close();
  }
}
