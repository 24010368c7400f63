/** One thing that somebody once did. */
export interface DemoStep {
  /** Who did it; what they may do is checked as for anybody. */
  readonly as: string;
  readonly operation: string;
  readonly input: { readonly team: string; readonly reason: string; readonly [argument: string]: unknown };
}

const roomForGrowth = {
  quota_cpu_requests: '4',
  quota_cpu_limits: '10',
  quota_memory_requests: '6Gi',
  quota_memory_limits: '12Gi',
  quota_pods: 30,
};

/**
 * The demo's history, oldest first. A step's place in its team is its identity: add at the end of a team, never in between, or
 * data folders that have the demo already would get steps twice.
 */
export const DEMO_STEPS: readonly DemoStep[] = [
  {
    as: 'ada',
    operation: 'create-tenant',
    input: {
      team: 'billing',
      display_name: 'Billing',
      description: 'Payments, invoices and refunds.',
      contact_email: 'billing@example.org',
      members: [
        { user: 'grace', role: 'developer' },
        { user: 'mia', role: 'viewer' },
      ],
      ...roomForGrowth,
      reason: 'billing moves to the platform',
    },
  },
  {
    as: 'ada',
    operation: 'deploy-service',
    input: {
      action: 'onboard',
      team: 'billing',
      service: 'payment-api',
      image: 'registry.example.org/billing/payment-api',
      image_tag: '1.0.0',
      env: { CURRENCY: 'EUR', LOG_FORMAT: 'json' },
      reason: 'first service of the team',
    },
  },
  {
    as: 'grace',
    operation: 'deploy-service',
    input: {
      action: 'deploy',
      team: 'billing',
      service: 'payment-api',
      image_tag: '1.1.0',
      reason: 'refunds are rounded per line item',
    },
  },
  {
    as: 'grace',
    operation: 'deploy-service',
    input: {
      action: 'update-config',
      team: 'billing',
      service: 'payment-api',
      env: { REFUND_TIMEOUT_SECONDS: '20' },
      reason: 'the card network answers slowly on weekends',
    },
  },
  {
    as: 'grace',
    operation: 'deploy-service',
    input: {
      action: 'deploy',
      team: 'billing',
      service: 'payment-api',
      image_tag: '1.2.0',
      reason: 'new invoice numbers',
    },
  },
  {
    as: 'ada',
    operation: 'rollback-service',
    input: {
      team: 'billing',
      service: 'payment-api',
      target_tag: '1.1.0',
      reason: 'invoice numbers of 1.2.0 collide with those of last year',
    },
  },
  {
    as: 'grace',
    operation: 'scale-service',
    input: { team: 'billing', service: 'payment-api', replicas: 3, reason: 'the month ends on Friday' },
  },
  {
    as: 'grace',
    operation: 'deploy-service',
    input: {
      action: 'onboard',
      team: 'billing',
      service: 'invoice-worker',
      type: 'worker',
      image: 'registry.example.org/billing/invoice-worker',
      image_tag: '0.9.0',
      env: { BATCH_SIZE: '50' },
      reason: 'invoices are no longer written while the customer waits',
    },
  },
  {
    as: 'grace',
    operation: 'deploy-service',
    input: {
      action: 'deploy',
      team: 'billing',
      service: 'invoice-worker',
      image_tag: '0.9.1',
      reason: 'a batch that fails is tried again',
    },
  },
  {
    as: 'grace',
    operation: 'create-preview',
    input: {
      team: 'billing',
      service: 'payment-api',
      image_tag: '1.3.0-rc.1',
      ttl_hours: 168,
      reason: 'accounting wants to try instalments before they ship',
    },
  },
  {
    as: 'grace',
    operation: 'deploy-service',
    input: {
      action: 'update-config',
      team: 'billing',
      service: 'payment-api',
      secret_names: ['CARD_NETWORK_KEY', 'WEBHOOK_SIGNING_KEY'],
      reason: 'the card network wants requests signed',
    },
  },
  {
    as: 'grace',
    operation: 'add-custom-domain',
    input: {
      team: 'billing',
      service: 'payment-api',
      domain: 'pay.example.com',
      reason: 'partners want to call us under our own name',
    },
  },
  {
    as: 'grace',
    operation: 'provision-database',
    input: {
      team: 'billing',
      service: 'payment-api',
      extensions: ['pg_trgm'],
      reason: 'refunds are looked up by the name of the customer',
    },
  },
  {
    as: 'mia',
    operation: 'create-tenant',
    input: {
      team: 'storefront',
      display_name: 'Storefront',
      description: 'What customers see.',
      contact_email: 'storefront@example.org',
      allow_internet_egress: true,
      members: [
        { user: 'noor', role: 'developer' },
        { user: 'ada', role: 'viewer' },
      ],
      ...roomForGrowth,
      reason: 'the shop moves to the platform',
    },
  },
  {
    as: 'mia',
    operation: 'deploy-service',
    input: {
      action: 'onboard',
      team: 'storefront',
      service: 'shop',
      image: 'registry.example.org/storefront/shop',
      image_tag: '2.3.0',
      port: 3000,
      env: { PAYMENT_API: 'http://payment-api.billing:8080' },
      reason: 'first service of the team',
    },
  },
  {
    as: 'noor',
    operation: 'deploy-service',
    input: {
      action: 'deploy',
      team: 'storefront',
      service: 'shop',
      image_tag: '2.4.0',
      reason: 'search understands plurals',
    },
  },
  {
    as: 'noor',
    operation: 'scale-service',
    input: {
      team: 'storefront',
      service: 'shop',
      autoscaling_enabled: true,
      min_replicas: 2,
      max_replicas: 5,
      cpu_threshold: 70,
      reason: 'the winter sale starts on Monday',
    },
  },
  {
    as: 'noor',
    operation: 'deploy-service',
    input: {
      action: 'update-config',
      team: 'storefront',
      service: 'shop',
      env: { GIFT_CARDS: 'on' },
      reason: 'marketing asked for gift cards before the sale',
    },
  },
  {
    as: 'mia',
    operation: 'start-openclaw',
    input: {
      team: 'storefront',
      telegram_owner_ids: ['100200300'],
      reason: 'the shop wants an assistant that answers on Telegram',
    },
  },
];
