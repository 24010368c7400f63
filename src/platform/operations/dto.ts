export * from './answer.dto';
export * from './arguments.dto';
