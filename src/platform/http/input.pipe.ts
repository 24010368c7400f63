import { type ArgumentMetadata, Injectable, type PipeTransform } from '@nestjs/common';
import { parseInput, type SchemaClass } from '../schema';

const NOT_A_DTO: readonly unknown[] = [undefined, Object, String, Number, Boolean, Array, Function, Promise];

/** Turns raw arguments into the DTO class that the parameter is declared with; the same for tools and routes. */
@Injectable()
export class InputPipe implements PipeTransform {
  transform(value: unknown, { metatype }: ArgumentMetadata): unknown {
    return NOT_A_DTO.includes(metatype) ? value : parseInput(metatype as SchemaClass, value);
  }
}
