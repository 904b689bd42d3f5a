import { GatewayError } from '../../lib/errors.ts'
import type { Block, ChatCall, Message } from './canonical.ts'
import type { EncodeContext } from './dialect.ts'
import { dropContent } from './loss.ts'

/** A turn as dialects with strict alternation want it. */
export interface Turn {
  readonly role: 'user' | 'assistant' | 'system'
  readonly blocks: readonly Block[]
}

/** A conversation whose turns alternate. */
export interface ArrangedConversation {
  /** Texts of system and developer messages, in order. */
  readonly system: readonly Block[]
  /** Never two of a role in a row, never one without blocks. */
  readonly turns: readonly Turn[]
}

/** How {@link arrangeTurns} shall treat what its target cannot take. */
export interface Arrangement {
  /** Leaves a block out; it declares the loss itself. Blank texts are left out in any case. */
  readonly keeps: (block: Block) => boolean
  /** System messages between turns stay there; only the leading ones are gathered in `system`. */
  readonly systemInPlace?: boolean
}

/**
 * Brings any conversation into the form that Anthropic's and Bedrock's models demand: system texts gathered, tool results
 * in the user's turn and first in it, consecutive turns of a role merged, blank texts and emptied turns left out, and no
 * white space at the end of a trailing assistant turn (a prefill).
 */
export function arrangeTurns(messages: ChatCall['messages'], arrangement: Arrangement): ArrangedConversation {
  const system: Block[] = []
  const turns: { role: Turn['role']; blocks: Block[] }[] = []
  for (const message of messages) {
    const blocks = message.blocks.filter((block) => !isBlank(block) && arrangement.keeps(block))
    if (blocks.length === 0) continue
    const role = roleOf(message)
    if (role === 'system' && !(arrangement.systemInPlace && turns.length > 0)) {
      system.push(...blocks)
      continue
    }
    const last = turns.at(-1)
    if (last?.role === role) last.blocks.push(...blocks)
    else turns.push({ role, blocks })
  }
  return { system, turns: trimPrefill(turns.map(resultsFirst)) }
}

/** The first turn must be the user's: a conversation of system texts alone becomes one, another gets a bare one before it. */
export function beginWithUser(conversation: ArrangedConversation, context: EncodeContext): ArrangedConversation {
  const { system, turns } = conversation
  const [first] = turns
  if (first?.role === 'user') return conversation
  if (first !== undefined) {
    dropContent(context, 'the assistant as first speaker (a user turn "." stands before it)')
    return { system, turns: [{ role: 'user', blocks: [{ kind: 'text', text: '.' }] }, ...turns] }
  }
  if (system.length === 0) {
    throw new GatewayError('invalid_request', { message: 'messages: no message has any content.', param: 'messages' })
  }
  dropContent(context, 'the role of system messages (there is no other message: they are sent as the user turn)')
  return { system: [], turns: [{ role: 'user', blocks: system }] }
}

/** Whether a block is a text of white space alone: Anthropic and Bedrock refuse such blocks. */
export function isBlank(block: Block): boolean {
  return block.kind === 'text' && block.text.trim() === ''
}

function roleOf(message: Message): Turn['role'] {
  if (message.role === 'tool') return 'user'
  return message.role === 'developer' ? 'system' : message.role
}

function resultsFirst(turn: Turn): Turn {
  if (turn.role !== 'user' || !turn.blocks.some(isResult)) return turn
  return { ...turn, blocks: [...turn.blocks.filter(isResult), ...turn.blocks.filter((block) => !isResult(block))] }
}

function isResult(block: Block): boolean {
  return block.kind === 'tool-result'
}

function trimPrefill(turns: readonly Turn[]): readonly Turn[] {
  const turn = turns.at(-1)
  const block = turn?.blocks.at(-1)
  if (turn?.role !== 'assistant' || block?.kind !== 'text') return turns
  const text = block.text.trimEnd()
  if (text === block.text) return turns
  return [...turns.slice(0, -1), { ...turn, blocks: [...turn.blocks.slice(0, -1), { ...block, text }] }]
}

/** The names of the tools that a conversation's assistant turns have called, each once. */
export function calledTools(messages: ChatCall['messages']): readonly string[] {
  const names = messages.flatMap(({ blocks }) =>
    blocks.flatMap((block) => (block.kind === 'tool-call' ? [block.name] : [])),
  )
  return [...new Set(names)]
}
