/**
 * Gemini's function calls need not carry ids; every other dialect's must. An id we make is stable: the same history gives
 * the same ids, so a conversation that goes on keeps them. Made ids are never sent to Google.
 */
export interface CallIds {
  /** The id of a call: its own, or one made from its place in the conversation. */
  readonly ofCall: (name: string, own: string | undefined) => string
  /** The id of the call that a response answers: its own, else that of the oldest unanswered call of the name. */
  readonly ofResponse: (name: string, own: string | undefined) => string
}

const PREFIX = 'gcall_'

/** Whether an id was made here, by {@link callIds} or {@link madeCallId}. */
export function isMadeId(id: string): boolean {
  return id.startsWith(PREFIX)
}

/** Reads the ids of one conversation in order. */
export function callIds(): CallIds {
  const open: { readonly id: string; readonly name: string }[] = []
  let made = 0
  return {
    ofCall: (name, own) => {
      const id = own ?? `${PREFIX}${made++}`
      open.push({ id, name })
      return id
    },
    ofResponse: (name, own) => {
      const at = open.findIndex((call) => (own === undefined ? call.name === name : call.id === own))
      const [call] = at < 0 ? [] : open.splice(at, 1)
      return own ?? call?.id ?? `${PREFIX}${made++}`
    },
  }
}

/**
 * An id for a call in an answer: unique over a conversation because it holds the answer's own id. At most 40 characters
 * of `[A-Za-z0-9_-]`, which is what the strictest of the other dialects take.
 */
export function madeCallId(responseId: string, index: number, call: unknown): string {
  const own = responseId.replace(/[^A-Za-z0-9_-]/g, '').slice(0, 28)
  return `${PREFIX}${own === '' ? fingerprint(JSON.stringify(call)) : own}_${index}`
}

/** FNV-1a, 32 bits: enough to tell two calls of one conversation apart where Google names no answer id. */
function fingerprint(text: string): string {
  let hash = 0x811c9dc5
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193)
  return (hash >>> 0).toString(36)
}
