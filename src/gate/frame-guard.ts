import type { AnswerGuard, TextGuard } from '../governance/guardrails/index.ts'
import type { AnswerEvent, BlockDelta, Frame, UpstreamDialect } from '../models/dialects/index.ts'

/** A text-bearing delta: what guardrails look at. */
type Delta = AnswerEvent & { readonly kind: 'block-delta' }

interface Held {
  readonly frame: Frame
  /** What each governed delta of the frame becomes, once known. */
  readonly texts: string[]
  /** Governed deltas whose text is not yet known to be clean. */
  waiting: number
}

interface Pending {
  readonly held: Held
  readonly slot: number
  /** What the delta brought, less what has already gone out with an earlier one. */
  text: string
}

interface OpenBlock {
  readonly choice: number
  readonly block: number
  readonly guard: TextGuard
  /** Deltas whose text is (partly) held back, oldest first. */
  readonly pending: Pending[]
  /** Characters of them. */
  brought: number
  /** Text released by the guard that has not been dealt out to deltas yet. */
  released: string
}

/**
 * Looks at frames on their way to the client. A frame waits until all its text is known to be clean; frames keep their
 * order. A frame whose text was not changed goes on exactly as it came.
 */
export class FrameGuard {
  private readonly blocks = new Map<string, OpenBlock>()
  private readonly queue: Held[] = []
  /** The block of the delta before: mostly that of the next one too. */
  private latest: OpenBlock | undefined

  constructor(
    private readonly guard: AnswerGuard,
    private readonly dialect: UpstreamDialect,
  ) {}

  /** One frame in; those that may go on, out. Throws `content_blocked`. */
  push(frame: Frame): readonly Frame[] {
    const [first] = frame.events
    const alone = this.queue.length === 0 && frame.events.length === 1
    if (alone && first?.kind === 'block-delta') return this.pushAlone(frame, first)
    const held: Held = { frame, texts: [], waiting: 0 }
    this.queue.push(held)
    for (const event of frame.events) this.look(held, event)
    return this.drain()
  }

  /** Like {@link push} for one delta that nothing stands before: mostly clean at once, and then nothing is kept of it. */
  private pushAlone(frame: Frame, event: Delta): readonly Frame[] {
    const text = governedText(event)
    if (text === undefined) return [frame]
    const block = this.blockOf(event)
    const released = block.guard.push(text)
    if (released === text && block.pending.length === 0 && block.released === '' && block.guard.held() === 0)
      return [frame]
    const held: Held = { frame, texts: [], waiting: 0 }
    this.queue.push(held)
    enqueue(block, { held, text, released })
    return this.drain()
  }

  /** The stream has ended: everything still held is inspected and let go. */
  end(): readonly Frame[] {
    for (const key of this.blocks.keys()) this.close(key)
    return this.drain()
  }

  private look(held: Held, event: AnswerEvent): void {
    if (event.kind === 'block-delta' && governedText(event) !== undefined) this.take(held, event)
    else if (event.kind === 'block-stop') this.close(keyOf(event))
    // A dialect without block ends (CC) says by a choice's finish that nothing more of it will come; others go on.
    else if (event.kind === 'finish') this.closeChoice(event.choice)
  }

  private take(held: Held, event: Delta): void {
    const text = governedText(event) ?? ''
    const block = this.blockOf(event)
    enqueue(block, { held, text, released: block.guard.push(text) })
  }

  private blockOf(event: Delta): OpenBlock {
    const { latest } = this
    if (latest && latest.choice === event.choice && latest.block === event.block) return latest
    const block = this.blocks.get(keyOf(event)) ?? this.open(event)
    this.latest = block
    return block
  }

  private open(event: Delta): OpenBlock {
    const channel = event.delta.kind === 'arguments' ? 'tool-arguments' : 'assistant'
    const guard = this.guard.forBlock(channel)
    const { choice, block: number } = event
    const block: OpenBlock = { choice, block: number, guard, pending: [], brought: 0, released: '' }
    this.blocks.set(keyOf(event), block)
    return block
  }

  private closeChoice(choice: number): void {
    for (const key of this.blocks.keys()) if (key.startsWith(`${choice}/`)) this.close(key)
  }

  private close(key: string): void {
    const block = this.blocks.get(key)
    if (!block) return
    this.blocks.delete(key)
    this.latest = undefined
    block.released += block.guard.end()
    deal(block)
  }

  private drain(): Frame[] {
    const out: Frame[] = []
    while (this.queue[0]?.waiting === 0) {
      const held = this.queue.shift()
      if (held) out.push(settled(held, this.dialect))
    }
    return out
  }
}

interface Arrival {
  readonly held: Held
  readonly text: string
  /** What the guard let go when it had seen the text. */
  readonly released: string
}

function enqueue(block: OpenBlock, { held, text, released }: Arrival): void {
  const slot = held.texts.push('') - 1
  held.waiting++
  block.pending.push({ held, slot, text })
  block.brought += text.length
  block.released += released
  deal(block)
}

/**
 * Deals released text out to the deltas whose own text is resolved. While nothing was masked each takes back exactly
 * what it brought, and goes on as it came; after a mask the last of them takes what is left, so that nothing lags.
 */
function deal(block: OpenBlock): void {
  const resolved = block.brought - block.guard.held()
  const masked = block.released.length !== resolved
  let settledCount = 0
  let settledLength = 0
  for (const { text } of block.pending) {
    if (settledLength + text.length > resolved) break
    settledLength += text.length
    settledCount++
  }
  if (settledCount === 0) return
  block.brought -= settledLength
  for (const [index, delta] of block.pending.splice(0, settledCount).entries()) {
    const isLast = index === settledCount - 1
    const share = masked && isLast ? block.released : block.released.slice(0, delta.text.length)
    block.released = block.released.slice(share.length)
    delta.held.texts[delta.slot] = share
    delta.held.waiting--
  }
  const next = block.pending[0]
  if (!masked || !next) return
  next.text = next.text.slice(resolved - settledLength)
  block.brought -= resolved - settledLength
}

function settled(held: Held, dialect: UpstreamDialect): Frame {
  const { frame, texts } = held
  if (texts.length === 0) return frame
  let changed = false
  let slot = 0
  const events = frame.events.map((event): AnswerEvent => {
    const before = event.kind === 'block-delta' ? governedText(event) : undefined
    if (event.kind !== 'block-delta' || before === undefined) return event
    const after = texts[slot++] ?? ''
    if (after === before) return event
    changed = true
    return { ...event, delta: withText(event.delta, after) }
  })
  if (!changed) return frame
  return { events, raw: frame.raw === undefined ? undefined : dialect.rewriteFrame(frame.raw, texts) }
}

function governedText(event: Delta): string | undefined {
  const { delta } = event
  if (delta.kind === 'text' || delta.kind === 'reasoning') return delta.text
  return delta.kind === 'arguments' ? delta.json : undefined
}

function withText(delta: BlockDelta, text: string): BlockDelta {
  if (delta.kind === 'arguments') return { kind: 'arguments', json: text }
  return delta.kind === 'text' || delta.kind === 'reasoning' ? { ...delta, text } : delta
}

function keyOf(event: { readonly choice: number; readonly block: number }): string {
  return `${event.choice}/${event.block}`
}
