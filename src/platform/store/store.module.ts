import { Global, Inject, Module, type OnApplicationShutdown } from '@nestjs/common';
import { Config } from '../config';
import { Leadership } from './leadership';
import { Store } from './store';

@Global()
@Module({
  providers: [
    Leadership,
    { provide: Store, inject: [Config], useFactory: (config: Config) => Store.open(config.dataDir) },
  ],
  exports: [Leadership, Store],
})
export class StoreModule implements OnApplicationShutdown {
  constructor(@Inject(Store) private readonly store: Store) {}

  async onApplicationShutdown(): Promise<void> {
    await this.store.close();
  }
}
