import { z } from 'zod';
import { plainSetting, setting } from './setting';
import { duration, integer, list, optionalText } from './setting-schemas';

/** A label of Prometheus (its data model). */
const LABEL = /^[A-Za-z_][A-Za-z0-9_]{0,99}$/;
const labels = list.refine((names) => names.every((name) => LABEL.test(name)), 'must be a comma list of label names');

const NAME = '[a-z](?:[a-z0-9-]{0,29}[a-z0-9])?';
const REPOSITORY = new RegExp(`^([A-Za-z0-9][A-Za-z0-9-]{0,38}/[A-Za-z0-9._-]{1,100})=(${NAME})(?:/(${NAME}))?$`);

/** Whose incident a failed run of a repository is. */
export interface RepositoryOwner {
  /** `owner/name`, lower case: GitHub does not tell cases apart. */
  readonly repository: string;
  readonly team: string;
  readonly service?: string;
}

const repositoryOwners = list.transform((entries, context): RepositoryOwner[] =>
  entries.flatMap((entry) => {
    const [, repository = '', team = '', service] = REPOSITORY.exec(entry) ?? [];
    if (repository) return [{ repository: repository.toLowerCase(), team, ...(service && { service }) }];
    context.addIssue('must be a comma list such as acme/api=billing/api');
    return [];
  }),
);

/** Incidents and the webhooks that report them: a part of `SETTINGS`. */
export const INCIDENT_SETTINGS = {
  alertmanagerSecretFile: setting('MCTL_ALERTMANAGER_SECRET_FILE', optionalText, {
    fallback: '',
    help: 'File with the bearer secret (16 characters or more) that Alertmanager sends to /api/v1/webhooks/alertmanager, read again at every use; empty = that webhook is closed.',
  }),
  githubWebhookSecretFile: setting('MCTL_GITHUB_WEBHOOK_SECRET_FILE', optionalText, {
    fallback: '',
    help: 'File with the secret (16 characters or more) of the GitHub webhook /api/v1/webhooks/github, read again at every use; empty = that webhook is closed.',
  }),
  githubRepositories: plainSetting('MCTL_GITHUB_REPOSITORIES', repositoryOwners, {
    fallback: '',
    help: 'Whose a failed GitHub workflow is: a comma list owner/name=team/service or owner/name=team; a repository that is not named belongs to the team it was granted to (mctl_grant_repo_access), otherwise to nobody. Which service it is, the image of one says.',
    example: 'acme/payment-api=billing/payment-api,acme/shop=storefront',
  }),
  alertTeamLabels: plainSetting('MCTL_ALERT_TEAM_LABELS', labels, {
    fallback: 'team,namespace',
    help: 'Labels of an alert that may name its team (or its namespace), in this order; an alert of no known team is seen by administrators only.',
  }),
  alertServiceLabels: plainSetting('MCTL_ALERT_SERVICE_LABELS', labels, {
    fallback: 'service,app_kubernetes_io_name,app,deployment,name,pod',
    help: 'Labels of an alert that may name a service of that team, its Deployment or a pod of it, in this order.',
  }),
  alertSeverityLabel: plainSetting('MCTL_ALERT_SEVERITY_LABEL', z.string().regex(LABEL, 'must be a label name'), {
    fallback: 'severity',
    help: 'Label of an alert that holds its severity; other words than critical, warning and info are mapped to these.',
  }),
  incidentFlapWindow: plainSetting('MCTL_INCIDENT_FLAP_WINDOW', duration, {
    fallback: '30m',
    help: 'What is reported again so soon after it was resolved is the same incident, open again; later it is a new one.',
  }),
  incidentRetention: plainSetting(
    'MCTL_INCIDENT_RETENTION',
    duration.refine((milliseconds) => milliseconds >= 3_600_000, 'must be 1h or more'),
    {
      fallback: '90d',
      help: 'Resolved incidents are deleted after so long.',
    },
  ),
  incidentsPerTeam: plainSetting('MCTL_INCIDENTS_PER_TEAM', integer(1, 100_000), {
    fallback: '500',
    help: 'Most incidents of a team that may be active at a time; further ones are counted in one incident of type incident_storm.',
  }),
  webhooksPerMinute: plainSetting('MCTL_WEBHOOKS_PER_MINUTE', integer(1, 1_000_000), {
    fallback: '600',
    help: 'Accepted deliveries per webhook and minute; more are answered with 503, so that the sender tries again.',
  }),
} as const;
