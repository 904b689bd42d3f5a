import type { Path } from './kind.ts'
import type { Finding } from './problem.ts'
import { SECRET_HINT } from './unit-types.ts'

/** Shapes of well-known secrets; a whole value of such a shape has no place in a document. */
const SECRET_SHAPE =
  /^(?:Bearer )?(?:sk-[A-Za-z0-9_-]{20,}|gth_[0-9A-Za-z]{36}|AKIA[0-9A-Z]{16}|AIza[0-9A-Za-z_-]{35}|gh[pousr]_[0-9A-Za-z]{36,}|github_pat_\w{40,}|xox[abposr]-[0-9A-Za-z-]{20,}|gsk_[0-9A-Za-z]{40,}|hf_[0-9A-Za-z]{30,}|-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*)$/

/** Whether a text is plainly a secret: a key of a well-known vendor, one of ours, or a private key. */
export function looksSecret(text: string): boolean {
  return text.length >= 20 && SECRET_SHAPE.test(text)
}

/** Every value under `value` that is plainly a secret in clear text. The secret itself is not repeated. */
export function secretsIn(value: unknown, path: Path): readonly Finding[] {
  if (typeof value === 'string') {
    if (!looksSecret(value)) return []
    const message = 'a secret must not stand in a document in clear text'
    return [{ path, part: 'value', message, hint: SECRET_HINT }]
  }
  if (typeof value !== 'object' || value === null) return []
  if (Array.isArray(value)) return value.flatMap((item, index) => secretsIn(item, [...path, index]))
  return Object.entries(value).flatMap(([key, item]) => secretsIn(item, [...path, key]))
}
