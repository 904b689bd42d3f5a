export { operationId } from './openapi.ts'
export { type ControlIncoming, type ControlPlane, controlPlane } from './route.ts'
export { CONTROL_ROUTES, type ControlServices, OPEN_ROUTES } from './routes.ts'
