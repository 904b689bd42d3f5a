import { expect, test } from 'bun:test'
import {
  type Conversation,
  messagesOf,
  newConversation,
  pathOf,
  showing,
  type Turn,
  versionsOf,
  withChange,
  withTurn,
} from './conversation.ts'

const turn = (id: string, parent: string | null, role: Turn['role'] = 'user'): Turn => ({
  id,
  parent,
  role,
  text: `says ${id}`,
})

function talk(): Conversation {
  const turns = [turn('a', null), turn('b', 'a', 'assistant'), turn('c', 'b'), turn('d', 'c', 'assistant')]
  return turns.reduce((chat, next) => withTurn(chat, next, 1), newConversation('chat', 0))
}

test('the path that is shown runs from the first turn to the newest; the first thing said is the title', () => {
  expect(pathOf(talk()).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
  expect(talk().title).toBe('says a')
})

test('an edited message is another version: the old one and all that followed stay', () => {
  const edited = withTurn(talk(), turn('c2', 'b'), 2)
  expect(pathOf(edited).map(({ id }) => id)).toEqual(['a', 'b', 'c2'])
  const old = edited.turns.find(({ id }) => id === 'c')
  if (!old) throw new Error('lost')
  expect(versionsOf(edited, old).map(({ id }) => id)).toEqual(['c', 'c2'])
  expect(pathOf(showing(edited, old)).map(({ id }) => id)).toEqual(['a', 'b', 'c', 'd'])
})

test('a model is told what was said, text files before the words, pictures beside them, and nothing empty', () => {
  const failed = withChange(talk(), 'd', (last) => ({ ...last, text: '' }))
  const attachments = [
    { name: 'a.txt', kind: 'text', value: 'inside' },
    { name: 'p.png', kind: 'image', value: 'data:image/png;base64,xx' },
  ] as const
  const asked = withTurn(failed, { ...turn('e', 'd'), attachments }, 3)
  const messages = messagesOf(pathOf(asked))
  expect(messages).toHaveLength(4)
  expect(messages.at(-1)).toEqual({
    role: 'user',
    content: [
      { type: 'text', text: 'a.txt:\n\ninside\n\nsays e' },
      { type: 'image_url', image_url: { url: 'data:image/png;base64,xx' } },
    ],
  })
})
