import type { Kind } from '../platform/documents/index.ts'

/** Every kind of document there is, in the order in which the reference tells of them. */
export const POLICY_KINDS: readonly Kind[] = Object.freeze([])
