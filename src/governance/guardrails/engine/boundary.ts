/** Whether a code unit is an ASCII letter or digit. */
export function isAlphanumeric(code: number): boolean {
  return (code >= 97 && code <= 122) || (code >= 48 && code <= 57) || (code >= 65 && code <= 90)
}

const ESCAPE_BEFORE = /(?:\\[nrtbf]|\\[ux][0-9a-fA-F]{2,4}|%[0-9a-fA-F]{2}|\\e\[[0-9;]{0,8}m)$/

/**
 * Whether a word may begin at `at`: no ASCII letter or digit stands before it, but for one that belongs to an escape
 * (`\n`, `\u003d`, `%3D`): keys are pasted in JSON, in URLs and in logs.
 */
export function isWordStart(text: string, at: number): boolean {
  if (at === 0 || !isAlphanumeric(text.charCodeAt(at - 1))) return true
  const before = text.slice(Math.max(0, at - 12), at)
  return (before.includes('\\') || before.includes('%')) && ESCAPE_BEFORE.test(before)
}
