import { postgresUrl } from './postgres-url';
import { durationBetween, integer, optionalText } from './setting-schemas';
import { plainSetting, secretSetting, setting } from './setting';

/** Where MCTL remembers, and how several replicas share it: a part of `SETTINGS`. */
export const STORE_SETTINGS = {
  databaseUrl: secretSetting('DATABASE_URL', postgresUrl, {
    fallback: '',
    help: 'PostgreSQL database that MCTL remembers in, for several replicas; empty = embedded SQLite in the data folder, for one. Needs MCTL_GITOPS_REMOTE.',
    example: 'postgresql://mctl@postgres.example.org:5432/mctl?sslmode=verify-full',
  }),
  storeConnections: plainSetting('MCTL_STORE_CONNECTIONS', integer(3, 200), {
    fallback: '10',
    help: 'Most connections to DATABASE_URL that one replica holds for its queries, from 3; two more lead and listen.',
  }),
  leaderLease: plainSetting('MCTL_LEADER_LEASE', durationBetween('2s', '5m'), {
    fallback: '15s',
    help: 'With DATABASE_URL: how long after the leading replica was last heard of another one takes over, from 2s to 5m.',
  }),
  keyFile: setting('MCTL_KEY_FILE', optionalText, {
    fallback: '',
    help: 'File with the Ed25519 private key (PEM) of the installation, the same for all replicas; empty = keys/installation.pem in the data folder, made by the first start.',
    example: '/run/secrets/mctl-installation.pem',
  }),
} as const;
