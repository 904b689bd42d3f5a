import type { AnswerEvent, Block, BlockDelta, BlockStart } from '../canonical.ts'

/** A block that is open on an upstream's wire. */
export interface ReadBlock {
  readonly block: number
  readonly kind: BlockStart['kind']
  /** Characters of arguments that have come. */
  size: number
  /** Parts of a thought begun so far. */
  parts: number
}

/** The open blocks of a stream that R tells apart by item and part; canonical ones are numbered as they open. */
export interface ReadBlocks {
  readonly at: (key: string) => ReadBlock | undefined
  readonly begin: (key: string, start: BlockStart) => { readonly target: ReadBlock; readonly event: AnswerEvent }
  readonly delta: (target: ReadBlock, value: BlockDelta) => AnswerEvent
  /** Ends a block; a tool call that got no arguments gets `{}`. */
  readonly stop: (key: string) => readonly AnswerEvent[]
  /** Ends every open block whose key begins so. */
  readonly stopAll: (prefix?: string) => readonly AnswerEvent[]
  /** All that have been opened. */
  readonly opened: () => readonly Pick<Block, 'kind'>[]
}

/** Makes {@link ReadBlocks}. */
export function readBlocks(): ReadBlocks {
  const open = new Map<string, ReadBlock>()
  const kinds: Pick<Block, 'kind'>[] = []
  const delta = ({ block }: ReadBlock, value: BlockDelta): AnswerEvent => ({
    kind: 'block-delta',
    choice: 0,
    block,
    delta: value,
  })
  const stop = (key: string): readonly AnswerEvent[] => {
    const target = open.get(key)
    if (target === undefined) return []
    open.delete(key)
    const isBare = target.kind === 'tool-call' && target.size === 0
    const none = isBare ? [delta(target, { kind: 'arguments', json: '{}' })] : []
    return [...none, { kind: 'block-stop', choice: 0, block: target.block }]
  }
  return {
    at: (key) => open.get(key),
    begin: (key, start) => {
      const target: ReadBlock = { block: kinds.length, kind: start.kind, size: 0, parts: 0 }
      kinds.push({ kind: start.kind === 'media' ? start.block.kind : start.kind })
      open.set(key, target)
      return { target, event: { kind: 'block-start', choice: 0, block: target.block, start } }
    },
    delta,
    stop,
    stopAll: (prefix = '') => [...open.keys()].filter((key) => key.startsWith(prefix)).flatMap(stop),
    opened: () => kinds,
  }
}
