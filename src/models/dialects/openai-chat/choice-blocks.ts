import type { AnswerEvent, BlockDelta, BlockStart } from '../canonical.ts'

/** Opens and fills the blocks of a choice, which are numbered in the order of their opening. */
export interface ChoiceBlocks {
  readonly choice: number
  /** Opens a block and gives its number. */
  readonly open: (start: BlockStart, events: AnswerEvent[]) => number
  readonly add: (block: number, delta: BlockDelta, events: AnswerEvent[]) => void
}

/** Makes the {@link ChoiceBlocks} of one choice; the first block is 0. */
export function choiceBlocks(choice: number): ChoiceBlocks {
  let next = 0
  return {
    choice,
    open: (start, events) => {
      events.push({ kind: 'block-start', choice, block: next, start })
      return next++
    },
    add: (block, delta, events) => events.push({ kind: 'block-delta', choice, block, delta }),
  }
}

/** What a choice says and thinks: one text or reasoning block is open at a time, tool calls beside it. */
export interface ChoiceSpeech {
  /** Adds to the open block; closes it first and opens another where the delta belongs to the other kind. */
  readonly add: (delta: BlockDelta, events: AnswerEvent[]) => void
  readonly stop: (events: AnswerEvent[]) => void
  readonly isOpen: (kind: 'text' | 'reasoning') => boolean
}

/** Makes the {@link ChoiceSpeech} of one choice. */
export function choiceSpeech(blocks: ChoiceBlocks): ChoiceSpeech {
  let current: { readonly kind: 'text' | 'reasoning'; readonly block: number } | undefined
  const stop = (events: AnswerEvent[]) => {
    if (current !== undefined) events.push({ kind: 'block-stop', choice: blocks.choice, block: current.block })
    current = undefined
  }
  return {
    add: (delta, events) => {
      const kind = REASONING_DELTAS.has(delta.kind) ? 'reasoning' : 'text'
      if (current?.kind !== kind) stop(events)
      current ??= { kind, block: blocks.open({ kind }, events) }
      blocks.add(current.block, delta, events)
    },
    stop,
    isOpen: (kind) => current?.kind === kind,
  }
}

const REASONING_DELTAS: ReadonlySet<BlockDelta['kind']> = new Set(['reasoning', 'signature', 'encrypted'])
