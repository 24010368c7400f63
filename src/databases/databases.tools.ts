import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import type { Actor } from '../platform/auth/actor';
import { Caller, Input, InToolset, OperationTool, Progress } from '../platform/mcp';
import type { WriteAnswer } from '../platform/operations/answer.dto';
import { Operations, type ProgressListener } from '../platform/operations/operations';
import { ProvisionDatabaseInput } from './databases.dto';
import { provisionDatabase } from './provision-database.operation';

@InToolset('databases')
@McpController()
export class DatabasesTools {
  constructor(@Inject(Operations) private readonly operations: Operations) {}

  @OperationTool(provisionDatabase)
  provision(
    @Input() input: ProvisionDatabaseInput,
    @Caller() actor: Actor,
    @Progress() progress: ProgressListener,
  ): Promise<WriteAnswer> {
    return this.operations.run(provisionDatabase, actor, input, progress);
  }
}
