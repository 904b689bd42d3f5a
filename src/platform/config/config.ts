import { VARIABLES, type Variable, VENDOR_VARIABLES } from './variables.ts'

/** The environment as handed to the process: names to texts. */
export type Environment = Readonly<Record<string, string | undefined>>

type Values = { readonly [F in keyof typeof VARIABLES]: (typeof VARIABLES)[F] extends Variable<infer T> ? T : never }

/** The static configuration: one field a variable (see `VARIABLES`), sizes in bytes, durations in milliseconds. */
export interface Config extends Omit<Values, 'publicUrl'> {
  /** Without a closing slash. */
  readonly publicUrl: string
  /** Provider types whose credentials the environment holds, for the first-run wizard. */
  readonly offeredProviders: readonly { readonly type: string; readonly variable: string }[]
}

/** One line of `gatehouse doctor`. */
export interface ConfigLine {
  readonly name: string
  /** Safe to print: secrets are `[secret]`, passwords inside URLs `***`. Undefined when there is no value. */
  readonly value: string | undefined
  readonly from: 'environment' | 'default' | 'unset'
  readonly summary: string
}

/** Thrown with every mistake of the environment at once; each problem names its variable and what is expected. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError'
  constructor(readonly problems: readonly string[]) {
    super(problems.join('\n'))
  }
}

/** The only place that reads the process's environment. A copy, so that nothing later changes it. */
export function readEnvironment(): Environment {
  return Object.freeze({ ...process.env })
}

/** Reads and checks the static configuration. An empty variable counts as unset. Throws {@link ConfigError}. */
export function loadConfig(environment: Environment): Config {
  const problems: string[] = []
  const values: Record<string, unknown> = {}
  for (const [field, variable] of Object.entries<Variable<unknown>>(VARIABLES)) {
    const given = textOf(variable, environment)
    if (given === undefined) continue
    try {
      values[field] = variable.read(given)
    } catch (error) {
      problems.push(problemOf(variable, given, error))
    }
  }
  if (problems.length > 0) throw new ConfigError(problems)
  const publicUrl = values.publicUrl ?? `http://localhost:${String(values.port)}`
  const offeredProviders = Object.entries(VENDOR_VARIABLES)
    .filter(([name]) => (environment[name] ?? '') !== '')
    .map(([variable, type]) => ({ type, variable }))
  // Every field of `VARIABLES` was read by its own reader just now, which is what the type says.
  return Object.freeze({ ...values, publicUrl, offeredProviders }) as unknown as Config
}

/** Each variable with its effective value and where that came from, in the order of the documentation. */
export function describeConfig(environment: Environment): readonly ConfigLine[] {
  return Object.values<Variable<unknown>>(VARIABLES).map((variable) => {
    const given = textOf(variable, environment)
    const isSet = (environment[variable.name] ?? '') !== ''
    const from = isSet ? 'environment' : given === undefined ? 'unset' : 'default'
    return {
      name: variable.name,
      value: given === undefined ? undefined : masked(variable, given),
      from,
      summary: variable.summary,
    }
  })
}

/** Variables that begin with GATEHOUSE_ and mean nothing here: most likely typing mistakes, worth a warning. */
export function unknownVariables(environment: Environment): readonly string[] {
  const known = new Set<string>(Object.values<Variable<unknown>>(VARIABLES).map(({ name }) => name))
  // The command line's own, and those that Kubernetes injects for a service named gatehouse.
  const isForeign = (name: string) => /^GATEHOUSE_(URL|TOKEN|SERVICE_.*|PORT_.*)$/.test(name)
  return Object.keys(environment).filter(
    (name) => name.startsWith('GATEHOUSE_') && !known.has(name) && !isForeign(name),
  )
}

function textOf(variable: Variable<unknown>, environment: Environment): string | undefined {
  const given = environment[variable.name]?.trim()
  if (given !== undefined && given !== '') return given
  const dataDir = environment[VARIABLES.dataDir.name]?.trim() || VARIABLES.dataDir.fallback
  return variable.fallback?.replace('{DATA_DIR}', dataDir ?? '')
}

function problemOf(variable: Variable<unknown>, given: string, error: unknown): string {
  const expected = error instanceof Error ? error.message : String(error)
  const shown = variable.secret === false ? ` (it is ${JSON.stringify(given.slice(0, 80))})` : ''
  const isServiceLink = variable.name === 'GATEHOUSE_PORT' && given.startsWith('tcp://')
  const hint = isServiceLink
    ? '. Kubernetes set it for a service of that name: use enableServiceLinks: false, or set it yourself'
    : ''
  return `${variable.name} must be ${expected}${shown}${hint}`
}

function masked(variable: Variable<unknown>, given: string): string {
  if (variable.secret === true) return '[secret]'
  if (variable.secret === false) return given
  return given.replace(/\/\/([^@/]*)@/, (_, credentials: string) => `//${credentials.split(':')[0]}:***@`)
}
