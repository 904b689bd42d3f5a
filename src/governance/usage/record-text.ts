import { instantOf, siblingId } from './operation-id.ts'
import type { OperationRecord, RecordedAttempt, RecordedTokens } from './record.ts'

/*
 * A record as text: its JSON, without what follows from the rest of it or is as it usually is. Half as long as the whole,
 * and this is what every operation pays for: to be made, journalled and stored.
 */

/** The record's JSON as the journal and the store keep it; {@link readRecord} gives the record back. */
export function recordText(record: OperationRecord): string {
  return JSON.stringify(shortened(record))
}

/** A record from its text. Throws `SyntaxError` when it is no JSON. */
export function readRecord(text: string): OperationRecord {
  const { attempts, tokens, decision, ...kept } = JSON.parse(text) as Shortened
  const { id } = kept
  const defaults = {
    id,
    requestId: siblingId('req', id),
    decisionId: siblingId('dec', id),
    at: instantOf(id) ?? 0,
    outcome: 'succeeded',
    status: 200,
    teams: kept.team === undefined ? [] : [kept.team],
    cost: 0,
    priceKnown: true,
    timings: {},
    verdicts: [],
    cache: 'off',
    stream: false,
    tags: {},
    warnings: [],
  } as const
  const record = { ...defaults, ...kept }
  return {
    ...record,
    attempts: (attempts ?? []).map((attempt) => ({ ...attemptDefaults(record), ...attempt })),
    tokens: { ...NO_TOKENS, ...tokens },
    decision: wholeDecision(decision, kept),
  }
}

/** What of a record decides how it would end another time. */
export type RecordedFacts = Pick<
  OperationRecord,
  | 'id'
  | 'at'
  | 'durationMs'
  | 'kind'
  | 'surface'
  | 'principal'
  | 'key'
  | 'user'
  | 'team'
  | 'teams'
  | 'modelAsked'
  | 'provider'
  | 'modelServed'
  | 'tokens'
  | 'cost'
  | 'priceVersion'
  | 'stream'
  | 'run'
  | 'verdicts'
> & { readonly attempts: readonly unknown[] }

/** The facts of a record from its text, for those who read very many: a third of what {@link readRecord} costs. */
export function readFacts(text: string): RecordedFacts {
  // Sound: what is left out of the text is filled in below, in place, for the value is nobody else's.
  const facts = JSON.parse(text) as { -readonly [field in keyof RecordedFacts]: RecordedFacts[field] }
  facts.at ??= instantOf(facts.id) ?? 0
  facts.teams ??= facts.team === undefined ? NOTHING : [facts.team]
  facts.attempts ??= NOTHING
  facts.verdicts ??= NOTHING
  facts.cost ??= 0
  facts.stream ??= false
  facts.tokens = facts.tokens === undefined ? NO_TOKENS : { ...NO_TOKENS, ...facts.tokens }
  return facts
}

const NOTHING: readonly never[] = Object.freeze([])

type Shortened = Omit<Partial<OperationRecord>, 'id' | 'attempts' | 'tokens' | 'decision'> &
  Pick<OperationRecord, 'id' | 'traceId' | 'durationMs' | 'kind' | 'surface' | 'revision' | 'node'> & {
    readonly attempts?: readonly (Omit<RecordedAttempt, 'provider' | 'model' | 'cost'> & Partial<RecordedAttempt>)[]
    readonly tokens?: Partial<RecordedTokens>
    readonly decision: Partial<OperationRecord['decision']>
  }

const NO_TOKENS: RecordedTokens = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, reasoning: 0, partial: false }

/** One literal of one shape: JSON.stringify leaves out what is undefined, and is quickest with it. */
function shortened(record: OperationRecord): { readonly [name: string]: unknown } {
  const { id, team, teams } = record
  const isOwnTeam = team === undefined ? teams.length === 0 : teams.length === 1 && teams[0] === team
  return {
    id,
    requestId: record.requestId === siblingId('req', id) ? undefined : record.requestId,
    traceId: record.traceId,
    decisionId: record.decisionId === siblingId('dec', id) ? undefined : record.decisionId,
    at: record.at === instantOf(id) ? undefined : record.at,
    durationMs: record.durationMs,
    kind: record.kind,
    surface: record.surface,
    outcome: record.outcome === 'succeeded' ? undefined : record.outcome,
    status: record.status === 200 ? undefined : record.status,
    error: record.error,
    principal: record.principal,
    key: record.key,
    app: record.app,
    user: record.user,
    team,
    teams: isOwnTeam ? undefined : teams,
    modelAsked: record.modelAsked,
    provider: record.provider,
    modelServed: record.modelServed,
    attempts: record.attempts.length === 0 ? undefined : shortAttempts(record),
    tokens: shortTokens(record.tokens),
    cost: record.cost || undefined,
    priceVersion: record.priceVersion,
    priceKnown: record.priceKnown ? undefined : false,
    timings: isEmpty(record.timings) ? undefined : record.timings,
    decision: shortDecision(record),
    revision: record.revision,
    verdicts: record.verdicts.length === 0 ? undefined : record.verdicts,
    cache: record.cache === 'off' ? undefined : record.cache,
    stream: record.stream || undefined,
    run: record.run,
    session: record.session,
    tags: isEmpty(record.tags) ? undefined : record.tags,
    warnings: record.warnings.length === 0 ? undefined : record.warnings,
    wouldHave: record.wouldHave,
    node: record.node,
    content: record.content,
  }
}

function isEmpty(named: object): boolean {
  for (const _ in named) return false
  return true
}

function shortTokens(tokens: RecordedTokens) {
  const { input, output, cacheRead, cacheWrite, reasoning, partial } = tokens
  if (!(input || output || cacheRead || cacheWrite || reasoning || partial)) return undefined
  return {
    input: input || undefined,
    output: output || undefined,
    cacheRead: cacheRead || undefined,
    cacheWrite: cacheWrite || undefined,
    reasoning: reasoning || undefined,
    partial: partial || undefined,
  }
}

/** The one attempt that served says again what the record says; all others differ and stand whole. */
function shortAttempts(record: OperationRecord): readonly unknown[] {
  const { provider, modelServed, cost } = record
  return record.attempts.map((attempt) => ({
    provider: attempt.provider === provider ? undefined : attempt.provider,
    model: attempt.model === modelServed ? undefined : attempt.model,
    startedAt: attempt.startedAt,
    durationMs: attempt.durationMs,
    firstTokenMs: attempt.firstTokenMs,
    status: attempt.status,
    error: attempt.error,
    tokens: attempt.tokens,
    cost: attempt.cost === cost ? undefined : attempt.cost,
  }))
}

function attemptDefaults({ provider = '', modelServed = '', cost }: Partial<OperationRecord>) {
  return { provider, model: modelServed, cost: cost ?? 0 }
}

/** The sentence that access gives with a grant (`access/decide.ts`): it follows from the record. */
const usualReason = (rule: string | undefined, { principal, modelAsked }: Partial<OperationRecord>) =>
  `The grant ${rule} lets ${principal} use model:${modelAsked}.`

/** Without `effect`: an operation let in, for the usual reason. */
function shortDecision(record: OperationRecord) {
  const { effect, rules, reason } = record.decision
  if (effect === 'allow' && reason === usualReason(rules[0], record)) return { rules }
  return { effect, rules: rules.length === 0 ? undefined : rules, reason }
}

function wholeDecision(decision: Shortened['decision'], record: Partial<OperationRecord>): OperationRecord['decision'] {
  const { effect, rules = [], ...reason } = decision
  return effect === undefined
    ? { effect: 'allow', rules, reason: usualReason(rules[0], record) }
    : { effect, rules, ...reason }
}
