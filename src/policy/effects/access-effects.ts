import { type AccessIndex, administers, decide } from '../../governance/access/index.ts'
import type { Caller } from '../../governance/identity/index.ts'
import type { Snapshot } from '../snapshot.ts'
import { counted, type Effect, effectOn } from './effect.ts'

/** Somebody before and after a change. */
interface Pair {
  /** `key x (app:portal)`, `team:claims`. */
  readonly name: string
  readonly of: 'key' | 'team'
  readonly before: Caller
  readonly after: Caller
}

/** Beyond this many decisions the rest is left out, and said to be. */
const MOST_DECISIONS = 4_000_000

/** Who gains or loses which model, and who the power to administer: by the keys there are and the people of teams. */
export function accessEffects(before: Snapshot, after: Snapshot, nowMs: number): readonly Effect[] {
  const pairs = [...keyPairs(before, after), ...teamPairs(before, after)]
  const models = [...new Set([...before.models.names, ...after.models.names])].sort()
  const gained = new Map<string, Pair[]>()
  const lost = new Map<string, Pair[]>()
  const asks = { before: asker(before.access, nowMs), after: asker(after.access, nowMs) }
  let left = MOST_DECISIONS
  for (const model of models) {
    const was = before.models.get(model) !== undefined
    const is = after.models.get(model) !== undefined
    for (const pair of pairs) {
      if (--left < 0) break
      const had = was && asks.before(pair.before, model)
      const has = is && asks.after(pair.after, model)
      if (had !== has) add(has ? gained : lost, model, pair)
    }
  }
  const effects = [
    ...[...lost].map(([model, who]) => accessEffect(model, who, 'lose')),
    ...[...gained].map(([model, who]) => accessEffect(model, who, 'gain')),
    ...administration(pairs, before, after),
  ]
  if (left >= 0) return effects
  const summary = `there are more than ${MOST_DECISIONS.toLocaleString('en-US')} pairs of callers and models; not all were looked at`
  return [...effects, effectOn([], { kind: 'access', weight: 'note', subject: 'model:*', summary })]
}

function add(map: Map<string, Pair[]>, model: string, pair: Pair): void {
  const known = map.get(model)
  if (known) known.push(pair)
  else map.set(model, [pair])
}

function accessEffect(model: string, who: readonly Pair[], verb: 'gain' | 'lose'): Effect {
  const names = who.map(({ name }) => name)
  const summary = `${peopleOf(who)} ${who.length === 1 ? `${verb}s` : verb} model ${model}`
  return effectOn(names, {
    kind: 'access',
    weight: verb === 'gain' ? 'gives' : 'takes',
    subject: `model:${model}`,
    summary,
  })
}

/** `12 keys and team:claims`: keys by their number, teams by their names as long as they are few. */
function peopleOf(who: readonly Pair[]): string {
  const keys = who.filter(({ of }) => of === 'key')
  const teams = who.filter(({ of }) => of === 'team')
  const parts = [
    ...(keys.length === 1 ? [keys[0]?.name ?? ''] : keys.length > 1 ? [counted(keys.length, 'key')] : []),
    ...(teams.length > 3 ? [`the people of ${counted(teams.length, 'team')}`] : teams.map(({ name }) => name)),
  ]
  return parts.length < 2 ? parts.join('') : `${parts.slice(0, -1).join(', ')} and ${parts.at(-1)}`
}

/** Answers whether a caller may use a model; for those whom the same rules speak of only once, where no condition asks more. */
function asker(access: AccessIndex, nowMs: number): (caller: Caller, model: string) => boolean {
  const remembers = access.rules.every((rule) => rule.condition === undefined)
  const remembered = new Map<string, boolean>()
  return (caller, model) => {
    const isAlike = remembers && caller.narrowTo === undefined && caller.onBehalfOf === undefined
    const key = isAlike ? `${access.subjectOf(caller).id} ${model}` : ''
    const known = isAlike ? remembered.get(key) : undefined
    if (known !== undefined) return known
    const resource = { kind: 'model', name: model }
    const allows = decide(access, { caller, action: 'use', resource, context: { nowMs, model } }).effect === 'allow'
    if (isAlike) remembered.set(key, allows)
    return allows
  }
}

/** The keys that work both before and after. */
function keyPairs(before: Snapshot, after: Snapshot): readonly Pair[] {
  return [...before.identity.keys].flatMap(([digest, old]): readonly Pair[] => {
    const entry = after.identity.keys.get(digest)
    if (!entry || old.disabled || entry.disabled) return []
    const name = `key ${entry.caller.key} (${entry.caller.principal})`
    return [{ name, of: 'key', before: old.caller, after: entry.caller }]
  })
}

/** Anybody whom an identity provider puts into a team, and nothing else. */
function teamPairs(before: Snapshot, after: Snapshot): readonly Pair[] {
  const teams = new Set([...before.identity.ancestry.keys(), ...after.identity.ancestry.keys()])
  return [...teams].sort().map((team) => {
    const personOf = ({ identity }: Snapshot): Caller => {
      const teamsOf = identity.ancestry.get(team)
      return {
        principal: 'user:*',
        user: '*',
        ...(teamsOf ? { team } : {}),
        teams: teamsOf ?? [],
        administrator: false,
      }
    }
    return { name: `team:${team}`, of: 'team', before: personOf(before), after: personOf(after) }
  })
}

function administration(pairs: readonly Pair[], before: Snapshot, after: Snapshot): readonly Effect[] {
  return pairs.flatMap((pair): readonly Effect[] => {
    const was = administers(before.access, pair.before)
    const is = administers(after.access, pair.after)
    if (was === is) return []
    const summary = is ? `${pair.name} may administer everything` : `${pair.name} may no longer administer`
    return [
      effectOn([pair.name], { kind: 'administration', weight: is ? 'gives' : 'takes', subject: pair.name, summary }),
    ]
  })
}
