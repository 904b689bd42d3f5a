import { describe, expect, test } from 'bun:test'
import { documentSet } from '../../platform/documents/index.ts'
import { compileGuardrails } from './compile.ts'
import { ALL_CHANNELS, ALL_PHASES, defineDetector } from './detectors/detector.ts'
import type { Guards } from './guardrail-index.ts'
import { guardsFor } from './guards.ts'
import { inspectAnswerText, inspectSegments } from './inspect.ts'
import type { Channel, Inspection, Phase } from './inspection.ts'
import { guardsOf, guardsWith, TEST_KINDS } from './testing.ts'

function inspect(guards: Guards, text: string, channel: Channel = 'user', phase: Phase = 'input'): Inspection {
  const inspection = inspectSegments(guards, phase, [{ channel, text }])
  if (inspection instanceof Promise) throw new Error('expected to be synchronous')
  return inspection
}

const guardrail = (name: string, spec: string) => `kind: Guardrail\nmetadata: {name: ${name}}\nspec: ${spec}\n---\n`
const problemsOf = (yaml: string) => {
  try {
    documentSet(TEST_KINDS, yaml)
    return ''
  } catch (cause) {
    return String(cause)
  }
}

describe('a Guardrail document', () => {
  test.each([
    ['{appliesTo: [org], checks: [{detector: secret, action: block}]}', 'Did you mean secrets?'],
    ['{appliesTo: [org], checks: [{detector: words, action: block, word: [x]}]}', 'Did you mean words?'],
    [
      '{appliesTo: [org], checks: [{detector: secrets, kinds: [AWS_ACCES_KEY], action: block}]}',
      'Did you mean AWS_ACCESS_KEY?',
    ],
    [
      '{appliesTo: [org], checks: [{detector: words, lists: [birds], action: block}]}',
      'there is no WordList named birds',
    ],
    ['{appliesTo: [org], checks: [{detector: words, action: block}]}', 'needs words or lists'],
    ['{appliesTo: ["team:x"], checks: [{detector: secrets, action: flag}]}', 'there is no Team named x'],
    ['{appliesTo: [org], checks: [{detector: secrets, action: mask, threshold: 2}]}', 'threshold'],
    ['{appliesTo: [org], checks: [{detector: secrets, action: mask, timeout: 2h}]}', 'between 1ms and 60s'],
  ])('%s is told what is wrong', (spec, message) => {
    expect(problemsOf(guardrail('g', spec))).toContain(message)
  })

  test('of each kind has an example that compiles', () => {
    const examples = TEST_KINDS.filter(({ kind }) => ['Guardrail', 'WordList'].includes(kind)).map(
      ({ example }) => example,
    )
    expect(compileGuardrails(documentSet(TEST_KINDS, examples.join('---\n'))).size).toBe(1)
  })
})

describe('what is found', () => {
  const of = (action: string, more = '') =>
    guardsOf(
      guardrail('g', `{appliesTo: [org], ${more} checks: [{detector: words, words: [kestrel], action: ${action}}]}`),
    )

  test('is masked, and counted, and never repeated', () => {
    const { replaced, blocked, verdicts } = inspect(of('mask'), 'a Kestrel and a kestrel')
    expect(replaced.get(0)).toBe('a [WORD removed] and a [WORD removed]')
    expect(blocked).toBeUndefined()
    expect(verdicts).toMatchObject([
      { guardrail: 'g', detector: 'words', phase: 'input', action: 'mask', mode: 'enforce', findings: 2, state: 'ran' },
    ])
    expect(JSON.stringify(verdicts).toLowerCase()).not.toContain('kestrel')
  })

  test('blocks, with a message of ours or of the policy, without the text', () => {
    expect(inspect(of('block'), 'a kestrel').blocked).toEqual({
      guardrail: 'g',
      detector: 'words',
      message: 'The guardrail g stopped this: it contains a word that may not be used here.',
    })
    expect(inspect(of('block', 'message: No birds.,'), 'a kestrel').blocked?.message).toBe('No birds.')
  })

  test('is only noted by flag, and in monitor mode', () => {
    expect(inspect(of('flag'), 'a kestrel')).toMatchObject({
      verdicts: [{ action: 'flag', findings: 1 }],
      replaced: new Map(),
    })
    const watched = inspect(of('block', 'mode: monitor,'), 'a kestrel')
    expect(watched).toMatchObject({ verdicts: [{ action: 'block', mode: 'monitor', findings: 1 }] })
    expect(watched.blocked).toBeUndefined()
  })

  test('is nothing to a guardrail that is off', () => {
    const guards = of('block', 'mode: off,')
    expect([guards.inspectsCalls, guards.inspectsAnswers]).toEqual([false, false])
    expect(inspect(guards, 'a kestrel').verdicts).toEqual([])
  })

  test('blocks also when another check masks it', () => {
    const guards = guardsWith(
      '[{detector: words, words: [kestrel], action: mask}, {detector: words, words: [kestrel], action: block}]',
    )
    const { blocked, replaced } = inspect(guards, 'a kestrel')
    expect(blocked?.detector).toBe('words')
    expect(replaced.size).toBe(0)
  })

  test('leaves tool arguments valid JSON', () => {
    const guards = guardsWith('[{detector: secrets, action: mask}]')
    const text = JSON.stringify({ env: `A=1\nTOKEN=ghp_${'aB3dE6gH9j'.repeat(4)}\nB=2`, n: 1 })
    const inspection = inspectAnswerText(guards, 'tool-arguments', text)
    if (inspection instanceof Promise) throw new Error('expected to be synchronous')
    expect(JSON.parse(inspection.replaced.get(0) ?? '')).toEqual({
      env: 'A=1\nTOKEN=[GITHUB_TOKEN removed]\nB=2',
      n: 1,
    })
  })
})

describe('where a check looks', () => {
  const phases = (list: string) => guardsWith(`[{detector: words, words: [kestrel], action: block, phases: [${list}]}]`)
  const blocks = (guards: Guards, channel: Channel, phase: Phase) =>
    inspect(guards, 'a kestrel', channel, phase).blocked !== undefined

  test.each([
    ['input', 'user', 'input', true],
    ['input', 'system', 'input', true],
    ['input', 'tool-result', 'input', true],
    ['input', 'tool-arguments', 'input', true],
    ['input', 'assistant', 'output', false],
    ['output', 'user', 'input', false],
    ['output', 'assistant', 'output', true],
    ['output', 'tool-arguments', 'output', false],
    ['tool-arguments', 'tool-arguments', 'output', true],
    ['tool-arguments', 'tool-arguments', 'input', true],
    ['tool-arguments', 'user', 'input', false],
    ['tool-result', 'tool-result', 'input', true],
    ['tool-result', 'user', 'input', false],
    ['ingest', 'document', 'ingest', true],
    ['ingest', 'document', 'input', false],
  ] as const)('phase %s, a text of %s in %s: %p', (listed, channel, phase, expected) => {
    expect(blocks(phases(listed), channel, phase)).toBe(expected)
  })

  test('says beforehand whether calls and answers are looked at', () => {
    expect(phases('input')).toMatchObject({ inspectsCalls: true, inspectsAnswers: false })
    expect(phases('output')).toMatchObject({ inspectsCalls: false, inspectsAnswers: true })
    expect(phases('tool-result')).toMatchObject({ inspectsCalls: true, inspectsAnswers: false })
  })

  test('a check that saw no text is skipped, never said to have run', () => {
    const { verdicts } = inspect(phases('tool-result'), 'a kestrel', 'user')
    expect(verdicts).toMatchObject([{ state: 'skipped', findings: 0, action: 'allow' }])
  })
})

describe('who is bound', () => {
  const yaml =
    'kind: Team\nmetadata: {name: claims}\nspec: {}\n---\n' +
    'kind: Provider\nmetadata: {name: play}\nspec: {type: sandbox}\n---\n' +
    'kind: Model\nmetadata: {name: assistant}\nspec: {targets: [{provider: play, model: echo}]}\n---\n' +
    'kind: ResourceGroup\nmetadata: {name: open}\nspec: {select: [{kind: Model, names: [assistant]}]}\n---\n' +
    guardrail('for-all', '{appliesTo: [org], checks: [{detector: words, words: [kestrel, wren], action: block}]}') +
    guardrail(
      'for-claims',
      '{appliesTo: ["team:claims"], checks: [{detector: words, words: [osprey], action: block}]}',
    ) +
    guardrail('for-models', '{appliesTo: ["model:gpt-*"], checks: [{detector: words, words: [kite], action: block}]}') +
    guardrail('for-group', '{appliesTo: ["group:open"], checks: [{detector: words, words: [stork], action: block}]}')

  test.each([
    [['org'], 'kestrel', true],
    [['org'], 'osprey', false],
    [['org', 'team:claims'], 'osprey', true],
    [['team:claims'], 'kestrel', true],
    [['org', 'model:gpt-5'], 'kite', true],
    [['org', 'model:claude'], 'kite', false],
    [['org', 'model:assistant'], 'stork', true],
  ])('%j meets "%s": %p', (scopes, word, expected) => {
    expect(inspect(guardsOf(yaml, scopes), `a ${word}`).blocked !== undefined).toBe(expected)
  })

  test('the same scopes give the same guards, without compiling anew', () => {
    const index = compileGuardrails(documentSet(TEST_KINDS, yaml))
    expect(guardsFor(index, ['org', 'team:claims'])).toBe(guardsFor(index, ['org', 'team:claims']))
  })
})

describe('an allow', () => {
  const allow = '{detector: words, words: ["kestrel club"], action: allow}'
  const block = '{detector: words, words: [kestrel], action: block}'
  const team = 'kind: Team\nmetadata: {name: claims}\nspec: {}\n---\n'
  const narrow = guardrail('narrow', `{appliesTo: ["team:claims"], checks: [${allow}]}`)
  const blocked = (yaml: string, text: string) =>
    inspect(guardsOf(team + yaml, ['org', 'team:claims']), text).blocked !== undefined

  test('takes what it covers from a wider guardrail, and nothing else', () => {
    const yaml = guardrail('wide', `{appliesTo: [org], checks: [${block}]}`) + narrow
    expect(blocked(yaml, 'the Kestrel Club meets')).toBe(false)
    expect(blocked(yaml, 'the Kestrel Club meets a kestrel')).toBe(true)
  })

  test('takes nothing from a mandatory one', () => {
    const yaml = guardrail('wide', `{appliesTo: [org], mandatory: true, checks: [${block}]}`) + narrow
    expect(blocked(yaml, 'the Kestrel Club meets')).toBe(true)
  })

  test('of a wider guardrail takes nothing from a narrower one', () => {
    const yaml =
      guardrail('wide', `{appliesTo: [org], checks: [${allow}]}`) +
      guardrail('narrower', `{appliesTo: ["team:claims"], checks: [${block}]}`)
    expect(blocked(yaml, 'the Kestrel Club meets')).toBe(true)
  })

  test('within one guardrail counts, mandatory or not', () => {
    expect(
      blocked(
        guardrail('one', `{appliesTo: [org], mandatory: true, checks: [${allow}, ${block}]}`),
        'the kestrel club',
      ),
    ).toBe(false)
  })
})

describe('a check that could not run', () => {
  const failing = (look: () => never[]) =>
    new Map([
      [
        'words',
        defineDetector({
          name: 'words',
          subject: 'nothing',
          options: {},
          phases: ALL_PHASES,
          channels: ALL_CHANNELS,
          compile: () => ({ rules: [], find: look, longestMatch: 10 }),
        }),
      ],
    ])
  const throwing = failing(() => {
    throw new Error('broken')
  })
  const check = (more: string, action = 'block') =>
    guardrail('g', `{appliesTo: [org], checks: [{detector: words, words: [x], action: ${action}${more}}]}`)

  test('blocks when it is closed, and is not recorded as having run', () => {
    const { blocked, verdicts } = inspect(guardsOf(check(''), ['org'], { detectors: throwing }), 'text')
    expect(blocked?.message).toBe('The guardrail g could not look at this content, and lets nothing pass unseen.')
    expect(verdicts).toMatchObject([{ state: 'not-run', action: 'block', findings: 0 }])
  })

  test('lets pass when it is open, and is not recorded as having run', () => {
    const { blocked, verdicts } = inspect(
      guardsOf(check(', onFailure: open'), ['org'], { detectors: throwing }),
      'text',
    )
    expect(blocked).toBeUndefined()
    expect(verdicts).toMatchObject([{ state: 'not-run', action: 'allow' }])
  })

  test('only notes it when it only flags', () => {
    expect(inspect(guardsOf(check('', 'flag'), ['org'], { detectors: throwing }), 'text')).toMatchObject({
      verdicts: [{ state: 'not-run' }],
    })
  })

  test('counts as not run when it took longer than it may', () => {
    let now = 0
    const slow = failing(() => {
      now += 30
      return []
    })
    const options = { detectors: slow, monotonic: () => now }
    expect(inspect(guardsOf(check(', timeout: 20ms'), ['org'], options), 'text').verdicts).toMatchObject([
      { state: 'not-run', microseconds: 30_000 },
    ])
    const twice = inspectSegments(guardsOf(check(', timeout: 40ms'), ['org'], options), 'input', [
      { channel: 'user', text: 'one' },
      { channel: 'user', text: 'two' },
    ])
    expect(twice).toMatchObject({ verdicts: [{ state: 'not-run', microseconds: 60_000 }] })
    expect(inspect(guardsOf(check(', timeout: 40ms'), ['org'], options), 'text').verdicts).toMatchObject([
      { state: 'ran', microseconds: 30_000 },
    ])
  })
})

describe('texts seen before', () => {
  test('are not looked at again, and come to the same', () => {
    let looks = 0
    const counting = new Map([
      [
        'words',
        defineDetector({
          name: 'words',
          subject: 'x',
          options: {},
          phases: ALL_PHASES,
          channels: ALL_CHANNELS,
          compile: () => ({
            rules: [],
            longestMatch: 4,
            find: (text) => {
              looks++
              const start = text.indexOf('bird')
              return start < 0 ? [] : [{ start, end: start + 4, kind: 'BIRD', score: 1 }]
            },
          }),
        }),
      ],
    ])
    const guards = guardsOf(
      guardrail('g', '{appliesTo: [org], checks: [{detector: words, words: [x], action: mask}]}'),
      ['org'],
      { detectors: counting },
    )
    const text = `${'long '.repeat(80)}bird`
    const [first, second] = [inspect(guards, text), inspect(guards, text)]
    expect(looks).toBe(1)
    expect(second.replaced).toEqual(first.replaced)
    expect(first.replaced.get(0)).toEndWith('[BIRD removed]')
    inspect(guards, text, 'system')
    inspect(guards, `${text}!`)
    expect(looks).toBe(3)
  })
})
