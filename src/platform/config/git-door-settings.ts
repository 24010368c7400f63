import { isPlainUrl, optionalText, webUrl, withoutSlash } from './setting-schemas';
import { setting } from './setting';
import { z } from 'zod';

const gitUrl = z
  .union([z.literal(''), webUrl])
  .refine(...isPlainUrl)
  .transform((value) => withoutSlash(value) || undefined);

/** The embedded repository for whoever follows it over HTTP: a part of `SETTINGS`. */
export const GIT_DOOR_SETTINGS = {
  gitPasswordFile: setting('MCTL_GIT_PASSWORD_FILE', optionalText, {
    fallback: '',
    help: 'File with the password (16 characters or more) with which Argo CD reads the embedded repository at /git/gitops.git, user name git; read again at every use; empty = it is not served.',
    example: '/run/secrets/mctl-git-password',
  }),
  gitUrl: setting('MCTL_GIT_URL', gitUrl, {
    fallback: '',
    help: 'Address under which Argo CD reaches that repository, as manifests name it; empty = /git/gitops.git below MCTL_PUBLIC_URL. After a change: mctl init --update.',
    example: 'http://mctl.mctl.svc.cluster.local:8080/git/gitops.git',
  }),
} as const;
