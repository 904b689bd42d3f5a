import type { z } from 'zod'
import { digestOf, documentSetOf } from './document-set.ts'
import { deepFreeze } from './freeze.ts'
import { describeIssues } from './issues.ts'
import { API_VERSION, type JsonSchema, kindJsonSchema, metadataSchema } from './json-schema.ts'
import type { Document, DocumentSet, Kind, NameRule, Path } from './kind.ts'
import { type Finding, inReadingOrder, type Problem } from './problem.ts'
import { secretsIn } from './secrets.ts'
import { DOCUMENT_BOUNDS, type SourceDocument, type Sources } from './source.ts'
import { didYouMean } from './suggest.ts'

/** What a validation came to: a set, or everything that is wrong. */
export type Validation =
  | { readonly valid: true; readonly documents: DocumentSet }
  | { readonly valid: false; readonly problems: readonly Problem[] }

/** How strict a validation is. */
export interface ValidationOptions {
  /** Whether each file must say `apiVersion` once; `required` when absent. */
  readonly apiVersion?: 'required' | 'optional'
  /** Documents that passed their schemas before and stay: only their references and their meaning are checked again. */
  readonly known?: readonly Document[]
}

interface Run {
  readonly kinds: ReadonlyMap<string, Kind>
  readonly metadata: Readonly<Record<NameRule, z.ZodType<Metadata>>>
  readonly problems: Problem[]
  readonly schemaOf: (kind: Kind) => JsonSchema
  /** Every name that was claimed, also by documents that are wrong otherwise: `Kind/name` → the first to claim it. */
  readonly claimed: Map<string, SourceDocument>
  readonly names: Map<string, string[]>
  /** Every spec that its schema took, also of documents that are wrong otherwise: their references are checked too. */
  readonly parsed: Parsed[]
}

interface Parsed {
  readonly source: SourceDocument
  readonly kind: Kind
  readonly spec: unknown
}

interface Metadata {
  readonly name: string
  readonly labels?: Readonly<Record<string, string>> | undefined
  readonly annotations?: Readonly<Record<string, string>> | undefined
}

interface Checked {
  readonly document: Document
  readonly source: SourceDocument
  readonly kind: Kind
}

/** Where the list of problems ends; nobody reads on, and finding the place of each costs time. */
const MOST_PROBLEMS = 1_000
const TOP_FIELDS = ['apiVersion', 'kind', 'metadata', 'spec']

/** Validates documents against kinds and against each other; finds everything that is wrong, in reading order. */
export function validate(kinds: readonly Kind[], sources: Sources, options: ValidationOptions = {}): Validation {
  const run = start(kinds, sources)
  if (sources.documents.length > DOCUMENT_BOUNDS.documents) {
    run.problems.push({ file: '', line: 1, column: 1, message: 'there are more than 100,000 documents' })
    return { valid: false, problems: run.problems }
  }
  if (options.apiVersion !== 'optional') checkVersions(run, sources.documents)
  const checked = (options.known ?? []).flatMap((document) => recall(run, document) ?? [])
  for (const source of sources.documents) {
    const item = checkDocument(run, source)
    if (item) checked.push(item)
  }
  const documents = documentSetOf(checked.map((item) => item.document))
  for (const item of run.parsed) checkReferences(run, item)
  for (const item of checked) checkMeaning(run, item, documents)
  if (run.problems.length > 0) return { valid: false, problems: inReadingOrder(run.problems) }
  return { valid: true, documents }
}

function start(kinds: readonly Kind[], sources: Sources): Run {
  const schemas = new Map<Kind, JsonSchema>()
  return {
    kinds: new Map(kinds.map((kind) => [kind.kind, kind])),
    metadata: { plain: metadataSchema('plain'), path: metadataSchema('path') },
    problems: [...sources.problems],
    claimed: new Map(),
    parsed: [],
    names: new Map(kinds.map((kind) => [kind.kind, []])),
    schemaOf: (kind) => {
      const schema = schemas.get(kind) ?? kindJsonSchema(kind)
      schemas.set(kind, schema)
      return schema
    },
  }
}

function report(run: Run, source: SourceDocument, finding: Finding): void {
  if (run.problems.length >= MOST_PROBLEMS) return
  const { path, part, message, hint } = finding
  const place = source.place(path, part)
  run.problems.push({ file: source.file, ...place, path: path.join('.'), message, ...(hint ? { hint } : {}) })
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function checkVersions(run: Run, sources: readonly SourceDocument[]): void {
  const saidIn = new Set<string>()
  for (const source of sources) {
    const said = isRecord(source.value) ? source.value.apiVersion : undefined
    if (said === undefined && !saidIn.has(source.file)) {
      const message = 'the field apiVersion is missing'
      report(run, source, { path: [], part: 'value', message, hint: `Write apiVersion: ${API_VERSION} once a file.` })
    }
    saidIn.add(source.file)
  }
}

function checkDocument(run: Run, source: SourceDocument): Checked | undefined {
  const { value } = source
  const fault = (path: Path, message: string, hint?: string, part: 'key' | 'value' = 'value') =>
    report(run, source, { path, part, message, ...(hint ? { hint } : {}) })
  if (!isRecord(value)) return void fault([], 'a document must be an object', 'Write kind, metadata and spec.')
  for (const field of Object.keys(value).slice(0, MOST_PROBLEMS)) {
    if (!TOP_FIELDS.includes(field)) fault([field], `unknown field ${field}`, didYouMean(field, TOP_FIELDS), 'key')
  }
  const version = value.apiVersion
  if (version !== undefined && version !== API_VERSION) {
    fault(['apiVersion'], `apiVersion cannot be ${JSON.stringify(version)}`, `Write ${API_VERSION}.`)
  }
  const kind = run.kinds.get(String(value.kind))
  if (!kind) {
    if (value.kind === undefined) fault([], 'the field kind is missing', didYouMean('', run.kinds.keys()))
    else
      fault(
        ['kind'],
        `there is no kind ${String(value.kind).slice(0, 64)}`,
        didYouMean(String(value.kind), run.kinds.keys()),
      )
    return undefined
  }
  return checkKnown(run, source, { kind, value })
}

function checkKnown(
  run: Run,
  source: SourceDocument,
  { kind, value }: { kind: Kind; value: Readonly<Record<string, unknown>> },
): Checked | undefined {
  const context = { root: value, schema: () => run.schemaOf(kind) }
  const before = run.problems.length
  const metadata = run.metadata[kind.names].safeParse(value.metadata)
  if (metadata.success) claim(run, source, { kind, name: metadata.data.name })
  const spec = kind.schema.safeParse(value.spec ?? {})
  const issues = [...under('metadata', metadata.error?.issues ?? []), ...under('spec', spec.error?.issues ?? [])]
  const findings = describeIssues(issues, context)
  const leaked = secretsIn(value.spec, ['spec']).filter((leak) => !findings.some((finding) => samePath(finding, leak)))
  for (const finding of [...findings, ...leaked]) report(run, source, finding)
  if (spec.success) run.parsed.push({ source, kind, spec: spec.data })
  if (!metadata.success || !spec.success || run.problems.length > before) return undefined
  const { name, labels = {} } = metadata.data
  const written = { apiVersion: API_VERSION, kind: kind.kind, metadata: value.metadata, spec: value.spec ?? {} }
  const origin = { file: source.file, line: source.line }
  const document = {
    kind: kind.kind,
    name,
    labels,
    spec: spec.data,
    written,
    origin,
    digest: digestOf(written),
    owner: source.owner,
  }
  return { document: deepFreeze(document), source, kind }
}

/** A document that passed its schema before, as if it had just passed. */
function recall(run: Run, document: Document): Checked | undefined {
  const kind = run.kinds.get(document.kind)
  if (!kind) return undefined
  const { file = `${document.kind}/${document.name}`, line = 1 } = document.origin
  const source = { file, owner: document.owner, line, value: document.written, place: () => ({ line, column: 1 }) }
  claim(run, source, { kind, name: document.name })
  run.parsed.push({ source, kind, spec: document.spec })
  return { document, source, kind }
}

function samePath(one: Finding, other: Finding): boolean {
  return one.path.length === other.path.length && one.path.every((step, index) => step === other.path[index])
}

function under(field: string, issues: readonly z.core.$ZodIssue[]): readonly z.core.$ZodIssue[] {
  return issues.map((issue) => ({ ...issue, path: [field, ...issue.path] }))
}

function claim(run: Run, source: SourceDocument, { kind, name }: { kind: Kind; name: string }): void {
  const key = `${kind.kind}/${name}`
  const first = run.claimed.get(key)
  if (first) {
    const message = `there is already a ${kind.kind} named ${name}`
    const hint = `The first stands at ${first.file}:${first.line}.`
    report(run, source, { path: ['metadata', 'name'], part: 'value', message, hint })
    return
  }
  run.claimed.set(key, source)
  run.names.get(kind.kind)?.push(name)
}

function checkReferences(run: Run, { source, kind, spec }: Parsed): void {
  for (const { at, kind: wanted, name } of kind.references?.(spec) ?? []) {
    const kinds = typeof wanted === 'string' ? [wanted] : wanted
    // A kind that nobody offers here cannot be checked; a later release may offer it.
    if (name.includes('*') || kinds.some((word) => !run.kinds.has(word))) continue
    if (kinds.some((word) => run.claimed.has(`${word}/${name}`))) continue
    const hint = didYouMean(
      name,
      kinds.flatMap((word) => run.names.get(word) ?? []),
    )
    const message = `there is no ${kinds.join(' or ')} named ${name}`
    report(run, source, { path: ['spec', ...at], part: 'value', message, ...(hint ? { hint } : {}) })
  }
}

function checkMeaning(run: Run, { document, source, kind }: Checked, documents: DocumentSet): void {
  for (const { at, message, hint } of kind.problems?.(document, documents) ?? []) {
    report(run, source, { path: ['spec', ...at], part: 'value', message, ...(hint ? { hint } : {}) })
  }
}
