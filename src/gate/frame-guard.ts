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
    return this.pushAll([frame])
  }

  /**
   * What one read of the upstream brought, in; what may go on, out. Deltas of one block that follow each other are looked at
   * as one text: looking costs far more a time than a character. Throws `content_blocked`.
   */
  pushAll(frames: readonly Frame[]): readonly Frame[] {
    const out: Frame[] = []
    for (let from = 0; from < frames.length; ) {
      const run = frames.slice(from, endOfRun(frames, from))
      out.push(...this.pushRun(run))
      from += run.length
    }
    return out
  }

  /** Deltas of one block, mostly clean at once, and then nothing is kept of them; or one frame of any sort. */
  private pushRun(run: readonly Frame[]): readonly Frame[] {
    const first = deltaOf(run[0])
    if (!first) {
      for (const frame of run) {
        const held = this.hold(frame)
        for (const event of frame.events) this.look(held, event)
      }
      return this.drain()
    }
    let text = ''
    for (const frame of run) text += textOf(frame)
    const block = this.blockOf(first)
    const isFree = this.queue.length === 0 && block.pending.length === 0 && block.released === ''
    const released = block.guard.push(text)
    if (isFree && released === text && block.guard.held() === 0) return run
    for (const frame of run) enqueue(block, this.hold(frame), textOf(frame))
    block.released += released
    deal(block)
    return this.drain()
  }

  private hold(frame: Frame): Held {
    const held: Held = { frame, texts: [], waiting: 0 }
    this.queue.push(held)
    return held
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
    enqueue(block, held, text)
    block.released += block.guard.push(text)
    deal(block)
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

/** Where the deltas that begin at `from` and belong to the same block end; a frame of another sort stands alone. */
function endOfRun(frames: readonly Frame[], from: number): number {
  const first = deltaOf(frames[from])
  let to = from + 1
  if (!first) return to
  for (let next = deltaOf(frames[to]); next && isSameBlock(first, next); next = deltaOf(frames[to])) to++
  return to
}

function isSameBlock(one: Delta, other: Delta): boolean {
  return one.choice === other.choice && one.block === other.block
}

/** The governed delta that is all there is to a frame. */
function deltaOf(frame: Frame | undefined): Delta | undefined {
  const [event, another] = frame?.events ?? []
  if (event?.kind !== 'block-delta' || another) return undefined
  return governedText(event) === undefined ? undefined : event
}

function textOf(frame: Frame): string {
  const delta = deltaOf(frame)
  return (delta && governedText(delta)) ?? ''
}

function enqueue(block: OpenBlock, held: Held, text: string): void {
  const slot = held.texts.push('') - 1
  held.waiting++
  block.pending.push({ held, slot, text })
  block.brought += text.length
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
