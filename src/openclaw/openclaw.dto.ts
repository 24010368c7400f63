import { HostName } from '../domains';
import { WriteAnswer } from '../platform/operations/answer.dto';
import { Name, WriteArguments } from '../platform/operations/arguments.dto';
import { Flag, ListOf, Nested, object, Text, text } from '../platform/schema';
import { ProvisionedPart } from '../provisioning';
import { IntakePart, ServiceChangeAnswer } from '../services';
import { MODEL, MOST_OWNERS, OWNER_ID } from './vocabulary';

export class StartOpenclawInput extends WriteArguments {
  @Name({ description: 'Team.' }) team: string;
  @Name({ default: 'openclaw', description: 'Name the service will have.', brief: 'Its name.' }) service: string;
  @ListOf(text(OWNER_ID), {
    maxItems: MOST_OWNERS,
    description: 'Numeric ids of the Telegram users who may talk to it and command it, each in quotes.',
    brief: 'Numeric ids of who may command it.',
  })
  telegram_owner_ids: string[];
  @Text({
    ...MODEL,
    optional: true,
    description: 'Model as provider/model; absent = the platform’s.',
    brief: 'As provider/model.',
  })
  default_model?: string;
  @HostName({
    optional: true,
    description: 'Own host beside the generated one; added after the deploy, once DNS shows it.',
    brief: 'Own host, added after the deploy.',
  })
  host?: string;
}

export class ResumeOpenclawInput extends WriteArguments {
  @Name({ description: 'Team.' }) team: string;
  @Name({
    default: 'openclaw',
    description: 'The service, as it was named when it was started.',
    brief: 'As in step 1.',
  })
  service: string;
}

export class ShortfallItem {
  @Text({ description: 'Key of the team’s quota, or of another part of its file.' }) field: string;
  @Text({ description: 'What OpenClaw needs of it.' }) required: string;
  @Text({ description: 'What is left of it.' }) actual: string;
}

export class PreflightPart {
  @Flag({ description: 'Whether it would be deployed as things are.' }) fits: boolean;
  @ListOf(object(() => ShortfallItem)) shortfalls: ShortfallItem[];
}

export class StartOpenclawAnswer extends WriteAnswer {
  @Text({ optional: true, description: 'Where its dashboard will be.' }) url?: string;
  @Nested(() => PreflightPart, { optional: true }) preflight?: PreflightPart;
  @Text({ optional: true, description: 'entered or missing.' }) bot_token?: string;
  @Nested(() => IntakePart, { optional: true, nullable: true, description: 'Null where nothing is left to enter.' })
  intake?: IntakePart | null;
}

export class ResumeOpenclawAnswer extends ServiceChangeAnswer {
  @Nested(() => ProvisionedPart, { optional: true, description: 'As it is, or as it comes.' })
  database?: ProvisionedPart;
}
