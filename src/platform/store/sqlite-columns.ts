import {
  type ColumnDefinitionNode,
  DataTypeNode,
  type KyselyPlugin,
  OperationNodeTransformer,
  type PluginTransformQueryArgs,
  type PluginTransformResultArgs,
  type QueryResult,
  RawNode,
  type RootOperationNode,
  type UnknownRow,
} from 'kysely';

/**
 * Lets migrations that were written for SQLite make the same columns on PostgreSQL. Text is compared byte by byte there, as SQLite does
 * it: in a database with a language's collation, ids, times and names would otherwise come in another order, and pages of them overlap.
 * Whole numbers have 64 bits in SQLite.
 */
export class SqliteColumns implements KyselyPlugin {
  private readonly transformer = new Transformer();

  transformQuery({ node, queryId }: PluginTransformQueryArgs): RootOperationNode {
    return this.transformer.transformNode(node, queryId);
  }

  transformResult({ result }: PluginTransformResultArgs): Promise<QueryResult<UnknownRow>> {
    return Promise.resolve(result);
  }
}

const SAME_TYPE: Partial<Record<string, string>> = { text: 'text collate "C"', integer: 'bigint' };

class Transformer extends OperationNodeTransformer {
  protected override transformColumnDefinition(node: ColumnDefinitionNode): ColumnDefinitionNode {
    const column = super.transformColumnDefinition(node);
    if (column.autoIncrement) return { ...column, autoIncrement: false, dataType: DataTypeNode.create('bigserial') };
    const same = DataTypeNode.is(column.dataType) && SAME_TYPE[column.dataType.dataType];
    return same ? { ...column, dataType: RawNode.createWithSql(same) } : column;
  }
}
