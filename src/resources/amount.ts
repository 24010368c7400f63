import { Quantity } from '../platform/quantity';
import { Decimal, Choice, Text } from '../platform/schema';

export const UNITS = ['cores', 'bytes', 'count'] as const;
export type Unit = (typeof UNITS)[number];

/** One amount twice: as Kubernetes writes it, and as a number of one unit that can be compared and drawn. */
export class Amount {
  @Text({ description: 'Kubernetes quantity, e.g. 500m or 4Gi.' }) quantity: string;
  @Decimal({ description: 'The same in the unit.' }) value: number;
  @Choice(UNITS) unit: Unit;
}

export function amount(quantity: Quantity, unit: Unit): Amount {
  return { quantity: String(quantity), value: quantity.toNumber(), unit };
}

/** Of a text as somebody wrote it, which is kept; undefined for what is no quantity. */
export function writtenAmount(text: string, unit: Unit): Amount | undefined {
  const quantity = Quantity.parse(text);
  return quantity && { ...amount(quantity, unit), quantity: text };
}
