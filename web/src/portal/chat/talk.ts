import { useEffect, useRef, useState } from 'react'
import { ApiError } from '../../api/client.ts'
import { type AnswerPiece, answerStream } from './answer-stream.ts'
import type { Chats } from './chats.ts'
import {
  type AnswerFacts,
  type Attachment,
  type Conversation,
  messagesOf,
  pathOf,
  type Turn,
  withChange,
  withTurn,
} from './conversation.ts'

/** How one talks in a chat. */
export interface Talk {
  readonly isRunning: boolean
  readonly say: (text: string, attachments: readonly Attachment[]) => void
  /** Says a message again in other words: another version of it. */
  readonly edit: (turn: Turn, text: string) => void
  /** Another answer to the same. */
  readonly again: (turn: Turn) => void
  readonly stop: () => void
}

/** What refused an answer, with the rule that did. */
function failureOf(cause: unknown): NonNullable<AnswerFacts['failure']> {
  if (!(cause instanceof ApiError))
    return { code: 'failed', message: cause instanceof Error ? cause.message : String(cause) }
  const rule = cause.facts.guardrail
  return { code: cause.code, message: cause.message, ...(typeof rule === 'string' ? { rule } : {}) }
}

/** Notes what is known of an answer, and more of its text, in the chat that it belongs to. */
type Note = (facts: Partial<AnswerFacts>, more?: string) => void

function noteIn(chats: Chats, chatId: string, { id, model }: { readonly id: string; readonly model: string }): Note {
  return (facts, more = '') =>
    chats.change(chatId, (now) =>
      withChange(now, id, (turn) => ({
        ...turn,
        text: turn.text + more,
        answer: { ...(turn.answer ?? { model, state: 'running' }), ...facts },
      })),
    )
}

/** Takes an answer in, piece by piece; gives how it ended. */
async function takeIn(pieces: AsyncIterable<AnswerPiece>, note: Note): Promise<'whole' | 'failed'> {
  let state: 'whole' | 'failed' = 'failed'
  for await (const piece of pieces) {
    if (piece.kind === 'text') note({}, piece.text)
    else if (piece.kind === 'begun') note(idsOf(piece.requestId, piece.decisionId))
    else if (piece.kind === 'spent')
      note({ costUsd: piece.costUsd, inputTokens: piece.inputTokens, outputTokens: piece.outputTokens })
    else if (piece.kind === 'failed') note({ failure: { code: piece.code, message: piece.message } })
    else if (piece.reason !== 'content_filter') state = 'whole'
  }
  return state
}

function idsOf(requestId: string | null | undefined, decisionId: string | null | undefined): Partial<AnswerFacts> {
  return { ...(requestId ? { requestId } : {}), ...(decisionId ? { decisionId } : {}) }
}

/** Talks to a model in the chat that is open. */
export function useTalk(chats: Chats, model: string): Talk {
  const running = useRef<AbortController>(undefined)
  const [isRunning, setRunning] = useState(false)
  useEffect(() => () => running.current?.abort(), [])

  const answer = async (chat: Conversation, parent: Turn) => {
    const control = new AbortController()
    const { signal } = control
    running.current = control
    setRunning(true)
    const id = crypto.randomUUID()
    const messages = messagesOf(pathOf({ ...chat, leaf: parent.id }))
    const begun: Turn = { id, parent: parent.id, role: 'assistant', text: '', answer: { model, state: 'running' } }
    chats.change(chat.id, (now) => withTurn(now, begun, Date.now()))
    const note = noteIn(chats, chat.id, { id, model })
    try {
      const state = await takeIn(answerStream({ model, messages, session: chat.id, signal }), note)
      note(state === 'whole' ? { state } : { state, failure: { code: 'interrupted', message: '' } })
    } catch (cause) {
      const requestId = cause instanceof ApiError ? cause.requestId : undefined
      if (signal.aborted) note({ state: 'stopped' })
      else note({ state: 'failed', failure: failureOf(cause), ...idsOf(requestId, requestId?.replace(/^req/, 'dec')) })
    }
    if (running.current === control) setRunning(false)
  }
  const sayAfter = (parent: string | null, text: string, attachments: readonly Attachment[]) => {
    const chat = chats.current
    const given = attachments.length > 0 ? { attachments } : {}
    const turn: Turn = { id: crypto.randomUUID(), parent, role: 'user', text, ...given }
    const next = withTurn(chat, turn, Date.now())
    chats.change(chat.id, () => next)
    void answer(next, turn)
  }
  return {
    isRunning,
    say: (text, attachments) => sayAfter(chats.current.leaf, text, attachments),
    edit: (turn, text) => sayAfter(turn.parent, text, turn.attachments ?? []),
    again: (turn) => {
      const asked = chats.current.turns.find(({ id }) => id === turn.parent)
      if (asked) void answer(chats.current, asked)
    },
    stop: () => running.current?.abort(),
  }
}
