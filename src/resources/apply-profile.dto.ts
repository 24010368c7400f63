import { PROFILE_NAMES, type ProfileName } from '../platform/config';
import { Name, WriteArguments } from '../platform/operations/arguments.dto';
import { Choice, Text } from '../platform/schema';
import { ServiceChangeAnswer } from '../services';

export class ApplyProfileInput extends WriteArguments {
  @Name({ description: 'Team.' }) team: string;
  @Name({ default: 'openclaw', description: 'Service.' }) service: string;
  @Choice(PROFILE_NAMES, {
    description: 'startup is the largest, steady-small the smallest.',
    brief: 'From largest to smallest.',
  })
  profile: ProfileName;
}

export class ApplyProfileAnswer extends ServiceChangeAnswer {
  @Text({ optional: true }) profile?: string;
}
