/** A picture or a text file that goes along with a message. */
export interface Attachment {
  readonly name: string
  /** A picture as a data URL, or the text of a file. */
  readonly kind: 'image' | 'text'
  readonly value: string
}

/** What is known of an answer besides its text. */
export interface AnswerFacts {
  readonly model: string
  readonly requestId?: string
  readonly decisionId?: string
  readonly costUsd?: number
  readonly inputTokens?: number
  readonly outputTokens?: number
  /** Why there is no (whole) answer. */
  readonly failure?: { readonly code: string; readonly message: string; readonly rule?: string }
  readonly state: 'running' | 'whole' | 'stopped' | 'failed'
}

/** One message. Those with the same parent are versions of each other. */
export interface Turn {
  readonly id: string
  readonly parent: string | null
  readonly role: 'user' | 'assistant'
  readonly text: string
  readonly attachments?: readonly Attachment[]
  readonly answer?: AnswerFacts
}

/** A chat: a tree of turns, of which one path is shown. */
export interface Conversation {
  readonly id: string
  readonly title: string
  readonly updatedAt: number
  readonly turns: readonly Turn[]
  /** The last turn of the path that is shown; null when nothing was said. */
  readonly leaf: string | null
}

/** A chat in which nothing was said yet. */
export function newConversation(id: string, now: number): Conversation {
  return { id, title: '', updatedAt: now, turns: [], leaf: null }
}

/** The path that is shown, from the first turn on. */
export function pathOf({ turns, leaf }: Conversation): readonly Turn[] {
  const byId = new Map(turns.map((turn) => [turn.id, turn]))
  const path: Turn[] = []
  for (
    let turn = leaf === null ? undefined : byId.get(leaf);
    turn;
    turn = turn.parent === null ? undefined : byId.get(turn.parent)
  )
    path.unshift(turn)
  return path
}

/** The versions of a turn, oldest first, itself among them. */
export function versionsOf({ turns }: Conversation, turn: Turn): readonly Turn[] {
  return turns.filter(({ parent, role }) => parent === turn.parent && role === turn.role)
}

const TITLE_CHARACTERS = 60

/** Adds a turn and shows the path that ends with it. The first thing said is the title. */
export function withTurn(conversation: Conversation, turn: Turn, now: number): Conversation {
  const title = conversation.title || turn.text.trim().split('\n')[0]?.slice(0, TITLE_CHARACTERS) || ''
  return { ...conversation, title, updatedAt: now, turns: [...conversation.turns, turn], leaf: turn.id }
}

/** Changes a turn. */
export function withChange(conversation: Conversation, id: string, change: (turn: Turn) => Turn): Conversation {
  return { ...conversation, turns: conversation.turns.map((turn) => (turn.id === id ? change(turn) : turn)) }
}

/** Shows another version: the path through it, down to the newest that followed. */
export function showing(conversation: Conversation, version: Turn): Conversation {
  let leaf = version
  for (;;) {
    const next = conversation.turns.findLast(({ parent }) => parent === leaf.id)
    if (!next) return { ...conversation, leaf: leaf.id }
    leaf = next
  }
}

/** The path as a model is told it (OpenAI chat completions). What failed or was empty is left out. */
export function messagesOf(path: readonly Turn[]): readonly object[] {
  return path.flatMap(({ role, text, attachments = [] }): readonly object[] => {
    if (text === '' && attachments.length === 0) return []
    const files = attachments.filter(({ kind }) => kind === 'text').map(({ name, value }) => `${name}:\n\n${value}`)
    const words = [...files, text].filter((part) => part !== '').join('\n\n')
    const images = attachments.filter(({ kind }) => kind === 'image')
    if (images.length === 0) return [{ role, content: words }]
    const pictures = images.map(({ value }) => ({ type: 'image_url', image_url: { url: value } }))
    return [{ role, content: [{ type: 'text', text: words }, ...pictures] }]
  })
}

/** A chat as a Markdown file. */
export function markdownOf(
  conversation: Conversation,
  names: { readonly you: string; readonly assistant: string },
): string {
  const said = pathOf(conversation).map(
    ({ role, text }) => `**${role === 'user' ? names.you : names.assistant}**\n\n${text}`,
  )
  return [`# ${conversation.title}`, ...said].join('\n\n')
}
