import type { Shot } from './load.ts'
import type { Child } from './processes.ts'

/**
 * How the upstream answers: at once, after 20 ms, with 200 events in one go, with one event per turn of its loop, with
 * three stamped tokens after 20 ms, with 50 stamped tokens every 10 ms, with one every two seconds until the client leaves, or not
 * at all.
 */
export type Behaviour = 'whole' | 'slow' | 'burst' | 'steps' | 'first' | 'paced' | 'held' | 'mute'

/** Every behaviour. */
export const BEHAVIOURS: readonly Behaviour[] = ['whole', 'slow', 'burst', 'steps', 'first', 'paced', 'held', 'mute']

/** What is asked of a subject. The client always speaks OpenAI chat. */
export interface Work {
  readonly behaviour: Behaviour
  /** The upstream speaks Anthropic messages, so that the subject must translate both ways. */
  readonly translated: boolean
}

/** Something between a client and the upstream whose cost is measured. */
export interface Subject {
  readonly name: string
  /** Absent for the upstream itself, which is measured without anything between. */
  readonly child: Child | undefined
  /** The request for some work; undefined when the subject cannot do it. */
  readonly shot: (work: Work) => Shot | undefined
  /** A peer's product: dearer, so it is given fewer requests. */
  readonly isPeer: boolean
}

/** Behaviours that answer with a stream. */
export function isStream(behaviour: Behaviour): boolean {
  return behaviour !== 'whole' && behaviour !== 'slow' && behaviour !== 'mute'
}

const PROMPT = 'y'.repeat(850)

/** The body of a request of about one kilobyte. */
export function chatBody(model: string, behaviour: Behaviour): string {
  return JSON.stringify({
    model,
    ...(isStream(behaviour) ? { stream: true } : {}),
    max_tokens: 100,
    messages: [
      { role: 'system', content: 'You are helpful.' },
      { role: 'user', content: PROMPT },
    ],
  })
}

/** A subject that passes the body on as it is: the upstream itself, or the bare proxy. */
export function plainSubject(name: string, origin: string, child: Child | undefined): Subject {
  return {
    name,
    child,
    isPeer: false,
    shot: ({ behaviour, translated }) =>
      translated
        ? undefined
        : {
            origin,
            path: '/v1/chat/completions',
            headers: { authorization: 'Bearer bench' },
            body: chatBody(`bench-${behaviour}`, behaviour),
          },
  }
}
