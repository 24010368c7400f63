export type { FieldRule, IntakeLink, IntakeRequest, ValueCheck } from './intake';
export * from './intake.module';
export { Intakes } from './intakes';
