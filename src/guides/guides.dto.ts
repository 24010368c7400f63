import { Name } from '../platform/operations/dto';
import { Text } from '../platform/schema';

/** A tag, as the tools take it; they say more where it is wrong. */
const TAG = {
  pattern: /^[A-Za-z0-9_][A-Za-z0-9._-]{0,127}$/,
  rule: 'a tag of letters, digits, dots, dashes, underscores',
  maxLength: 128,
};

export class OnboardServiceArguments {
  @Name({ description: 'The team that will own it.' }) team: string;
  @Name({ description: 'Name of the new service.' }) service: string;
  @Text({
    optional: true,
    maxLength: 255,
    pattern: /^[a-z0-9][a-z0-9._:/-]*$/,
    rule: 'an image without tag, e.g. ghcr.io/acme/api',
    description: 'Image without tag, e.g. ghcr.io/acme/api; the assistant asks for it otherwise.',
  })
  image?: string;
  @Text({ ...TAG, optional: true, description: 'Tag of the image to start with.' }) image_tag?: string;
}

/** In the order in which a person is asked. */
export class DeployServiceArguments {
  @Name({ description: 'The team.' }) team: string;
  @Name({ description: 'The service.' }) service: string;
  @Text({ ...TAG, description: 'Tag of the image to run.' }) image_tag: string;
}

export class RollBackServiceArguments {
  @Name({ description: 'The team.' }) team: string;
  @Name({ description: 'The service.' }) service: string;
  @Text({ ...TAG, optional: true, description: 'Tag to go back to; absent = the one before the current.' })
  target_tag?: string;
}

export class TriageIncidentArguments {
  @Name({ description: 'The team.' }) team: string;
  @Text({
    optional: true,
    pattern: /^[0-9a-f]{8,32}$/,
    rule: '8 to 32 hex digits, lower case',
    maxLength: 32,
    description: 'Id of one incident; absent = the worst active one.',
  })
  incident?: string;
}
