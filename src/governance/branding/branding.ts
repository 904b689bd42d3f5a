import { type BrandingAnswer, brandingSpec } from '../../contract/branding.ts'
import { type Document, type DocumentSet, digestOf } from '../../platform/documents/index.ts'
import { type BrandingDocument, brandingKind } from './branding.kind.ts'
import { paletteOf } from './palettes.ts'

/**
 * How the product looks to somebody of these teams (nearest first): as their nearest team with a branding of its own
 * says, else as the organisation says, else as it comes.
 */
export function brandingFor(documents: DocumentSet, teams: readonly string[] = []): BrandingAnswer {
  const all = documents.all(brandingKind)
  const scopes = [...teams.map((team) => `team:${team}`), 'org']
  const found = scopes
    .map((scope) => all.find(({ spec }) => spec.appliesTo.includes(scope)))
    .find((document) => document !== undefined)
  return answerOf(found)
}

function answerOf(document: Document<BrandingDocument> | undefined): BrandingAnswer {
  const { appliesTo: _, ...said } = document?.spec ?? { ...brandingSpec.parse({}), appliesTo: [] }
  const { colors } = said
  const whole = { ...said, colors: { light: paletteOf(colors, 'light'), dark: paletteOf(colors, 'dark') } }
  return { ...whole, version: digestOf(whole).slice(0, 16) }
}
