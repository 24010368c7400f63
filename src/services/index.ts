export { lookAt, planChange } from './change-plan';
export { CONTAINER_RESOURCES, type ContainerResource, podDemand } from './demand.policy';
export { generatedHost, joinedName, requireService, serviceNotFound } from './name.policy';
export { ServiceChangeAnswer } from './operations.dto';
export { checkRoom } from './quota.policy';
export { dataOf, editFile, textOf } from './service-file';
export * from './services.module';
