import type { GuardrailTest, GuardrailTestAnswer } from '../../contract/guardrails.ts'
import { canonicalJson } from '../../lib/crypto.ts'
import { GatewayError } from '../../lib/errors.ts'
import { lruCache } from '../../lib/lru.ts'
import type { DocumentSet } from '../../platform/documents/index.ts'
import { DETECTORS } from './detectors/index.ts'
import { buildScanner } from './engine/scan.ts'
import { detectorNamed, type GuardrailCheck, readCheck } from './guardrail.kind.ts'
import type { Plan } from './guardrail-index.ts'
import type { Channel } from './inspection.ts'
import { lookAt } from './look.ts'
import { type SmallModels, smallModels } from './models/small-models.ts'

/** Tries checks on texts, without a policy that names them. */
export interface GuardrailTrial {
  /** What checks find in a text. Throws `invalid_request` for a check that no Guardrail could have. */
  readonly try: (documents: DocumentSet, test: GuardrailTest) => GuardrailTestAnswer
}

const KEPT = 16
const CHANNELS: Readonly<Record<GuardrailTest['phase'], Channel>> = {
  input: 'user',
  output: 'assistant',
  'tool-arguments': 'tool-arguments',
  'tool-result': 'tool-result',
  ingest: 'document',
}
const VOICES: Readonly<Record<string, Channel>> = {
  system: 'system',
  developer: 'system',
  user: 'user',
  assistant: 'assistant',
  tool: 'tool-result',
}

/** Makes the bench on which checks are tried. The last few sets of checks stay ready. */
export function guardrailTrial(monotonic: () => number, models: SmallModels = smallModels()): GuardrailTrial {
  const kept = lruCache<string, { readonly documents: DocumentSet; readonly ready: Ready }>(KEPT)
  const readyFor = (documents: DocumentSet, checks: GuardrailTest['checks']): Ready => {
    const key = canonicalJson(JSON.parse(JSON.stringify(checks ?? null)))
    const known = kept.get(key)
    if (known?.documents === documents) return known.ready
    const ready = readyOf(checks?.map(checkAt) ?? everyCheck(), { documents, models })
    kept.set(key, { documents, ready })
    return ready
  }
  return {
    try: (documents, { text, messages, phase, checks }) => {
      const ready = readyFor(documents, checks)
      const texts: readonly Text[] = messages
        ? messages.map(({ role, content }, message) => ({
            text: textOf(content),
            channel: VOICES[role] ?? 'user',
            message,
          }))
        : [{ text: text ?? '', channel: CHANNELS[phase] }]
      return tried(ready, texts, monotonic)
    },
  }
}

interface Text {
  readonly text: string
  readonly channel: Channel
  readonly message?: number
}

function textOf(content: string | readonly { readonly text?: string | undefined }[]): string {
  return typeof content === 'string' ? content : content.map(({ text }) => text ?? '').join('\n')
}

function checkAt(value: Readonly<Record<string, unknown>>, place: number): GuardrailCheck {
  const check = readCheck({ action: 'flag', ...value })
  if (typeof check !== 'string') return check
  throw new GatewayError('invalid_request', { message: `checks.${place}: ${check}`, param: `checks.${place}` })
}

/** One check for every detector that can do without options. */
function everyCheck(): readonly GuardrailCheck[] {
  return DETECTORS.flatMap(({ name }) => {
    const check = readCheck({ detector: name, action: 'flag' })
    return typeof check === 'string' ? [] : [check]
  })
}

type Ready = ReturnType<typeof readyOf>

function readyOf(
  checks: readonly GuardrailCheck[],
  context: { readonly documents: DocumentSet; readonly models: SmallModels },
) {
  const detectors = checks.flatMap((check) => detectorNamed(check.detector) ?? [])
  const units = detectors.map((detector, number) => detector.compile(checks[number], context))
  return { checks, detectors, units, scanner: buildScanner(units) }
}

function tried(ready: Ready, texts: readonly Text[], monotonic: () => number): GuardrailTestAnswer {
  const { checks, detectors, units, scanner } = ready
  const findings: GuardrailTestAnswer['findings'] = []
  const states = checks.map(({ detector }) => ({ detector, state: 'skipped', findings: 0, microseconds: 0 }) as State)
  const budgetMs = Math.max(...checks.map(({ timeout }) => timeout))
  for (const { text, channel, message } of texts) {
    const active = Uint8Array.from(detectors, ({ channels }) => Number(channels.includes(channel)))
    const plan: Plan = { checks: [], active, budgetMs, key: '' }
    const look = lookAt({ units, scanner, monotonic }, { plan, channel, text, open: false, budgetMs })
    look.units.forEach((unit, number) => {
      const check = checks[number]
      const state = states[number]
      if (!unit || !check || !state) return
      const microseconds = Math.round(unit.tookMs * 1_000)
      state.microseconds += microseconds
      if (state.state !== 'not-run') state.state = unit.failed ? 'not-run' : 'ran'
      for (const { kind, start, end, score, view = 'text' } of unit.findings) {
        if (score < (check.thresholds?.[kind] ?? check.threshold)) continue
        state.findings++
        const place = { check: number, ...(message !== undefined && { message }) }
        findings.push({ detector: check.detector, kind, start, end, score, view, microseconds, ...place })
      }
    })
  }
  const order = (at: number | undefined) => at ?? 0
  return {
    findings: findings.toSorted((a, b) => order(a.message) - order(b.message) || a.start - b.start || a.end - b.end),
    checks: states,
  }
}

type State = GuardrailTestAnswer['checks'][number]
