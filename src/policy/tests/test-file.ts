import { z } from 'zod'
import {
  duration,
  instant,
  money,
  type Problem,
  readYaml,
  type SourceDocument,
} from '../../platform/documents/index.ts'

const name = () => z.string().min(1).max(256)
const oneOrMore = () => z.union([name(), z.array(name()).min(1).max(64)])

const PRINCIPAL = /^(?:app|user|agent|key):[^\s]{1,256}$/
const RESOURCE = /^[a-z][a-z-]*:[^\s]{1,256}$/

const text = z.strictObject({
  channel: z
    .enum(['system', 'user', 'assistant', 'tool-arguments', 'tool-result', 'tool-schema', 'document'])
    .default('user'),
  text: z.string().max(1_000_000),
})

const operation = {
  /** `user:x`, `app:x`, `agent:x`, or `key:x` for whose key it is, narrowed as that key is. */
  as: z.string().regex(PRINCIPAL, { error: 'expected user:x, app:x, agent:x or key:x' }),
  /** For whom an agent acts. */
  for: z
    .string()
    .regex(/^user:[^\s]{1,256}$/, { error: 'expected user:x' })
    .optional(),
  /** Groups at the identity provider: the person is in the teams that name them. */
  groups: z.array(name()).max(100).default([]),
  action: z.enum(['use', 'read', 'write', 'manage', 'approve', 'reveal', 'export']).default('use'),
  /** `model:assistant`. */
  on: z.string().regex(RESOURCE, { error: 'expected a resource such as model:assistant' }),
  /** When; 2026-01-05T12:00:00Z (a Monday) when absent. */
  at: instant().optional(),
  with: z
    .strictObject({
      tokens: z.int().min(0).max(100_000_000).default(100),
      outputTokens: z.int().min(0).max(100_000_000).default(100),
      stream: z.boolean().default(false),
      tools: z.boolean().default(false),
      surface: z.string().max(64).default('openai-chat'),
      /** What is written, by the user. */
      text: z.string().max(1_000_000).optional(),
      /** The same where more than one text matters, or another voice. */
      texts: z.array(text).max(100).default([]),
      /** In which direction: a call's texts or an answer's. */
      phase: z.enum(['input', 'output']).default('input'),
    })
    .prefault({}),
  /** What budgets have spent already, by their names. */
  spent: z.record(name(), money()).default({}),
  /** How often the same was done before in the same instant, each with its whole estimate spent. */
  after: z.int().min(0).max(100_000).default(0),
  /** How many of the same are still in flight. */
  inFlight: z.int().min(0).max(100_000).default(0),
}

const verdict = z.strictObject({
  guardrail: name(),
  detector: name().optional(),
  action: z.enum(['flag', 'mask', 'block']).optional(),
  mode: z.enum(['enforce', 'monitor']).optional(),
})

const expectation = z.strictObject({
  /** How the operation would end. */
  outcome: z.enum(['allowed', 'denied', 'limited', 'blocked', 'rejected']).optional(),
  /** What grants say, whatever else happens. */
  decision: z.enum(['allow', 'deny']).optional(),
  /** The grants that decided; `none` when no grant did. */
  by: oneOrMore().optional(),
  /** The code of the error. */
  error: name().optional(),
  /** The limit or budget that refused. */
  limit: name().optional(),
  /** What the budget with the least left has left after this operation is held. */
  budgetRemaining: money().optional(),
  /** The model that a budget chooses instead. */
  downgradedTo: name().optional(),
  /** What guardrails find, all of it; an empty list when they find nothing. */
  guardrails: z.array(verdict).max(100).optional(),
  /** The (first) text as it goes on, masked. */
  text: z.string().max(1_000_000).optional(),
  /** `provider/model` that is asked first; a list where chance decides among several. */
  target: oneOrMore().optional(),
  /** What is in monitor mode and would have decided otherwise: `<name>: deny`. */
  wouldHave: z.array(name()).max(100).optional(),
})

const operationTest = z.strictObject({ name: name(), ...operation, expect: expectation })
const documentTest = z.strictObject({
  name: name(),
  /** Documents to be validated, with those of the file. */
  documents: z.array(z.unknown()).min(1).max(1_000),
  expect: z.union([
    z.strictObject({ valid: z.literal(true) }),
    /** A part of each message, all of them. */
    z.strictObject({ problems: z.array(name()).min(1).max(100) }),
  ]),
})

const testFile = z.strictObject({
  /** Files and directories of documents, relative to the test file. */
  policy: oneOrMore().optional(),
  documents: z.array(z.unknown()).max(10_000).optional(),
  tests: z
    .array(z.unknown().transform((value, context) => readTest(value, context)))
    .min(1)
    .max(10_000),
  /** A bound on how long all of them may take. */
  timeout: duration().optional(),
})

/** What an operation is expected to come to. */
export type Expectation = z.infer<typeof expectation>
/** A test that lets an operation happen. */
export type OperationTest = z.infer<typeof operationTest>
/** A test that validates documents. */
export type DocumentTest = z.infer<typeof documentTest>
/** One test of a file. */
export type PolicyTest = OperationTest | DocumentTest

/** A `*.test.yaml`, read. */
export interface TestFile {
  readonly file: string
  readonly policy: readonly string[] | undefined
  /** Documents that stand in the file itself. */
  readonly documents: readonly SourceDocument[] | undefined
  readonly tests: readonly PolicyTest[]
  readonly lineOf: (test: number) => number
}

function readTest(value: unknown, context: z.core.ParsePayload): PolicyTest {
  const isOfDocuments = typeof value === 'object' && value !== null && 'documents' in value
  // A union would say of every mistake that nothing fits; which of the two is meant can be told.
  const read = isOfDocuments ? documentTest.safeParse(value) : operationTest.safeParse(value)
  if (read.success) return read.data
  for (const issue of read.error.issues) context.issues.push({ ...issue, input: value } as z.core.$ZodRawIssue)
  return z.NEVER
}

/** Reads a `*.test.yaml`: what it says, or everything that is wrong with it. Never throws. */
export function readTestFile(
  file: string,
  text: string,
):
  | { readonly kind: 'tests'; readonly tests: TestFile }
  | { readonly kind: 'problems'; readonly problems: readonly Problem[] } {
  const { documents: found, problems } = readYaml({ file, text, owner: 'console' })
  const [source] = found
  if (!source || problems.length > 0) {
    const empty = {
      file,
      line: 1,
      column: 1,
      message: 'there are no tests here',
      hint: 'Write tests: [{name, as, on, expect}].',
    }
    return { kind: 'problems', problems: problems.length > 0 ? problems : [empty] }
  }
  const read = testFile.safeParse(source.value)
  if (!read.success) {
    const wrong = read.error.issues.map((issue) => {
      const path = issue.path.map((step) => (typeof step === 'symbol' ? String(step) : step))
      return { file, ...source.place(path), path: path.join('.'), message: issue.message }
    })
    return { kind: 'problems', problems: wrong }
  }
  const { policy, documents, tests } = read.data
  return {
    kind: 'tests',
    tests: {
      file,
      policy: policy === undefined ? undefined : [policy].flat(),
      documents: documents?.map((value, index) => within(source, { value, at: ['documents', index], file })),
      tests,
      lineOf: (test) => source.place(['tests', test]).line,
    },
  }
}

interface Inner {
  readonly value: unknown
  readonly at: readonly (string | number)[]
  readonly file: string
}

/** A document that stands within another, with its places in the file. */
function within(source: SourceDocument, { value, at, file }: Inner): SourceDocument {
  return {
    file,
    owner: 'console',
    line: source.place(at).line,
    value,
    place: (path, part) => source.place([...at, ...path], part),
  }
}
