import { Global, Module } from '@nestjs/common';
import { Config } from '../config';
import { Keys } from '../keys';
import { Store } from '../store';
import { EmbeddedSecretStore } from './embedded-secret-store';
import { SecretStore } from './secret-store';
import { secretsKeyOf } from './secrets-key';
import { Kv } from './vault/kv';
import { Vault } from './vault/vault';
import { VaultSecretStore } from './vault/vault-secret-store';

@Global()
@Module({
  providers: [
    {
      provide: SecretStore,
      inject: [Store, Keys, Config],
      useFactory: (store: Store, keys: Keys, config: Config): SecretStore =>
        config.values.secrets === 'vault'
          ? new VaultSecretStore(new Kv(Vault.of(config), config.values.vaultMount), store)
          : new EmbeddedSecretStore(store, secretsKeyOf(config, keys)),
    },
  ],
  exports: [SecretStore],
})
export class SecretsModule {}
