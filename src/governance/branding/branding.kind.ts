import { z } from 'zod'
import { type BrandingSpec, brandingSpec } from '../../contract/branding.ts'
import {
  type Document,
  type DocumentSet,
  defineKind,
  type Kind,
  type ProblemAt,
} from '../../platform/documents/index.ts'
import { contrastProblems } from './palettes.ts'

const SCOPE = /^(?:org|team:[^\s:][^\s]{0,255})$/

/** What a Branding document says. */
export interface BrandingDocument extends BrandingSpec {
  /** `org`, or teams that look different. */
  readonly appliesTo: readonly string[]
}

/** How the product looks and speaks, for the organisation or for a team of it. */
export const brandingKind: Kind<BrandingDocument> = defineKind<BrandingDocument>({
  kind: 'Branding',
  summary: 'Name, logos, colours and words of the web app and of e-mails, for the organisation or a team.',
  schema: brandingSpec.extend({
    appliesTo: z
      .array(z.string().regex(SCOPE, { error: 'expected org or a team such as team:claims' }))
      .min(1)
      .max(100)
      .default(['org']),
  }),
  references: (spec) =>
    spec.appliesTo.flatMap((scope, place) =>
      scope.startsWith('team:') ? [{ at: ['appliesTo', place], kind: 'Team', name: scope.slice('team:'.length) }] : [],
    ),
  problems: (document, documents) => [...contrastProblems(document.spec.colors), ...rivals(document, documents)],
  example: `apiVersion: gatehouse/v1
kind: Branding
metadata: {name: organisation}
spec:
  name: Aurora AI
  assistant: Aurora
  colors:
    light: {accent: '#0b6e4f'}
    dark: {accent: '#5fd3a8'}
  support: {label: Help desk, href: 'mailto:help@example.com'}
  notice: {version: '2026-11', title: Before you begin, text: Answers may be wrong. Check what matters., consent: true}
`,
})

/** Two documents for the same people would leave it to chance how things look. */
function rivals({ name, spec }: Document<BrandingDocument>, documents: DocumentSet): readonly ProblemAt[] {
  return spec.appliesTo.flatMap((scope, place): readonly ProblemAt[] => {
    const other = documents.all(brandingKind).find((one) => one.name < name && one.spec.appliesTo.includes(scope))
    if (!other) return []
    return [{ at: ['appliesTo', place], message: `${scope} has a branding already: ${other.name}`, hint: 'Keep one.' }]
  })
}
