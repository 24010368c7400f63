export { lookAt, planChange } from './change-plan';
export { CONTAINER_RESOURCES, type ContainerResource, podDemand } from './demand.policy';
export { requireRegistry } from './image.policy';
export { generatedHost, joinedName, requireNewService, requireService, serviceNotFound } from './name.policy';
export { headed, ingressEdits } from './onboard.plan';
export { IntakePart, ServiceChangeAnswer } from './operations.dto';
export { checkRoom } from './quota.policy';
export { dataOf, textOf } from './service-file';
export * from './services.module';
