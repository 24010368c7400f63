import { Inject } from '@nestjs/common';
import { McpController } from '@rekog/mcp-nest';
import type { Actor } from '../platform/auth/actor';
import { Caller, Input, InToolset, OperationTool, Progress } from '../platform/mcp';
import type { WriteAnswer } from '../platform/operations/answer.dto';
import { Operations, type ProgressListener } from '../platform/operations/operations';
import { deployOpenclaw } from './deploy-openclaw.operation';
import { ResumeOpenclawInput, StartOpenclawInput } from './openclaw.dto';
import { startOpenclaw } from './start-openclaw.operation';

@InToolset('openclaw')
@McpController()
export class OpenclawTools {
  constructor(@Inject(Operations) private readonly operations: Operations) {}

  @OperationTool(startOpenclaw)
  start(
    @Input() input: StartOpenclawInput,
    @Caller() actor: Actor,
    @Progress() progress: ProgressListener,
  ): Promise<WriteAnswer> {
    return this.operations.run(startOpenclaw, actor, input, progress);
  }

  @OperationTool(deployOpenclaw)
  resume(
    @Input() input: ResumeOpenclawInput,
    @Caller() actor: Actor,
    @Progress() progress: ProgressListener,
  ): Promise<WriteAnswer> {
    return this.operations.run(deployOpenclaw, actor, input, progress);
  }
}
