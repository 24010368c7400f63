import type { TaskDeclaration } from '../platform/operations/operation';

/** For an operation whose every call gives a service a database; others add `applies`. Bind it to `DatabaseProvisioner.create`. */
export const CREATE_DATABASE = {
  name: 'create-database',
  title: 'Create the database, where MCTL does so itself',
} as const satisfies Pick<TaskDeclaration<unknown>, 'name' | 'title'>;
