import { Inject, Module } from '@nestjs/common';
import { IntakeModule } from '../intake';
import { OperationRegistry } from '../platform/operations/registry';
import type { TaskContext, TaskOutcome } from '../platform/operations/parts';
import { CREATE_DATABASE, DatabaseProvisioner, ProvisioningModule } from '../provisioning';
import { deployOpenclaw } from './deploy-openclaw.operation';
import { isOpenclaw } from './known-service.policy';
import type { ResumeOpenclawInput, StartOpenclawInput } from './openclaw.dto';
import { OpenclawTools } from './openclaw.tools';
import type { TokenFacts } from './start.plan';
import { startOpenclaw } from './start-openclaw.operation';
import { TokenIntake } from './token-intake';

@Module({ imports: [IntakeModule, ProvisioningModule], controllers: [OpenclawTools], providers: [TokenIntake] })
export class OpenclawModule {
  constructor(
    @Inject(OperationRegistry) registry: OperationRegistry,
    @Inject(TokenIntake) token: TokenIntake,
    @Inject(DatabaseProvisioner) private readonly provisioner: DatabaseProvisioner,
  ) {
    registry.register(startOpenclaw, deployOpenclaw);
    registry.bind<StartOpenclawInput, TokenFacts>(startOpenclaw, {
      facts: (input) => token.facts(input),
      present: (row) => token.present(row),
      page: token.page,
    });
    registry.bind<ResumeOpenclawInput, TokenFacts>(deployOpenclaw, {
      facts: (input) => token.facts(input),
      tasks: { [CREATE_DATABASE.name]: (context) => this.createDatabase(context) },
      refused: (error, input, actor) => token.refused(error, input, actor),
    });
  }

  /** Nothing is made again for an OpenClaw that is deployed: whatever became of its database since is not ours to change. */
  private createDatabase(context: TaskContext<ResumeOpenclawInput>): Promise<TaskOutcome> {
    const { world, input } = context;
    if (isOpenclaw(world, input.team, input.service)) return Promise.resolve({ done: {} });
    return this.provisioner.create(context, { team: input.team, service: input.service });
  }
}
