import { useCallback, useRef, useState, useSyncExternalStore } from 'react'
import { type Conversation, newConversation } from './conversation.ts'

/** The chats of one person, kept in this browser. */
export interface Chats {
  /** Newest first. */
  readonly all: readonly Conversation[]
  readonly current: Conversation
  readonly open: (id: string | undefined) => void
  readonly change: (id: string, change: (conversation: Conversation) => Conversation) => void
  readonly remove: (id: string) => void
}

const MOST = 200
const WRITTEN_AFTER_MS = 400
const prefix = (user: string) => `gatehouse.chats.${user}`

function read(user: string): readonly Conversation[] {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(prefix(user)) ?? '[]')
    return Array.isArray(value) ? (value as readonly Conversation[]) : []
  } catch {
    return []
  }
}

interface Shelf {
  readonly subscribe: (listener: () => void) => () => void
  readonly get: () => readonly Conversation[]
  readonly set: (next: readonly Conversation[]) => void
}

/** Chats in memory, written a moment later: a stream changes its chat many times a second. */
function shelfOf(user: string): Shelf {
  let chats = read(user)
  let isDue = false
  const listeners = new Set<() => void>()
  const write = () => {
    isDue = false
    // Pictures fill the space that a browser gives: the oldest chats go first.
    for (let kept = chats.slice(0, MOST); kept.length > 0; kept = kept.slice(0, -1)) {
      try {
        localStorage.setItem(prefix(user), JSON.stringify(kept))
        return
      } catch {
        // One less.
      }
    }
    localStorage.removeItem(prefix(user))
  }
  addEventListener('pagehide', write)
  return {
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    get: () => chats,
    set: (next) => {
      chats = next
      if (!isDue) setTimeout(write, WRITTEN_AFTER_MS)
      isDue = true
      for (const listener of listeners) listener()
    },
  }
}

/** The chats of who is signed in. */
export function useChats(user: string): Chats {
  const shelf = useRef<Shelf>(undefined)
  shelf.current ??= shelfOf(user)
  const { subscribe, get, set } = shelf.current
  const all = useSyncExternalStore(subscribe, get)
  const [fresh, setFresh] = useState(() => newConversation(crypto.randomUUID(), Date.now()))
  const [openId, setOpenId] = useState<string>()
  const current = all.find(({ id }) => id === openId) ?? fresh
  const open = useCallback((id: string | undefined) => {
    setOpenId(id)
    if (id === undefined) setFresh(newConversation(crypto.randomUUID(), Date.now()))
  }, [])
  const change: Chats['change'] = useCallback(
    (id, with_) => {
      const before = get()
      const known = before.find((chat) => chat.id === id) ?? newConversation(id, Date.now())
      const next = with_(known)
      set([next, ...before.filter((chat) => chat.id !== id)].toSorted((a, b) => b.updatedAt - a.updatedAt))
      setOpenId((now) => now ?? id)
    },
    [get, set],
  )
  const remove: Chats['remove'] = useCallback(
    (id) => {
      set(get().filter((chat) => chat.id !== id))
      open(undefined)
    },
    [get, set, open],
  )
  return { all, current, open, change, remove }
}
