/** What the examples are about; `furnish` makes it. */
export interface Furniture {
  readonly team: string;
  readonly service: string;
  readonly workflow: string;
  /** Id of a preview of the service. */
  readonly preview: string;
  /** Id of an active incident of the service. */
  readonly incident: string;
}

/** Registered for the service by `furnish`, and pending: there is no DNS server where tests look. */
export const DOMAIN = 'shop.example.com';

type Arguments = Record<string, unknown>;

/**
 * The least valid arguments of every tool. A new tool needs a line here before the matrix, the bad input and the registry tests
 * let it pass; for a tool that reads, also one in `REST_ROUTES`.
 */
export const EXAMPLES: Readonly<Record<string, (about: Furniture) => Arguments>> = {
  mctl_whoami: () => ({}),
  mctl_list_tenants: () => ({}),
  mctl_get_tenant: ({ team }) => ({ team }),
  mctl_create_tenant: () => ({ team: 'newcomers' }),
  mctl_delete_tenant: ({ team }) => ({ team }),
  mctl_list_services: ({ team }) => ({ team }),
  mctl_get_service_status: ({ team, service }) => ({ team, service }),
  mctl_get_service_config: ({ team, service }) => ({ team, service }),
  mctl_get_service_logs: ({ team, service }) => ({ team, service }),
  mctl_deploy_service: ({ team, service }) => ({ action: 'deploy', team, service, image_tag: '3.0.0' }),
  mctl_scale_service: ({ team, service }) => ({ team, service, replicas: 2 }),
  mctl_rollback_service: ({ team, service }) => ({ team, service }),
  mctl_retire_service: ({ team, service }) => ({ team, service }),
  mctl_get_resource_usage: ({ team }) => ({ team }),
  mctl_get_openclaw_sizing_recommendation: ({ team, service }) => ({ team, service }),
  mctl_apply_openclaw_resource_profile: ({ team, service }) => ({ team, service, profile: 'steady-small' }),
  mctl_deploy_openclaw: ({ team }) => ({ team, telegram_owner_ids: ['1'] }),
  mctl_resume_openclaw_deploy: ({ team }) => ({ team }),
  mctl_list_previews: ({ team }) => ({ team }),
  mctl_create_preview: ({ team, service }) => ({ team, service, image_tag: '3.0.0' }),
  mctl_delete_preview: ({ team, service, preview }) => ({ team, service, preview_id: preview }),
  mctl_list_domains: ({ team }) => ({ team }),
  mctl_verify_domain: ({ team, service }) => ({ team, service, domain: DOMAIN }),
  mctl_add_custom_domain: ({ team, service }) => ({ team, service, domain: 'www.example.com' }),
  mctl_remove_custom_domain: ({ team, service }) => ({ team, service, domain: DOMAIN }),
  mctl_list_incidents: ({ team }) => ({ team }),
  mctl_get_incident: ({ incident }) => ({ id: incident }),
  mctl_incident_summary: ({ team }) => ({ team }),
  mctl_acknowledge_incident: ({ incident }) => ({ id: incident }),
  mctl_resolve_incident: ({ incident }) => ({ id: incident }),
  mctl_provision_database: ({ team, service }) => ({ team, service }),
  mctl_list_repos: ({ team }) => ({ team }),
  mctl_grant_repo_access: ({ team }) => ({ team, repo: 'acme/api' }),
  mctl_sync_repos: ({ team }) => ({ team }),
  mctl_list_operations: () => ({}),
  mctl_get_operation: () => ({ operation: 'create-tenant' }),
  mctl_list_recent_operations: ({ team }) => ({ team }),
  mctl_list_workflows: ({ team }) => ({ team }),
  mctl_get_workflow_status: ({ workflow }) => ({ workflow }),
};

/** The REST route of every tool that reads; writes all have `operations/{name}/execute`. */
export const REST_ROUTES: Readonly<Record<string, string>> = {
  mctl_whoami: 'whoami',
  mctl_list_tenants: 'tenants',
  mctl_get_tenant: 'tenants/:team',
  mctl_list_services: 'services',
  mctl_get_service_status: 'status/:team/:service',
  mctl_get_service_config: 'services/:team/:service',
  mctl_get_service_logs: 'logs/:team/:service',
  mctl_get_resource_usage: 'resources/:team',
  mctl_get_openclaw_sizing_recommendation: 'openclaw/:team/:service/sizing',
  mctl_list_previews: 'previews',
  mctl_list_domains: 'domains',
  mctl_verify_domain: 'domains/verify',
  mctl_list_incidents: 'incidents',
  mctl_get_incident: 'incidents/:id',
  mctl_incident_summary: 'incidents/summary',
  mctl_list_repos: 'repos',
  mctl_list_operations: 'operations',
  mctl_get_operation: 'operations/:operation',
  mctl_list_recent_operations: 'audit',
  mctl_list_workflows: 'workflows',
  mctl_get_workflow_status: 'workflows/:workflow',
};

/** @throws Error that says what is missing. */
export function exampleOf(tool: string, about: Furniture): Arguments {
  const example = EXAMPLES[tool];
  if (!example) {
    throw new Error(`${tool} has no example arguments: add a line to EXAMPLES in test/support/tool-examples.ts.`);
  }
  return example(about);
}

/** @throws Error that says what is missing. */
export function routeOf(tool: string): string {
  const route = REST_ROUTES[tool];
  if (!route) throw new Error(`${tool} has no REST route: add a line to REST_ROUTES in test/support/tool-examples.ts.`);
  return route;
}
