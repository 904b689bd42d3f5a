import { z } from 'zod'
import { isWellFormedKey } from '../../identity/index.ts'
import type { Rule } from '../engine/rule.ts'
import { ALL_CHANNELS, ALL_PHASES, defineDetector } from './detector.ts'
import { AI_SECRETS } from './secrets/ai.ts'
import { BUSINESS_SECRETS } from './secrets/business.ts'
import { CLOUD_SECRETS } from './secrets/cloud.ts'
import { CODE_HOSTING_SECRETS } from './secrets/code-hosting.ts'
import { CONTEXT_SECRETS } from './secrets/in-context.ts'
import { privateKeyRule } from './secrets/private-key.ts'
import { type SecretDeclaration, secretRule } from './secrets/secret-rule.ts'
import { alnum, END } from './secrets/token-language.ts'

/** Our own virtual keys: the checksum tells them from a typing exercise. */
const OWN_KEY: SecretDeclaration = {
  kind: 'GATEHOUSE_KEY',
  keywords: ['gth_'],
  pattern: `gth_${alnum(36)}${END}`,
  check: (value) => (isWellFormedKey(value) ? 1 : 0.4),
}

/** What is declared of every kind, but for private keys, which have a reader of their own. */
export const SECRET_DECLARATIONS: readonly SecretDeclaration[] = [
  OWN_KEY,
  ...CLOUD_SECRETS,
  ...AI_SECRETS,
  ...CODE_HOSTING_SECRETS,
  ...BUSINESS_SECRETS,
  ...CONTEXT_SECRETS,
]

/** Every kind of secret that is known, in the order of the alphabet. */
export const SECRET_KINDS: readonly string[] = Object.freeze(
  [...new Set([privateKeyRule.kind, ...SECRET_DECLARATIONS.map(({ kind }) => kind)])].toSorted(),
)

const kindField = z.enum(SECRET_KINDS)

/** Keys, tokens, passwords and private keys. */
export const secretsDetector = defineDetector({
  name: 'secrets',
  subject: 'what looks like a secret',
  options: {
    /** Only these kinds; all when absent. */
    kinds: z.array(kindField).min(1).optional(),
    /** All but these. */
    except: z.array(kindField).min(1).optional(),
  },
  phases: ALL_PHASES,
  channels: ALL_CHANNELS,
  compile: ({ kinds, except }) => {
    const wanted = (kind: string) => (kinds ? kinds.includes(kind) : true) && !except?.includes(kind)
    return { rules: secretRules().filter(({ kind }) => wanted(kind)), longestMatch: 0 }
  },
})

/** One rule for every way in which a kind of secret is written. */
export function secretRules(): readonly Rule[] {
  return [privateKeyRule, ...SECRET_DECLARATIONS.map(secretRule)]
}
