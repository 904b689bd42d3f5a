import { type Context, contextOf } from './context.ts'

/** One kind of number that a state or an institution gives to people. */
export interface IdFormat {
  /** `DE_TAX_ID` */
  readonly kind: string
  /** What else it goes by in policies: `NATIONAL_ID`, `TAX_ID`, `HEALTH_ID`, … */
  readonly group: IdGroup
  /** Lengths without signs between. */
  readonly lengths: readonly number[]
  /** Of the whole number in capitals, without signs between. */
  readonly shape: RegExp
  /** Its check digits and dates. */
  readonly check: ((compact: string) => boolean) | undefined
  /** How it is written on paper, where that is its own. */
  readonly written: RegExp | undefined
  readonly context: Context
  /** How sure without any word around: as plain characters, and as it is written on paper. */
  readonly alone: { readonly plain: number; readonly written: number }
}

/** Names under which policies ask for several kinds. */
export type IdGroup = 'NATIONAL_ID' | 'TAX_ID' | 'HEALTH_ID' | 'PASSPORT' | 'DRIVER_LICENCE' | 'BANK_ACCOUNT'

/** How far a number alone can be told from others: by letters and check digits, by its writing, or not at all. */
export type Strength = 'strong' | 'written' | 'weak'

const ALONE: Readonly<Record<Strength, IdFormat['alone']>> = {
  strong: { plain: 0.75, written: 0.85 },
  written: { plain: 0.3, written: 0.7 },
  weak: { plain: 0.2, written: 0.3 },
}

/** What is said of one kind. */
export interface IdDeclaration {
  readonly kind: string
  readonly group?: IdGroup
  readonly shape: string
  readonly lengths: readonly number[]
  readonly strength: Strength
  readonly words: string
  readonly written?: string
  readonly check?: (compact: string) => boolean
}

/** Makes a format of its declaration. */
export function idFormat(declaration: IdDeclaration): IdFormat {
  const { kind, group = 'NATIONAL_ID', shape, lengths, strength, words, written, check } = declaration
  return Object.freeze({
    kind,
    group,
    lengths,
    shape: new RegExp(`^(?:${shape})$`),
    check,
    written: written === undefined ? undefined : new RegExp(`^(?:${written})$`, 'i'),
    context: contextOf(words),
    alone: ALONE[strength],
  })
}
