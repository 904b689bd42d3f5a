import { over, ownView, rewrite, type View } from '../view.ts'

/** Five and more single characters with blanks between them; a wider gap parts words. */
const BY_BLANKS = /(?<!\S)\S(?:\s{1,4}\S(?!\S)){4,}/g
/** Five and more characters with the same sign between them; a blank among them is one of them, or parts words. */
const BY_SIGNS = /(?<![\w.*|,~:/-])[^\s.*|,~:_/-]([.*|,~:_/-])(?!\1)[^\n](?:\1(?!\1)[^\n]| [^\s.*|,~:_/-](?=\1)){3,}/g

/** `i g n o r e  a l l` and `i-g-n-o-r-e a-l-l` as `ignore all`; undefined when nothing is spread out. */
export function spacedView(text: string): View | undefined {
  const once = rewrite(text, BY_BLANKS, joinedByBlanks)
  const twice = rewrite(once?.text ?? text, BY_SIGNS, joinedBySigns)
  return twice ? over(once ?? ownView(text), twice) : once
}

function joinedByBlanks(run: string): string {
  return run.replace(/\s+/g, (gap) => (gap.length > 1 ? ' ' : ''))
}

function joinedBySigns(run: string): string {
  const sign = run.charAt(1)
  let written = run.charAt(0)
  for (let at = 1; at < run.length; at += 2) {
    if (run.charAt(at) !== sign) written += ' '
    written += run.charAt(at + 1)
  }
  return written
}
