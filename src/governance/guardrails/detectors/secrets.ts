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

/** One rule for every way in which a kind of secret is written. */
export const SECRET_RULES: readonly Rule[] = Object.freeze([privateKeyRule, ...SECRET_DECLARATIONS.map(secretRule)])

/** Every kind of secret that is known, in the order of the alphabet. */
export const SECRET_KINDS: readonly string[] = Object.freeze(
  [...new Set(SECRET_RULES.map(({ kind }) => kind))].toSorted(),
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
    const rules = SECRET_RULES.filter(({ kind }) => wanted(kind))
    warmUp(rules)
    return { rules, longestMatch: 0 }
  },
})

/** An engine compiles an expression when it is first used, for narrow and for wide texts: not in the first request. */
function warmUp(rules: readonly Rule[]): void {
  for (const rule of rules) for (const text of ['warm', 'w\u00e4rm \u2014']) rule.attempt({ text, at: 0, open: true })
}
