import { z } from 'zod';
import { plainSetting, setting } from './setting';
import { isPlainUrl, label, optionalText, webUrl, withoutSlash } from './setting-schemas';

/** Names that Kubernetes takes for namespaces and for objects whose name becomes a label. */
const name = z
  .string()
  .regex(new RegExp(`^${label}$`), 'must be a Kubernetes name: lower-case letters, digits, hyphens, at most 63');

/** Who carries out what was accepted: a part of `SETTINGS`. */
export const ARGO_SETTINGS = {
  workflows: plainSetting('MCTL_WORKFLOWS', z.enum(['embedded', 'argo'], 'must be embedded or argo'), {
    fallback: 'embedded',
    help: 'What carries out operations: embedded = this process; argo = Argo Workflows, one Workflow per operation. argo needs DATABASE_URL, MCTL_GITOPS_REMOTE and MCTL_CLUSTER=kubernetes.',
  }),
  argoNamespace: plainSetting('MCTL_ARGO_NAMESPACE', name, {
    fallback: 'mctl',
    help: 'Namespace of the Workflows: that of MCTL itself. Whoever may create Workflows there can run any pod there.',
  }),
  argoTemplate: plainSetting('MCTL_ARGO_TEMPLATE', name, {
    fallback: 'mctl',
    help: 'ClusterWorkflowTemplate that Workflows refer to; the Helm chart installs it.',
  }),
  argoServer: setting(
    'MCTL_ARGO_SERVER',
    z
      .union([z.literal(''), webUrl])
      .refine(...isPlainUrl)
      .transform((value) => withoutSlash(value) || undefined),
    {
      fallback: '',
      help: 'Argo’s server, needed only where its controller offloads the status of large Workflows to a database. It gets the credential that the API server gets. An own CA: NODE_EXTRA_CA_CERTS.',
      example: 'https://argo-server.argo.svc:2746',
    },
  ),
  argoWebhookSecretFile: setting('MCTL_ARGO_WEBHOOK_SECRET_FILE', optionalText, {
    fallback: '',
    help: 'File with the secret (16 characters or more) that signs /api/v1/webhooks/argo, by which a Workflow tells that it has ended, read again at every use; empty = closed, and MCTL sees the end a little later.',
  }),
} as const;
