import { Global, Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { Audit } from './audit/audit';
import { Access } from './auth/access';
import { AccessRules } from './auth/access-rules';
import { Actors } from './auth/actors';
import { BrowserLimits } from './auth/browser-limits';
import { Credentials } from './auth/credentials';
import { FailedSignIns } from './auth/failed-sign-ins';
import { GithubTokenOwners } from './auth/github/github-token-owners';
import { GithubTokenStrategy } from './auth/github/github-token.strategy';
import { IdentityCache } from './auth/identity-cache';
import { LocalIssuer } from './auth/local-issuer';
import { LocalTokenStrategy } from './auth/local-token.strategy';
import { LocalTokens } from './auth/local-tokens';
import { OidcIssuers } from './auth/oidc/oidc-issuers';
import { OidcTokenStrategy } from './auth/oidc/oidc-token.strategy';
import { RateLimits } from './auth/rate-limits';
import { TenantTeams } from './auth/tenant-teams';
import { Clock } from './clock';
import { ClusterModule } from './cluster/cluster.module';
import { Dns } from './dns';
import { Github, GithubActions, GithubPeople, GithubSource } from './github';
import { GitopsModule } from './gitops';
import { HealthController } from './health/health.controller';
import { OwnAddress } from './http/pages';
import { GitController } from './http/git/git.controller';
import { GitGate } from './http/git/git.gate';
import { GitReads } from './http/git/git-reads';
import { ProtectedResourceController } from './http/protected-resource.controller';
import { KeysModule } from './keys';
import { Loki } from './logs';
import { McpModule } from './mcp';
import { Metrics } from './metrics/metrics';
import { StateMetrics } from './metrics/state-metrics';
import { MetricsController } from './metrics/metrics.controller';
import { AnswerBuilder } from './operations/answer-builder';
import { ConfirmTokens } from './operations/confirm-token';
import { OperationStore } from './operations/operation-store';
import { Operations } from './operations/operations';
import { Planner } from './operations/planner';
import { OperationRegistry } from './operations/registry';
import { SystemCalls } from './operations/system-calls';
import { DatabaseServer } from './postgres';
import { Prometheus } from './prometheus';
import { SecretsModule } from './secrets';
import { StoreModule } from './store';
import { ArgoWebhookController } from './workflows/argo';
import { workflowProviders } from './workflows/providers';

const shared = [
  ...workflowProviders,
  Access,
  AccessRules,
  AnswerBuilder,
  Audit,
  Clock,
  ConfirmTokens,
  Credentials,
  Dns,
  DatabaseServer,
  FailedSignIns,
  Github,
  GithubActions,
  GithubPeople,
  GithubSource,
  GitGate,
  GitReads,
  LocalIssuer,
  LocalTokens,
  Loki,
  Metrics,
  OperationRegistry,
  OperationStore,
  Operations,
  OwnAddress,
  Planner,
  Prometheus,
  RateLimits,
  StateMetrics,
  SystemCalls,
];

/** The kinds of credential (`auth/token-kinds`), and what only they need. */
const identity = [
  Actors,
  BrowserLimits,
  GithubTokenOwners,
  GithubTokenStrategy,
  IdentityCache,
  LocalTokenStrategy,
  OidcIssuers,
  OidcTokenStrategy,
  TenantTeams,
];

/** Everything that features stand on: store, repository, the write path, identity and the two doors' machinery. */
@Global()
@Module({
  imports: [StoreModule, KeysModule, SecretsModule, GitopsModule, ClusterModule, McpModule, PassportModule],
  controllers: [ArgoWebhookController, GitController, HealthController, MetricsController, ProtectedResourceController],
  providers: [...shared, ...identity],
  exports: [...shared, ...identity, ClusterModule, McpModule],
})
export class PlatformModule {}
