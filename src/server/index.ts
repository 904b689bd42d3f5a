export { type ComposeOptions, type Composition, compose } from './compose.ts'
export { type RunningServer, type StartOptions, startServer } from './server.ts'
