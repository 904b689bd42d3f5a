import type { Random } from '../../lib/random.ts'
import { providerKind } from '../../models/providers/index.ts'
import { modelKind } from '../../models/routing/index.ts'
import { documentSet } from '../../platform/documents/index.ts'
import { resourceGroupKind } from '../access/index.ts'
import { appKind, teamKind } from '../identity/index.ts'
import { compileGuardrails, type GuardrailOptions } from './compile.ts'
import { compilePattern, type Piece } from './engine/pattern.ts'
import { guardrailKind } from './guardrail.kind.ts'
import type { Guards } from './guardrail-index.ts'
import { guardsFor } from './guards.ts'
import { smallModels } from './models/small-models.ts'
import { wordListKind } from './word-list.kind.ts'

/** The kinds that guardrails in tests may name. */
export const TEST_KINDS = Object.freeze([
  guardrailKind,
  wordListKind,
  teamKind,
  appKind,
  resourceGroupKind,
  providerKind,
  modelKind,
])

const MODELS = smallModels()

/** The guards of somebody in `scopes`, by documents in YAML: for tests. */
export function guardsOf(yaml: string, scopes: readonly string[] = ['org'], options: GuardrailOptions = {}): Guards {
  return guardsFor(compileGuardrails(documentSet(TEST_KINDS, yaml), { models: MODELS, ...options }), scopes)
}

/** One guardrail for all, with these checks (flow YAML), whose time stands still: for tests. */
export function guardsWith(checks: string): Guards {
  const document = `kind: Guardrail\nmetadata: {name: test}\nspec:\n  appliesTo: [org]\n  checks: ${checks}\n`
  return guardsOf(document, ['org'], { monotonic: () => 0 })
}

const PRINTABLE = Array.from({ length: 95 }, (_, code) => String.fromCharCode(32 + code))

/** A text that a pattern matches, drawn at random; what is optional is seldom long. For tests. */
export function sampleOf(source: string, flags: '' | 'i', random: Random): string {
  const { pieces } = compilePattern(source, flags)
  return pieces.map((piece) => sampleOfPiece(piece, random)).join('')
}

function sampleOfPiece(piece: Piece, random: Random): string {
  if (piece.kind === 'ahead') return ''
  const times = piece.min + Math.floor(random.fraction() * (Math.min(piece.max - piece.min, 6) + 1))
  return Array.from({ length: times }, () => {
    if (piece.kind === 'one-of') return drawn(charactersOf(piece.source), random)
    const alternative = piece.alternatives[Math.floor(random.fraction() * piece.alternatives.length)] ?? []
    return alternative.map((inner) => sampleOfPiece(inner, random)).join('')
  }).join('')
}

function charactersOf(source: string): readonly string[] {
  const set = new RegExp(`^(?:${source})$`)
  return PRINTABLE.filter((character) => set.test(character))
}

function drawn(characters: readonly string[], random: Random): string {
  return characters[Math.floor(random.fraction() * characters.length)] ?? ''
}
