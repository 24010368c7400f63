import { Global, Module } from '@nestjs/common';
import { Config } from '../config';
import { Keys } from '../keys';
import { Store } from '../store';
import { EmbeddedSecretStore } from './embedded-secret-store';
import { SecretStore } from './secret-store';
import { secretsKeyOf } from './secrets-key';

@Global()
@Module({
  providers: [
    {
      provide: SecretStore,
      inject: [Store, Keys, Config],
      useFactory: (store: Store, keys: Keys, config: Config) =>
        new EmbeddedSecretStore(store, secretsKeyOf(config, keys)),
    },
  ],
  exports: [SecretStore],
})
export class SecretsModule {}
