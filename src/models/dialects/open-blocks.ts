import type { AnswerEvent, BlockDelta, BlockStart } from './canonical.ts'

/** A block that is open on an upstream's wire. */
export interface OpenBlock {
  readonly block: number
  readonly kind: BlockStart['kind']
  /** The reserved JSON tool: its arguments are the answer's text. */
  readonly isJson: boolean
  hasArguments: boolean
}

/** What opens a block, and what it begins with. */
export interface Opening {
  readonly start: BlockStart
  readonly deltas?: readonly BlockDelta[]
  readonly isJson?: boolean
}

/**
 * The open blocks of a stream whose wire counts its blocks itself (Anthropic, Bedrock): gives canonical events, blocks
 * numbered in the order in which they opened. A tool call that closes without arguments gets `{}`, never nothing.
 */
export function openBlocks() {
  const open = new Map<number, OpenBlock>()
  let blocks = 0
  const delta = (block: number, value: BlockDelta): AnswerEvent => ({
    kind: 'block-delta',
    choice: 0,
    block,
    delta: value,
  })
  return {
    at: (index: number): OpenBlock | undefined => open.get(index),
    begin: (index: number, { start, deltas = [], isJson = false }: Opening): readonly AnswerEvent[] => {
      const block = blocks++
      open.set(index, { block, kind: start.kind, isJson, hasArguments: deltas.length > 0 })
      return [{ kind: 'block-start', choice: 0, block, start }, ...deltas.map((first) => delta(block, first))]
    },
    add: (target: OpenBlock, value: BlockDelta): AnswerEvent => {
      if (value.kind === 'arguments' || target.isJson) target.hasArguments = true
      return delta(target.block, value)
    },
    stop: (index: number): readonly AnswerEvent[] => {
      const target = open.get(index)
      if (target === undefined) return []
      open.delete(index)
      const stop = { kind: 'block-stop', choice: 0, block: target.block } as const
      if (target.hasArguments || (target.kind !== 'tool-call' && !target.isJson)) return [stop]
      const none: BlockDelta = target.isJson ? { kind: 'text', text: '{}' } : { kind: 'arguments', json: '{}' }
      return [delta(target.block, none), stop]
    },
  }
}
