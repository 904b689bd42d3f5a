/** What is longer is cut for capture, and not kept for replay. */
const MAX_CHARACTERS = 262_144

/** Writes along what a client is told, where something needs it: a Capture document, or an idempotency key. */
export class Transcript {
  contentType = 'application/json'
  private text = ''
  private whole = true

  /** More of the answer. */
  add(piece: string): void {
    const room = MAX_CHARACTERS - this.text.length
    if (piece.length > room) this.whole = false
    if (room > 0) this.text += piece.slice(0, room)
  }

  /** All of it, if it was not too long. */
  complete(): string | undefined {
    return this.whole ? this.text : undefined
  }

  /** As much as there was room for. */
  excerpt(): string {
    return this.text
  }
}
