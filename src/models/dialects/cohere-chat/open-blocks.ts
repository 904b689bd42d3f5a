import type { AnswerEvent, BlockDelta, BlockStart } from '../canonical.ts'

/** The open blocks of one streamed answer, by the names that Cohere's indexes give them (`content 0`, `call 1`, `plan`). */
export interface OpenBlocks {
  readonly isOpen: (key: string) => boolean
  readonly start: (key: string, start: BlockStart) => readonly AnswerEvent[]
  /** Nothing when the block is not open. */
  readonly add: (key: string, delta: BlockDelta) => readonly AnswerEvent[]
  readonly stop: (key: string) => readonly AnswerEvent[]
  readonly stopAll: () => readonly AnswerEvent[]
}

/** Makes the {@link OpenBlocks} of one answer. */
export function openBlocks(): OpenBlocks {
  const open = new Map<string, number>()
  const withoutArguments = new Set<string>()
  let count = 0
  const add = (key: string, delta: BlockDelta): readonly AnswerEvent[] => {
    const block = open.get(key)
    if (block === undefined) return []
    if (delta.kind === 'arguments') withoutArguments.delete(key)
    return [{ kind: 'block-delta', choice: 0, block, delta }]
  }
  const stop = (key: string): readonly AnswerEvent[] => {
    const block = open.get(key)
    if (block === undefined) return []
    // A tool without arguments streams none: the others' clients must still find an object.
    const empty = withoutArguments.has(key) ? add(key, { kind: 'arguments', json: '{}' }) : []
    open.delete(key)
    return [...empty, { kind: 'block-stop', choice: 0, block }]
  }
  return {
    isOpen: (key) => open.has(key),
    start: (key, start) => {
      const block = count++
      open.set(key, block)
      if (start.kind === 'tool-call') withoutArguments.add(key)
      return [{ kind: 'block-start', choice: 0, block, start }]
    },
    add,
    stop,
    stopAll: () => [...open.keys()].flatMap(stop),
  }
}
