export { CREATE_DATABASE } from './create-database.task';
export { type DatabasePlan, type DatabaseRequest, planDatabase, type ProvisionedDatabase } from './database.plan';
export { credentialPath, identifierOf, objectName, secretName, VARIABLES } from './database-names.policy';
export { DatabaseProvisioner } from './database-provisioner';
export { noteLeftOver } from './left-over.policy';
export { openDatabases } from './open-databases';
export { EXTENSION, ProvisionedPart } from './provisioning.dto';
export * from './provisioning.module';
