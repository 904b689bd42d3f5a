import { readYaml } from '../src/platform/documents/index.ts'
import { checkDocuments } from '../src/policy/index.ts'
import { BEHAVIOURS } from './subject.ts'

/** Digests of the two keys that the benchmarks use. */
export interface BenchKeys {
  readonly governedSha256: string
  readonly inspectedSha256: string
}

/** The policy that the gateway is measured under. */
export interface BenchPolicy {
  /** File name → YAML. */
  readonly files: Readonly<Record<string, string>>
  /** The checks that the team `inspected` is under; undefined when this build has no guardrails. */
  readonly inspectedBy: string | undefined
}

const document = (kind: string, name: string, spec: string) =>
  `apiVersion: gatehouse/v1\nkind: ${kind}\nmetadata: {name: ${name}}\nspec: ${spec}\n`

/** Every governing thing there is: keys, teams, a grant, a limit, a budget, prices; and guardrails for one of two teams. */
export function benchPolicy(upstream: string, keys: BenchKeys): BenchPolicy {
  const models = BEHAVIOURS.flatMap((behaviour) => [
    document('Model', behaviour, `{targets: [{provider: upstream-openai, model: bench-${behaviour}}]}`),
    document(
      'Model',
      `translated-${behaviour}`,
      `{targets: [{provider: upstream-anthropic, model: bench-${behaviour}}]}`,
    ),
  ])
  const provider = (type: string, baseUrl: string) =>
    `{type: ${type}, baseUrl: '${baseUrl}', network: private, credential: 'secret://env/BENCH_UPSTREAM_KEY'}`
  const price = (name: string) => `{provider: ${name}, models: {'*': {input: 1 USD, output: 4 USD}}}`
  const people = (team: string, sha256: string) => [
    document('Team', team, '{}'),
    document('App', `app-${team}`, `{team: ${team}}`),
    document('Key', `key-${team}`, `{for: 'app:app-${team}', sha256: ${sha256}}`),
  ]
  const base = [
    document('Provider', 'upstream-openai', provider('openai', `${upstream}/v1`)),
    document('Provider', 'upstream-anthropic', provider('anthropic', upstream)),
    document('Pricing', 'price-openai', price('upstream-openai')),
    document('Pricing', 'price-anthropic', price('upstream-anthropic')),
    ...models,
    ...people('governed', keys.governedSha256),
    ...people('inspected', keys.inspectedSha256),
    document(
      'Grant',
      'bench',
      `{to: ['team:governed', 'team:inspected'], effect: allow, actions: [use], on: ['model:*']}`,
    ),
    document('Limit', 'bench', `{appliesTo: [org], requests: 100000000/min}`),
    document('Budget', 'bench', `{appliesTo: [org], amount: 1000000 USD, period: month}`),
  ].join('---\n')
  const guardrail = GUARDRAILS.find(({ yaml }) => isAccepted(`${base}---\n${yaml}`))
  return {
    files: { 'bench.yaml': base, ...(guardrail ? { 'guardrail.yaml': guardrail.yaml } : {}) },
    inspectedBy: guardrail?.checks,
  }
}

const guardrailWith = (checks: string) =>
  document(
    'Guardrail',
    'bench',
    `{appliesTo: ['team:inspected'], phases: [input, output], mode: enforce, checks: [${checks}]}`,
  )

const PII = '{detector: pii, entities: [EMAIL, IBAN, CREDIT_CARD], action: mask}'
const SECRETS = '{detector: secrets, action: block}'
const INJECTION = '{detector: prompt-injection, threshold: 0.9, action: block}'
const WORDS = "{detector: words, words: ['project-nightjar', 'project-kestrel'], action: block}"

/** The fullest set of checks that this build knows is taken. */
const GUARDRAILS: readonly { readonly checks: string; readonly yaml: string }[] = [
  { checks: 'pii, secrets, prompt-injection', yaml: guardrailWith(`${PII}, ${SECRETS}, ${INJECTION}`) },
  { checks: 'pii, secrets, words', yaml: guardrailWith(`${PII}, ${SECRETS}, ${WORDS}`) },
  { checks: 'secrets, words', yaml: guardrailWith(`${SECRETS}, ${WORDS}`) },
  { checks: 'secrets', yaml: guardrailWith(SECRETS) },
]

function isAccepted(text: string): boolean {
  const read = readYaml({ file: 'bench.yaml', text, owner: 'git:bench.yaml' })
  return checkDocuments(read).valid
}
