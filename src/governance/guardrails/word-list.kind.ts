import { z } from 'zod'
import { defineKind, type Kind } from '../../platform/documents/index.ts'

/** What a WordList says. */
export interface WordListSpec {
  readonly words: readonly string[]
}

/** Words that guardrails name together: project names, customers, forbidden terms. */
export const wordListKind: Kind<WordListSpec> = defineKind<WordListSpec>({
  kind: 'WordList',
  summary: 'Words and phrases that guardrails look for under one name.',
  schema: z.strictObject({ words: z.array(z.string().trim().min(1).max(200)).min(1).max(20_000) }),
  example: `apiVersion: gatehouse/v1
kind: WordList
metadata: {name: project-names}
spec:
  words: [Blue Heron, Kestrel]
`,
})
