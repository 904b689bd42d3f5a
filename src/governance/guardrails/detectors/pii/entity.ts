import type { Finding } from '../../engine/rule.ts'
import type { Numbers } from './words.ts'

/** Finds entities of one sort: looks at what the one pass over the text has gathered. Linear in the text. */
export type Recogniser = (numbers: Numbers) => readonly Finding[]
