import { afterString, afterValue, skipSpace, stringValue } from './json-text.ts'

/** Where a value stands inside a JSON text: member names and array indexes from the root. */
export type JsonPath = readonly (string | number)[]

/** One edit of {@link patchJson}: the JSON literal to stand at a path; `undefined` deletes the member or element. */
export interface JsonEdit {
  readonly at: JsonPath
  readonly literal: string | undefined
}

interface Branch {
  readonly children: Map<string, Branch>
  edit: { readonly literal: string | undefined } | undefined
}

interface Splice {
  readonly from: number
  readonly to: number
  readonly text: string
}

const COMMA = 44
const OPEN_ARRAY = 91
const CLOSE_ARRAY = 93
const OPEN_OBJECT = 123
const CLOSE_OBJECT = 125

/**
 * Replaces, adds or deletes values in a JSON text; all other bytes stay as they came: `1.0`, 64-bit integers, key order,
 * white space. All paths are of the text as given; of two edits at one path the later counts. A missing member is added at
 * the end of its object, with the objects on the way to it where they are missing or null; an index at or past an array's
 * end appends. A member named twice is edited at each place, so that no reader sees the old value.
 * One pass, whatever the number of edits. The text and the literals must be valid JSON; throws `RangeError` when a path
 * leads into a value that is neither object nor array.
 */
export function patchJson(text: string, edits: readonly JsonEdit[]): string {
  if (edits.length === 0) return text
  const root: Branch = { children: new Map(), edit: undefined }
  for (const edit of edits) plant(root, edit)
  const splices: Splice[] = []
  walk(text, skipSpace(text, 0), { branch: root, splices })
  let out = ''
  let copied = 0
  for (const splice of splices) {
    out += text.slice(copied, splice.from) + splice.text
    copied = splice.to
  }
  return out + text.slice(copied)
}

function plant(root: Branch, edit: JsonEdit): void {
  let branch = root
  for (const [index, step] of edit.at.entries()) {
    if (branch.edit?.literal !== undefined) {
      // A value that an earlier edit of the same list put there is edited in place.
      branch.edit = { literal: patchJson(branch.edit.literal, [{ at: edit.at.slice(index), literal: edit.literal }]) }
      return
    }
    const key = String(step)
    let next = branch.children.get(key)
    if (!next) {
      next = { children: new Map(), edit: undefined }
      branch.children.set(key, next)
    }
    branch = next
  }
  branch.children.clear()
  branch.edit = { literal: edit.literal }
}

interface Site {
  readonly branch: Branch
  readonly splices: Splice[]
}

/** Edits the value at `start` and returns the offset after it. */
function walk(text: string, start: number, site: Site): number {
  const { branch, splices } = site
  if (branch.edit) {
    const end = afterValue(text, start)
    if (branch.edit.literal !== undefined) splices.push({ from: start, to: end, text: branch.edit.literal })
    return end
  }
  const opening = text.charCodeAt(start)
  if (opening === OPEN_OBJECT || opening === OPEN_ARRAY) return walkContainer(text, start, site)
  const end = afterValue(text, start)
  if (text.slice(start, end) !== 'null') throw new RangeError('a path leads into a value that has no members')
  const built = build(branch)
  if (built !== undefined) splices.push({ from: start, to: end, text: built })
  return end
}

function walkContainer(text: string, start: number, { branch, splices }: Site): number {
  const isObject = text.charCodeAt(start) === OPEN_OBJECT
  const unseen = new Map(branch.children)
  let at = skipSpace(text, start + 1)
  let previousEnd = start + 1
  let isKept = false
  for (let index = 0; !isClosing(text.charCodeAt(at)); index++) {
    if (at >= text.length) throw new RangeError('the text is not valid JSON')
    const keyEnd = isObject ? afterString(text, at) : at
    const key = isObject ? stringValue(text, at, keyEnd) : String(index)
    const valueStart = isObject ? skipSpace(text, skipSpace(text, keyEnd) + 1) : at
    const child = branch.children.get(key)
    unseen.delete(key)
    const isDeleted = child?.edit !== undefined && child.edit.literal === undefined
    const valueEnd = child ? walk(text, valueStart, { branch: child, splices }) : afterValue(text, valueStart)
    const comma = skipSpace(text, valueEnd)
    const next = text.charCodeAt(comma) === COMMA ? skipSpace(text, comma + 1) : comma
    if (isDeleted) {
      if (isKept) splices.push({ from: previousEnd, to: valueEnd, text: '' })
      else splices.push({ from: at, to: text.charCodeAt(comma) === COMMA ? next : valueEnd, text: '' })
    } else isKept = true
    previousEnd = valueEnd
    at = next
  }
  const added = [...unseen].flatMap(([key, child]) => {
    const literal = build(child)
    if (literal === undefined) return []
    return isObject ? `${JSON.stringify(key)}:${literal}` : literal
  })
  if (added.length > 0) {
    splices.push({ from: previousEnd, to: previousEnd, text: (isKept ? ',' : '') + added.join(',') })
  }
  return at + 1
}

function isClosing(code: number): boolean {
  return code === CLOSE_OBJECT || code === CLOSE_ARRAY
}

/** The literal of a value that is not there yet; undefined when all that is wanted of it is its absence. */
function build(branch: Branch): string | undefined {
  if (branch.edit) return branch.edit.literal
  const members = [...branch.children].flatMap(([key, child]) => {
    const literal = build(child)
    return literal === undefined ? [] : `${JSON.stringify(key)}:${literal}`
  })
  return members.length > 0 ? `{${members.join(',')}}` : undefined
}
