import { WriteAnswer } from '../platform/operations/answer.dto';
import { Name, WriteArguments } from '../platform/operations/arguments.dto';
import { ListOf, Text, text } from '../platform/schema';
import { EXTENSION } from '../provisioning';

export class ProvisionDatabaseInput extends WriteArguments {
  @Name({ description: 'Team.' }) team: string;
  @Name({ description: 'Service that uses it.' }) service: string;
  @Name({
    optional: true,
    description: 'Name of the database; default: the service’s.',
    brief: 'Its name; else the service’s.',
  })
  name?: string;
  @ListOf(text(EXTENSION), {
    optional: true,
    maxItems: 20,
    description: 'PostgreSQL extensions to have in it.',
    brief: 'PostgreSQL extensions.',
  })
  extensions?: string[];
}

export class ProvisionDatabaseAnswer extends WriteAnswer {
  @Text({ optional: true, description: 'Name in PostgreSQL.' }) database?: string;
  @Text({ optional: true, description: 'Role that owns it and nothing else.' }) role?: string;
  @ListOf(text(), { optional: true, description: 'Variables that the service gets; never a value.' })
  variables?: string[];
  @ListOf(text(), { optional: true }) extensions?: string[];
}
