import { Global, Module } from '@nestjs/common';
import { PassportModule } from '@nestjs/passport';
import { Audit } from './audit/audit';
import { Access } from './auth/access';
import { AccessRules } from './auth/access-rules';
import { LocalIssuer } from './auth/local-issuer';
import { LocalTokenStrategy } from './auth/local-token.strategy';
import { RateLimits } from './auth/rate-limits';
import { Clock } from './clock';
import { Dns } from './dns';
import { Github, GithubPeople } from './github';
import { GitopsModule } from './gitops';
import { HealthController } from './health/health.controller';
import { OwnAddress } from './http/pages';
import { KeysModule } from './keys';
import { McpModule } from './mcp';
import { Metrics } from './metrics/metrics';
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
import { Committer } from './workflows/committer';
import { Endings } from './workflows/endings';
import { Tasks } from './workflows/tasks';
import { EmbeddedWorkflows } from './workflows';

const shared = [
  Access,
  AccessRules,
  AnswerBuilder,
  Audit,
  Clock,
  Committer,
  ConfirmTokens,
  Dns,
  DatabaseServer,
  EmbeddedWorkflows,
  Endings,
  Tasks,
  Github,
  GithubPeople,
  LocalIssuer,
  Metrics,
  OperationRegistry,
  OperationStore,
  Operations,
  OwnAddress,
  Planner,
  Prometheus,
  RateLimits,
  SystemCalls,
];

/** Everything that features stand on: store, repository, the write path, identity and the two doors' machinery. */
@Global()
@Module({
  imports: [StoreModule, KeysModule, SecretsModule, GitopsModule, McpModule, PassportModule],
  controllers: [HealthController, MetricsController],
  providers: [...shared, LocalTokenStrategy],
  exports: [...shared, McpModule],
})
export class PlatformModule {}
