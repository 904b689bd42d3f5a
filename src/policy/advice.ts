import { type GrantSpec, grantKind } from '../governance/access/index.ts'
import { guardrailKind } from '../governance/guardrails/index.ts'
import { agentKind, keyKind } from '../governance/identity/index.ts'
import { budgetKind, limitKind } from '../governance/limits/index.ts'
import { modelKind } from '../models/routing/index.ts'
import { type Document, type DocumentSet, didYouMean, type Problem } from '../platform/documents/index.ts'
import type { Snapshot } from './snapshot.ts'

/** What valid documents most likely do not mean: none of it stops them from being applied. In the documents' order. */
export function adviceOn(documents: DocumentSet, nowMs: number): readonly Problem[] {
  return [
    ...unknownNames(documents),
    ...grantAdvice(documents, nowMs),
    ...budgetAdvice(documents),
    ...keyAdvice(documents, nowMs),
    ...fallbackCircles(documents),
    ...ruleAdvice(documents),
  ]
}

/** The same for what only a compiled policy knows: routes whose price is not known. */
export function priceAdvice({ documents, models }: Snapshot): readonly Problem[] {
  return documents.all(modelKind).flatMap((model) => {
    const missing = (models.get(model.name)?.targets ?? []).filter(({ price }) => price === undefined)
    const then = model.spec.unpriced === 'refuse' ? 'its calls are refused' : 'its calls count nothing against budgets'
    return missing.map(({ id }) =>
      advice(model, 'targets', `no price is known for ${id}; ${then}`, 'Write a Pricing document.'),
    )
  })
}

function advice({ kind, name, origin }: Document, path: string, message: string, hint?: string): Problem {
  const { file = `${kind}/${name}`, line = 1 } = origin
  return {
    file,
    line,
    column: 1,
    path: `spec.${path}`,
    message: `${kind} ${name}: ${message}`,
    ...(hint ? { hint } : {}),
  }
}

const NAMED = { model: modelKind.kind, agent: agentKind.kind } as const

/** Patterns and scopes that name a model or an agent that is not there: whoever wrote them meant another. */
function unknownNames(documents: DocumentSet): readonly Problem[] {
  const known = { model: namesOf(documents, NAMED.model), agent: namesOf(documents, NAMED.agent) }
  const look = (document: Document, field: string, terms: readonly string[]) =>
    terms.flatMap((term, place): readonly Problem[] => {
      const [prefix = '', name = ''] = term.split(/:(.*)/s)
      if ((prefix !== 'model' && prefix !== 'agent') || name.includes('*') || known[prefix].includes(name)) return []
      const hint = didYouMean(name, known[prefix])
      return [advice(document, `${field}.${place}`, `there is no ${NAMED[prefix]} named ${name}`, hint)]
    })
  return [
    ...documents.all(grantKind).flatMap((one) => [...look(one, 'to', one.spec.to), ...look(one, 'on', one.spec.on)]),
    ...[...documents.all(limitKind), ...documents.all(budgetKind)].flatMap((one) => [
      ...look(one, 'appliesTo', one.spec.appliesTo),
      ...look(one, 'on', one.spec.on ?? []),
    ]),
    ...documents.all(guardrailKind).flatMap((one) => look(one, 'appliesTo', one.spec.appliesTo)),
    ...documents.all(keyKind).flatMap((one) => look(one, 'narrowTo', one.spec.narrowTo ?? [])),
  ]
}

function namesOf(documents: DocumentSet, kind: string): readonly string[] {
  return documents.documents.filter((document) => document.kind === kind).map(({ name }) => name)
}

/** Grants that have ended, and grants that allow what another denies to all of the same. */
function grantAdvice(documents: DocumentSet, nowMs: number): readonly Problem[] {
  const grants = documents.all(grantKind).filter(({ spec }) => spec.mode === 'enforce')
  const denials = grants.filter(
    ({ spec }) => spec.effect === 'deny' && spec.when === undefined && endOf(spec) === undefined,
  )
  return grants.flatMap((grant) => {
    const end = endOf(grant.spec)
    if (end !== undefined && end <= nowMs) return [advice(grant, 'expires', 'it has ended', 'Delete it.')]
    if (grant.spec.effect === 'deny') return []
    const shadow = denials.find(({ spec }) => covers(spec, grant.spec))
    return shadow ? [advice(grant, 'on', `it allows nothing: the grant ${shadow.name} denies all of it`)] : []
  })
}

function endOf(spec: GrantSpec): number | undefined {
  return 'expires' in spec && typeof spec.expires === 'number' ? spec.expires : undefined
}

/** Whether one grant speaks of everybody, everything and every action that another speaks of. */
function covers(one: GrantSpec, other: GrantSpec): boolean {
  const all = one.to.includes('org') || other.to.every((term) => one.to.includes(term))
  const everything = one.on.includes('*') || other.on.every((pattern) => one.on.includes(pattern))
  return all && everything && other.actions.every((action) => one.actions.includes(action))
}

function budgetAdvice(documents: DocumentSet): readonly Problem[] {
  return documents
    .all(budgetKind)
    .filter(({ spec }) => spec.amount === 0 && spec.mode === 'enforce')
    .map((budget) => advice(budget, 'amount', 'a budget of nothing lets only free calls pass'))
}

function keyAdvice(documents: DocumentSet, nowMs: number): readonly Problem[] {
  return documents
    .all(keyKind)
    .filter(({ spec }) => spec.expires !== undefined && spec.expires <= nowMs)
    .map((key) => advice(key, 'expires', 'it has expired', 'Delete it, or make a new key.'))
}

/** Models that fall back to each other: none of them is ever asked twice, so the way back leads nowhere. */
function fallbackCircles(documents: DocumentSet): readonly Problem[] {
  return documents.all(modelKind).flatMap((model) => {
    const back = (model.spec.fallback?.to ?? []).filter((name) =>
      documents.get(modelKind, name)?.spec.fallback?.to.includes(model.name),
    )
    return back.map((name) => advice(model, 'fallback.to', `it falls back to ${name}, which falls back to it`))
  })
}

/** Routing rules that can never be reached: the same condition stands above them, or one that always holds. */
function ruleAdvice(documents: DocumentSet): readonly Problem[] {
  return documents.all(modelKind).flatMap((model) => {
    const seen = new Set<string>()
    return model.spec.rules.flatMap((rule, place) => {
      const when = rule.when.replace(/\s+/g, ' ').trim()
      const isUnreachable = seen.has(when) || seen.has('true')
      seen.add(when)
      return isUnreachable ? [advice(model, `rules.${place}`, `the rule for ${rule.target} is never reached`)] : []
    })
  })
}
