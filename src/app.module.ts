import { type DynamicModule, Module } from '@nestjs/common';
import { APP_FILTER, APP_GUARD, APP_INTERCEPTOR, APP_PIPE } from '@nestjs/core';
import { ConnectModule } from './connect';
import { DomainsModule } from './domains';
import { DatabasesModule } from './databases';
import { GuidesModule } from './guides/guides.module';
import { IdentityModule } from './identity';
import { IntakeModule } from './intake';
import { IncidentsModule } from './incidents';
import { OpenclawModule } from './openclaw';
import { OperationsModule } from './operations/operations.module';
import { AuditInterceptor } from './platform/audit/audit.interceptor';
import { AuthGuard } from './platform/auth/auth.guard';
import { type Config, ConfigModule } from './platform/config';
import { ErrorFilter } from './platform/http/error.filter';
import { InputPipe } from './platform/http/input.pipe';
import { ToolResultInterceptor } from './platform/mcp/tool-result.interceptor';
import { ToolTraceInterceptor } from './platform/mcp/tool-trace.interceptor';
import { TracingModule } from './platform/tracing/tracing.module';
import { MetricsInterceptor } from './platform/metrics/metrics.interceptor';
import { OAuthModule } from './platform/oauth/oauth.module';
import { PlatformModule } from './platform/platform.module';
import { ResourcesModule } from './resources';
import { PreviewsModule } from './previews';
import { RepositoriesModule } from './repositories';
import { ServicesModule } from './services';
import { TenantsModule } from './tenants';

/** The table of contents: the platform, then the features, then what every call through either door passes. */
@Module({})
export class AppModule {
  static with(config: Config): DynamicModule {
    return {
      module: AppModule,
      imports: [
        ConfigModule.with(config),
        TracingModule,
        PlatformModule,
        ConnectModule,
        DomainsModule,
        DatabasesModule,
        OAuthModule,
        GuidesModule,
        IdentityModule,
        IntakeModule,
        IncidentsModule,
        OpenclawModule,
        OperationsModule,
        ResourcesModule,
        PreviewsModule,
        RepositoriesModule,
        ServicesModule,
        TenantsModule,
      ],
      providers: [
        { provide: APP_GUARD, useClass: AuthGuard },
        { provide: APP_INTERCEPTOR, useClass: ToolTraceInterceptor },
        { provide: APP_INTERCEPTOR, useClass: MetricsInterceptor },
        { provide: APP_INTERCEPTOR, useClass: ToolResultInterceptor },
        { provide: APP_INTERCEPTOR, useClass: AuditInterceptor },
        { provide: APP_PIPE, useClass: InputPipe },
        { provide: APP_FILTER, useClass: ErrorFilter },
      ],
    };
  }
}
