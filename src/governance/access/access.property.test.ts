import { describe, expect, test } from 'bun:test'
import fc from 'fast-check'
import { documentSet } from '../../platform/documents/index.ts'
import { agentKind, appKind, type Caller, teamKind } from '../identity/index.ts'
import {
  type AccessRequest,
  compileAccess,
  decide,
  explain,
  grantKind,
  resourceGroupKind,
  standingOf,
} from './index.ts'

const KINDS = [teamKind, appKind, agentKind, grantKind, resourceGroupKind]
const TEAMS = ['a', 'b', 'c'] as const
const NAMES = ['gpt-x', 'gpt-y', 'small', 'gpt-x/mini'] as const

/** Conditions beside what they mean, written apart from CEL; `fails` is an evaluation error. */
const CONDITIONS: Readonly<Record<string, (request: AccessRequest) => boolean | 'fails'>> = {
  'request.tokens < 300': ({ context }) => (context.tokens ?? 0) < 300,
  'request.stream && !request.tools': ({ context }) => (context.stream ?? false) && !(context.tools ?? false),
  '"a" in principal.teams': ({ caller }) => caller.teams.includes('a'),
  'resource.name.startsWith("gpt-")': ({ resource }) => resource.name.startsWith('gpt-'),
  'resource.labels["data"] == "secret"': ({ context }) =>
    context.labels?.data === undefined ? 'fails' : context.labels.data === 'secret',
  'time.hour(now, "UTC") >= 12': ({ context }) => new Date(context.nowMs).getUTCHours() >= 12,
}

interface WrittenGrant {
  readonly to: readonly string[]
  readonly effect: 'allow' | 'deny'
  readonly actions: readonly ('use' | 'read' | 'manage')[]
  readonly on: readonly string[]
  readonly when?: string
  readonly expires?: string
  readonly mode: 'enforce' | 'monitor' | 'off'
}

const some = <T>(...values: readonly T[]) => fc.uniqueArray(fc.constantFrom(...values), { minLength: 1, maxLength: 3 })
const grants = fc.array(
  fc.record(
    {
      to: some('org', 'team:a', 'team:b', 'team:c', 'app:one', 'app:two', 'user:ann', 'agent:bot'),
      effect: fc.constantFrom('allow' as const, 'allow' as const, 'deny' as const),
      actions: some('use' as const, 'read' as const, 'manage' as const),
      on: some('*', 'model:*', 'model:gpt-*', 'model:*x*', 'model:small', 'model:gpt-x', 'tool:*', 'model:gpt-*/*i'),
      when: fc.constantFrom(...Object.keys(CONDITIONS)),
      // In the midst of the moments that are asked about.
      expires: fc.constantFrom('2024-07-01', '2026-01-01'),
      mode: fc.constantFrom('enforce' as const, 'enforce' as const, 'monitor' as const, 'off' as const),
    },
    { requiredKeys: ['to', 'effect', 'actions', 'on', 'mode'] },
  ),
  { maxLength: 40 },
)
const requests = fc.array(
  fc.record({
    caller: fc
      .record({
        principal: fc.constantFrom('app:one', 'app:two', 'user:ann', 'agent:bot'),
        teams: fc.subarray([...TEAMS]),
        administrator: fc.constant(false),
      })
      .map((caller): Caller => caller),
    action: fc.constantFrom('use' as const, 'read' as const, 'manage' as const),
    resource: fc.record({ kind: fc.constantFrom('model', 'tool'), name: fc.constantFrom(...NAMES) }),
    context: fc.record(
      {
        nowMs: fc.integer({ min: 1_700_000_000_000, max: 1_800_000_000_000 }),
        tokens: fc.integer({ min: 0, max: 600 }),
        stream: fc.boolean(),
        tools: fc.boolean(),
        labels: fc.record({ data: fc.constantFrom('secret', 'public') }, { requiredKeys: [] }),
      },
      { requiredKeys: ['nowMs'] },
    ),
  }),
  { minLength: 1, maxLength: 12 },
)

function compile(
  written: readonly WrittenGrant[],
  names = written.map((_, place) => `g${String(place).padStart(2, '0')}`),
) {
  const documents: object[] = [
    ...TEAMS.map((name) => ({ kind: 'Team', metadata: { name }, spec: {} })),
    ...['one', 'two'].map((name) => ({ kind: 'App', metadata: { name }, spec: {} })),
    { kind: 'Agent', metadata: { name: 'bot' }, spec: { owner: 'user:ann', purpose: 'Tests.', riskTier: 1 } },
    ...written.map((spec, place) => ({ kind: 'Grant', metadata: { name: names[place] }, spec })),
  ]
  return compileAccess(documentSet(KINDS, documents.map((document) => JSON.stringify(document)).join('\n---\n')))
}

/** The rules read aloud, one by one: what the compiled form must equal. */
function naive(written: readonly WrittenGrant[], request: AccessRequest): 'allow' | 'deny' {
  const key = `${request.resource.kind}:${request.resource.name}`
  const subjects = ['org', request.caller.principal, ...request.caller.teams.map((team) => `team:${team}`)]
  const matching = written.filter((grant) => {
    if (grant.mode !== 'enforce' || !grant.actions.some((action) => action === request.action)) return false
    if (grant.expires !== undefined && request.context.nowMs >= Date.parse(grant.expires)) return false
    if (!grant.to.some((subject) => subjects.includes(subject))) return false
    const onResource = grant.on.some((pattern) => {
      const parts = pattern.split('*').map((part) => part.replace(/[/.]/g, '\\$&'))
      return new RegExp(`^${parts.join('.*')}$`).test(key)
    })
    const outcome = grant.when === undefined ? true : CONDITIONS[grant.when]?.(request)
    return onResource && (outcome === 'fails' ? grant.effect === 'deny' : outcome === true)
  })
  if (matching.some((grant) => grant.effect === 'deny')) return 'deny'
  return matching.some((grant) => grant.effect === 'allow') ? 'allow' : 'deny'
}

describe('properties of access', () => {
  test('the compiled rules decide as the rules read one by one', () => {
    let allowed = 0
    let denied = 0
    fc.assert(
      fc.property(grants, requests, (written, asked) => {
        const index = compile(written)
        for (const request of asked) {
          const { effect } = decide(index, request)
          if (effect === 'allow') allowed += 1
          else denied += 1
          expect(effect).toBe(naive(written, request))
          expect(explain(index, request).decision.effect).toBe(effect)
        }
      }),
      { numRuns: 120 },
    )
    expect(Math.min(allowed, denied)).toBeGreaterThan(20)
  })

  test('one more grant that denies never lets anybody do anything more', () => {
    fc.assert(
      fc.property(grants, grants, requests, (written, more, asked) => {
        const before = compile(written)
        const after = compile([...written, ...more.map((grant) => ({ ...grant, effect: 'deny' as const }))])
        for (const request of asked) {
          if (decide(after, request).effect === 'allow') expect(decide(before, request).effect).toBe('allow')
        }
      }),
      { numRuns: 60 },
    )
  })

  test('narrowing a key never lets it do more than its principal may', () => {
    const narrowings = some('model:gpt-*', 'model:small', 'tool:*', '*', 'model:gpt-x')
    fc.assert(
      fc.property(grants, requests, narrowings, (written, asked, narrowTo) => {
        const index = compile(written)
        for (const request of asked) {
          const narrowed = { ...request, caller: { ...request.caller, narrowTo } }
          if (decide(index, narrowed).effect === 'allow') expect(decide(index, request).effect).toBe('allow')
        }
      }),
      { numRuns: 60 },
    )
  })

  test('the order and the names of grants decide nothing', () => {
    fc.assert(
      fc.property(grants, requests, (written, asked) => {
        const index = compile(written)
        const reversed = compile(
          written,
          [...written.keys()].map((place) => `z${String(99 - place)}`),
        )
        for (const request of asked) expect(decide(reversed, request).effect).toBe(decide(index, request).effect)
      }),
      { numRuns: 60 },
    )
  })

  test('whoever acts for somebody may what both may, and nothing else', () => {
    let both = 0
    fc.assert(
      fc.property(grants, requests, requests, (written, asked, others) => {
        const index = compile(written)
        for (const [place, request] of asked.entries()) {
          const other = others[place % others.length]?.caller
          if (!other) continue
          const acting = { ...request, caller: { ...request.caller, onBehalfOf: other } }
          const theirs = decide(index, { ...request, caller: other }).effect
          const own = decide(index, request).effect
          const expected = own === 'allow' && theirs === 'allow' ? 'allow' : 'deny'
          if (expected === 'allow') both += 1
          expect(decide(index, acting).effect).toBe(expected)
          expect(explain(index, acting).decision.effect).toBe(expected)
        }
      }),
      { numRuns: 80 },
    )
    expect(both).toBeGreaterThan(5)
  })

  test('who can always may in every moment and request, who never can in none', () => {
    const seen = { always: 0, sometimes: 0, never: 0 }
    fc.assert(
      fc.property(grants, requests, (written, asked) => {
        const index = compile(written)
        for (const request of asked) {
          const { action, resource, caller } = request
          const { may } = standingOf(index, caller, { action, resource, nowMs: request.context.nowMs })
          seen[may] += 1
          const { effect } = decide(index, request)
          if (may === 'always') expect(effect).toBe('allow')
          if (may === 'never') expect(effect).toBe('deny')
        }
      }),
      { numRuns: 80 },
    )
    expect(Math.min(seen.always, seen.sometimes, seen.never)).toBeGreaterThan(5)
  })
})
