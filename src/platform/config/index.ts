export {
  type Config,
  ConfigError,
  type ConfigLine,
  describeConfig,
  type Environment,
  loadConfig,
  readEnvironment,
  unknownVariables,
} from './config.ts'
export { VARIABLES, type Variable } from './variables.ts'
