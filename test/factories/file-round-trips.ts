import { acknowledgeIncident } from '../../src/incidents/acknowledge-incident.operation';
import type { IncidentFacts } from '../../src/incidents/incident';
import { resolveIncident } from '../../src/incidents/resolve-incident.operation';
import { provisionDatabase } from '../../src/databases/provision-database.operation';
import type { World } from '../../src/platform/gitops';
import { addCustomDomain } from '../../src/domains/add-custom-domain.operation';
import { removeCustomDomain } from '../../src/domains/remove-custom-domain.operation';
import { deployOpenclaw } from '../../src/openclaw/deploy-openclaw.operation';
import { startOpenclaw } from '../../src/openclaw/start-openclaw.operation';
import { createPreview } from '../../src/previews/create-preview.operation';
import { deletePreview } from '../../src/previews/delete-preview.operation';
import { grantRepoAccess } from '../../src/repositories/grant-repo-access.operation';
import { syncRepos } from '../../src/repositories/sync-repos.operation';
import { deployService } from '../../src/services/deploy.operation';
import { retireService } from '../../src/services/retire.operation';
import { createTenant } from '../../src/tenants/create-tenant.operation';
import { deleteTenant } from '../../src/tenants/delete-tenant.operation';
import type { Call } from './round-trip';
import { aWorld } from './world';

/** A call that makes whole files, and the one that takes them away again; or, alone, one that only takes away. */
export interface FileTrip {
  readonly call: Call;
  readonly back?: Call;
  /** The files that the call makes or takes away, below the root folder. */
  readonly files: readonly string[];
  /** The file that the first of them is made from, with all its comments. */
  readonly from?: string;
}

/** Texts of the files in a world around the ones it is about. */
export interface Surroundings {
  readonly service: string;
  readonly otherService: string;
  readonly template: string;
  readonly tenant: string;
  readonly otherTenant: string;
}

/** A service that can be previewed whatever the others are. */
const PLAIN = '# mine\nimage: {repository: ghcr.io/acme/plain, tag: "1"} # fixed\nreplicaCount: 2 # two\n';

/** A service that takes requests from outside. */
const OPEN = `${PLAIN}type: web\ningress: {enabled: true, hosts: [shop-open.apps.example.org]}\n`;

/** A team with room for an OpenClaw. */
const LABS = 'tenant: {networking: {allowInternetEgress: true}} # small\n';

/** Two teams with a service each, a preview, a database and domains, all in somebody's own handwriting. */
export function worldOfTexts({ service, otherService, template, tenant, otherTenant }: Surroundings): World {
  return aWorld({
    tenants: {},
    services: { 'billing/api': service, 'billing/other': otherService, 'shop/api': otherService },
    files: {
      'tenants/billing/values.yaml': tenant,
      'tenants/shop/values.yaml': otherTenant,
      'services/shop/plain/values.yaml': PLAIN,
      'services/shop/open/values.yaml': OPEN,
      'services/billing/api/notes.md': 'by hand\r\n\ttabs\n',
      'previews/billing/api-abc123/values.yaml': service,
      'databases/billing/api.yaml': '# kept\nkind: Database\n',
      'databases/shop/api.yaml': 'kind: Database',
      'domains/api.example.org.yaml': '# mine\r\nteam: billing\r\nservice: api\r\n',
      'domains/other.example.org.yaml': 'team: billing # other service\nservice: other\n',
      'domains/shop.example.org.yaml': 'team: shop\nservice: api\n',
      'templates/services/odd.yaml': template,
      'tenants/labs/values.yaml': LABS,
      'services/labs/claw.onboarding.yaml': '# by hand\nonboarding: {telegramOwnerIds: ["11"]}\n',
      'argocd/projects/billing.yaml': '# hand-made\nkind: AppProject\n',
      'argo-workflows/sso-team-billing.yaml':
        "metadata: {annotations: {workflows.argoproj.io/rbac-rule-precedence: '101'}}",
    },
  });
}

const onboard = (template: string): Call => ({
  operation: deployService,
  raw: {
    action: 'onboard',
    team: 'billing',
    service: 'fresh',
    image: 'ghcr.io/acme/fresh',
    image_tag: '1.0',
    template,
  },
});
const retire = (service: string): Call => ({ operation: retireService, raw: { team: 'billing', service } });
const create: Call = {
  operation: createTenant,
  raw: { team: 'newcomers', display_name: "Ada's: team", github_teams: [{ team: 'acme/new', role: 'developer' }] },
};
/** The id that the factory's caller gets at the factory's moment. */
const PREVIEW = '5jeijn';
const PROVISIONED = { ...onboard('default'), raw: { ...onboard('default').raw, provision_database: true } };
const FRESH = ['services/billing/fresh/values.yaml'];
const NEWCOMERS = [
  'argo-workflows/sso-team-newcomers.yaml',
  'argocd/projects/newcomers.yaml',
  'tenants/newcomers/values.yaml',
];

/** Lives in the store: what is done to it touches no file. */
const INCIDENT: IncidentFacts = {
  id: '0123456789abcdef0123456789abcdef',
  team: 'billing',
  service: 'api',
  type: 'pod_crashloop',
  status: 'open',
  source: 'alertmanager',
};

/** By operation, every way to use it that makes or removes whole files. What is removed comes back with `git revert` alone. */
export const FILE_TRIPS: Readonly<Record<string, Readonly<Record<string, FileTrip>>>> = {
  'acknowledge-incident': {
    'an incident': { call: { operation: acknowledgeIncident, raw: { id: INCIDENT.id }, facts: INCIDENT }, files: [] },
  },
  'resolve-incident': {
    'an incident': { call: { operation: resolveIncident, raw: { id: INCIDENT.id }, facts: INCIDENT }, files: [] },
  },
  'deploy-service': {
    'a new service': { call: onboard('default'), back: retire('fresh'), files: FRESH },
    'a new service from somebody’s own template': {
      call: onboard('odd'),
      back: retire('fresh'),
      files: FRESH,
      from: 'templates/services/odd.yaml',
    },
    'a new service with a database': { call: PROVISIONED, files: ['databases/billing/fresh.yaml', ...FRESH] },
  },
  'provision-database': {
    'a database': {
      call: { operation: provisionDatabase, raw: { team: 'shop', service: 'plain' } },
      files: ['databases/shop/plain.yaml', 'services/shop/plain/values.yaml'],
    },
  },
  'retire-service': {
    'a service with all it has': {
      call: retire('api'),
      files: [
        'domains/api.example.org.yaml',
        'previews/billing/api-abc123/values.yaml',
        'services/billing/api/notes.md',
        'services/billing/api/values.yaml',
      ],
    },
  },
  'create-preview': {
    'a preview': {
      call: { operation: createPreview, raw: { team: 'shop', service: 'plain', image_tag: '2' } },
      back: { operation: deletePreview, raw: { team: 'shop', service: 'plain', preview_id: PREVIEW } },
      files: [`previews/shop/plain-${PREVIEW}/values.yaml`],
      from: 'services/shop/plain/values.yaml',
    },
  },
  'delete-preview': {
    'a preview': {
      call: { operation: deletePreview, raw: { team: 'billing', service: 'api', preview_id: 'abc123' } },
      files: ['previews/billing/api-abc123/values.yaml'],
    },
  },
  'add-custom-domain': {
    'a domain that waits': {
      call: {
        operation: addCustomDomain,
        raw: { team: 'shop', service: 'open', domain: 'www.example.net' },
        facts: { seed: 'seed' },
      },
      back: { operation: removeCustomDomain, raw: { team: 'shop', service: 'open', domain: 'www.example.net' } },
      files: ['domains/www.example.net.yaml'],
    },
  },
  'remove-custom-domain': {
    'a domain that leads nowhere': {
      call: { operation: removeCustomDomain, raw: { team: 'shop', service: 'api', domain: 'shop.example.org' } },
      files: ['domains/shop.example.org.yaml'],
    },
  },
  'start-openclaw': {
    'what was asked for': {
      call: { operation: startOpenclaw, raw: { team: 'labs', telegram_owner_ids: ['11'] }, facts: { hasToken: false } },
      back: { operation: retireService, raw: { team: 'labs', service: 'openclaw' } },
      files: ['services/labs/openclaw.onboarding.yaml'],
    },
  },
  'deploy-openclaw': {
    'an OpenClaw of what was asked for': {
      call: { operation: deployOpenclaw, raw: { team: 'labs', service: 'claw' }, facts: { hasToken: true } },
      files: ['databases/labs/claw.yaml', 'services/labs/claw.onboarding.yaml', 'services/labs/claw/values.yaml'],
    },
  },
  'create-tenant': {
    'a new team': { call: create, back: { operation: deleteTenant, raw: { team: 'newcomers' } }, files: NEWCOMERS },
  },
  'delete-tenant': {
    'a team with all it has': {
      call: { operation: deleteTenant, raw: { team: 'billing' } },
      files: [
        'argo-workflows/sso-team-billing.yaml',
        'argocd/projects/billing.yaml',
        // What it leaves behind on the database server or in the cluster.
        'databases/billing.left-over.yaml',
        'databases/billing/api.yaml',
        'domains/api.example.org.yaml',
        'domains/other.example.org.yaml',
        'previews/billing/api-abc123/values.yaml',
        'services/billing/api/notes.md',
        'services/billing/api/values.yaml',
        'services/billing/other/values.yaml',
        'tenants/billing/values.yaml',
      ],
    },
  },
  'grant-repo-access': {
    'no file at all': {
      call: { operation: grantRepoAccess, raw: { team: 'billing', repo: 'acme/api' } },
      files: [],
    },
  },
  'sync-repos': {
    'no file at all': {
      call: { operation: syncRepos, raw: { team: 'billing' }, facts: { grants: [] } },
      files: [],
    },
  },
};
