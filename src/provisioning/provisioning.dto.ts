import { ListOf, Text, text } from '../platform/schema';

/** Name of a PostgreSQL extension. */
export const EXTENSION = {
  pattern: /^[A-Za-z][A-Za-z0-9_-]{0,62}$/,
  rule: 'the name of a PostgreSQL extension, e.g. pg_trgm',
  maxLength: 63,
};

/** A database inside the answer of an operation that also does other things. */
export class ProvisionedPart {
  @Text({ description: 'Name of its file.' }) name: string;
  @Text({ description: 'Name in PostgreSQL.' }) database: string;
  @Text({ description: 'Role that owns it.' }) role: string;
  @ListOf(text(), { description: 'Variables that the service gets; never a value.' }) variables: string[];
  @ListOf(text()) extensions: string[];
}
