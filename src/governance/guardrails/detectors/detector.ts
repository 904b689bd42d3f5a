import { z } from 'zod'
import type { DocumentSet, Reference } from '../../../platform/documents/index.ts'
import type { Finding, Rule } from '../engine/rule.ts'
import type { Folding } from '../engine/scan.ts'
import type { ViewName } from '../engine/views/named-view.ts'
import type { Channel, Phase } from '../inspection.ts'
import type { SmallModels } from '../models/small-models.ts'

/** What a detector becomes for one set of options. */
export interface CompiledDetector {
  /** Rules that the shared keyword pass wakes: the way for everything that has a keyword. */
  readonly rules: readonly Rule[]
  /** How texts and keywords are made equal; by case when absent. */
  readonly folding?: Folding
  /**
   * Looks at a whole text by itself, where no keyword can wake it: once for every reading of it (`view` names which: the
   * text as it stands, decoded, without its disguise). Synchronous and pure; offsets are those of `text`.
   */
  readonly find?: (text: string, channel: Channel, view: ViewName) => readonly Finding[]
  /** Looks at the text as it came, with what every reading drops. Synchronous and pure. */
  readonly findInOriginal?: (text: string) => readonly Finding[]
  /** The readings that it looks at; all when absent. */
  readonly views?: ReadonlySet<ViewName>
  /** Characters that a stream holds back for `find`: no match is longer. 0 without `find`. */
  readonly longestMatch: number
  /** Where in an open text `find` may still come to find something: instead of `longestMatch`, where that is much. */
  readonly undecidedFrom?: (text: string) => number
}

/** What compiling may look into. */
export interface DetectorContext {
  readonly documents: DocumentSet
  /** The trained models that ship with the product. */
  readonly models: SmallModels
}

/** A detector as the engine knows it. */
export interface Detector {
  /** As documents name it: `secrets`. */
  readonly name: string
  /** What it looks for, as a client reads it: "what looks like a secret". */
  readonly subject: string
  /** Its own fields of a check. */
  readonly options: z.ZodRawShape
  /** Where it looks when a guardrail does not say. */
  readonly phases: readonly Phase[]
  /** To whose voice it listens. */
  readonly channels: readonly Channel[]
  /** Other documents that a check names; places are within the check. */
  readonly references: (check: unknown) => readonly Reference[]
  /** What the schema alone cannot see of a check. */
  readonly problem: (check: unknown) => string | undefined
  /** Makes it ready. Takes a check that passed the schema. */
  readonly compile: (check: unknown, context: DetectorContext) => CompiledDetector
}

/** What a detector's file says; `Shape` are its own fields of a check. */
export interface DetectorDeclaration<Shape extends z.ZodRawShape> {
  readonly name: string
  readonly subject: string
  readonly options: Shape
  readonly phases: readonly Phase[]
  readonly channels: readonly Channel[]
  references?(options: z.output<z.ZodObject<Shape>>): readonly Reference[]
  problem?(options: z.output<z.ZodObject<Shape>>): string | undefined
  compile(options: z.output<z.ZodObject<Shape>>, context: DetectorContext): CompiledDetector
}

/** Every phase, for detectors of things that have no place anywhere. */
export const ALL_PHASES: readonly Phase[] = Object.freeze([
  'input',
  'output',
  'tool-arguments',
  'tool-result',
  'ingest',
])

/** Every channel. */
export const ALL_CHANNELS: readonly Channel[] = Object.freeze([
  'system',
  'user',
  'assistant',
  'tool-arguments',
  'tool-result',
  'tool-schema',
  'document',
])

/** Declares a detector. */
export function defineDetector<Shape extends z.ZodRawShape>(declaration: DetectorDeclaration<Shape>): Detector {
  const schema = z.object(declaration.options)
  return Object.freeze({
    name: declaration.name,
    subject: declaration.subject,
    options: declaration.options,
    phases: declaration.phases,
    channels: declaration.channels,
    references: (check: unknown) => declaration.references?.(schema.parse(check)) ?? [],
    problem: (check: unknown) => declaration.problem?.(schema.parse(check)),
    compile: (check: unknown, context: DetectorContext) => declaration.compile(schema.parse(check), context),
  })
}
