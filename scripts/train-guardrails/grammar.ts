import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Random } from '../../src/lib/random.ts'

/** A generator of texts from hand-written alternatives. */
export interface Grammar {
  /** Names of the lists of whole texts: those that begin with this. */
  readonly names: (beginning: string) => readonly string[]
  /** One text of a list. Throws when there is no such list. */
  readonly draw: (name: string, random: Random) => string
}

const FOLDER = join(import.meta.dir, 'grammar')
const DEEPEST = 24

/** Reads grammar files: `[name]` begins a list, one alternative a line, `{name}` draws, `(a|b)` chooses, `(a)?` may stand, but a question mark at the end of a line is one. */
export function readGrammar(...files: readonly string[]): Grammar {
  const lists = new Map<string, string[]>()
  for (const file of files) {
    let list: string[] = []
    for (const line of readFileSync(join(FOLDER, `${file}.grammar`), 'utf8').split('\n')) {
      const name = /^\[([a-z_.]+)\]$/.exec(line)?.[1]
      if (name !== undefined) {
        list = lists.get(name) ?? []
        lists.set(name, list)
      } else if (line !== '' && !line.startsWith('# ')) list.push(line.replaceAll('\\n', '\n'))
    }
  }
  const draw = (name: string, random: Random, depth = 0): string => {
    const list = lists.get(name)
    if (!list || list.length === 0 || depth > DEEPEST) throw new Error(`no list ${name}, or it draws on itself`)
    const line = list[Math.floor(random.fraction() * list.length)] ?? ''
    return expand(line, random, (inner) => draw(inner, random, depth + 1))
  }
  return {
    names: (beginning) => [...lists.keys()].filter((name) => name.startsWith(beginning)),
    draw: (name, random) => draw(name, random).replace(/ {2,}/g, ' ').trim(),
  }
}

const INNERMOST = /\(([^()]*)\)(\?)?|\{([a-z_.]+)\}/
const HELD = ['\u0001', '\u0002', '\u0003', '\u0004'] as const

function expand(line: string, random: Random, draw: (name: string) => string): string {
  let text = line
  for (;;) {
    const found = INNERMOST.exec(text)
    if (!found) break
    const [whole, choices, optional, name] = found
    let chosen = ''
    if (name !== undefined) chosen = hold(draw(name))
    else if (choices?.includes('|')) {
      const parts = choices.split('|')
      chosen = parts[Math.floor(random.fraction() * parts.length)] ?? ''
    } else if (choices !== undefined && optional !== undefined) chosen = random.fraction() < 0.5 ? choices : ''
    else chosen = `${HELD[0]}${choices ?? ''}${HELD[1]}`
    const rest = text.slice(found.index + whole.length)
    if (choices?.includes('|') && optional !== undefined) {
      if (rest === '') chosen += '?'
      else if (random.fraction() < 0.5) chosen = ''
    }
    text = text.slice(0, found.index) + chosen + rest
  }
  return text.replaceAll(HELD[0], '(').replaceAll(HELD[1], ')').replaceAll(HELD[2], '{').replaceAll(HELD[3], '}')
}

/** Brackets of what was drawn are text, not notation. */
function hold(text: string): string {
  return text.replaceAll('(', HELD[0]).replaceAll(')', HELD[1]).replaceAll('{', HELD[2]).replaceAll('}', HELD[3])
}
