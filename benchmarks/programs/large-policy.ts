import { createHash } from 'node:crypto'

const TEAMS = 300
const APPS = 1_500
const KEYS = 3_000
const MODELS = 490
const GRANTS = 3_500
const LIMITS = 700
const BUDGETS = 500
const PROVIDERS = 10

/** A file of a policy. */
export interface PolicyText {
  readonly file: string
  readonly text: string
}

/**
 * A policy of 10,000 documents, as an organisation of 300 teams might have it: most grants name a team and a few models, one in ten
 * a whole tier, one in twenty has a condition, one in fifty denies.
 */
export function largePolicy(): readonly PolicyText[] {
  return [
    file(
      'providers',
      PROVIDERS,
      'Provider',
      () =>
        "{type: openai, baseUrl: 'http://127.0.0.1:1/v1', network: private, credential: 'secret://env/BENCH_UPSTREAM_KEY'}",
    ),
    file('models', MODELS, 'Model', (n) => `{targets: [{provider: providers-${n % PROVIDERS}, model: bench-${n}}]}`),
    file('teams', TEAMS, 'Team', (n) => (n < 20 ? '{}' : `{parent: teams-${n % 20}}`)),
    file('apps', APPS, 'App', (n) => `{team: teams-${n % TEAMS}}`),
    file('keys', KEYS, 'Key', (n) => `{for: 'app:apps-${n % APPS}', sha256: ${digest(n)}}`),
    file('grants', GRANTS, 'Grant', grant),
    file('limits', LIMITS, 'Limit', (n) => `{appliesTo: ['team:teams-${n % TEAMS}'], requests: ${n + 1}00/min}`),
    file('budgets', BUDGETS, 'Budget', (n) => `{appliesTo: ['app:apps-${n}'], amount: 100 USD, period: month}`),
  ]
}

function grant(n: number): string {
  const models = [n, n * 3 + 1, n * 7 + 2].map((model) => `'model:models-${model % MODELS}'`)
  const on = n % 10 === 0 ? `'model:models-${n % 9}*'` : models.join(', ')
  const when = n % 20 === 1 ? ", when: 'request.tokens < 100000'" : ''
  const effect = n % 50 === 3 ? 'deny' : 'allow'
  return `{to: ['team:teams-${n % TEAMS}'], effect: ${effect}, actions: [use], on: [${on}]${when}}`
}

function file(name: string, count: number, kind: string, spec: (n: number) => string): PolicyText {
  const documents = Array.from(
    { length: count },
    (_, n) => `apiVersion: gatehouse/v1\nkind: ${kind}\nmetadata: {name: ${name}-${n}}\nspec: ${spec(n)}\n`,
  )
  return { file: `${name}.yaml`, text: documents.join('---\n') }
}

function digest(n: number): string {
  return createHash('sha256').update(`key ${n}`).digest('hex')
}
