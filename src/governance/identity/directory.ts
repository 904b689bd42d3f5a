/** A person as the gate knows them at this instant. A change makes a new object, so that what was worked out of it is not used again. */
export interface Person {
  readonly id: string
  /** In lower case; the principal is `user:<email>`. */
  readonly email: string
  readonly name: string
  readonly status: 'active' | 'disabled' | 'deleted'
  /** A password that somebody else knows must be changed before anything else. */
  readonly passwordChange: 'none' | 'advised' | 'required'
  /** Teams that an administrator put them into, besides those of documents. */
  readonly teams: readonly string[]
  /** Groups that an identity provider says they are in; `Team.ssoGroups` makes teams of them. */
  readonly groups: readonly string[]
}

/** A signed-in person. */
export interface Session {
  /** For people and records; the token is not derivable from it. */
  readonly id: string
  readonly person: Person
  /** From when it is refused, epoch milliseconds. */
  readonly expiresAt: number
  /** When the person last proved who they are, epoch milliseconds. */
  readonly provedAt: number
  /** When it was last used, epoch milliseconds. */
  readonly seenAt: number
}

/** Who has an account and who is signed in, in memory: asked on the way of every call of a person. */
export interface Directory {
  /** The name of the session's cookie; only this one counts. */
  readonly cookieName: string
  /** The origin (`https://ai.example.com`) under which browsers know the gateway. */
  readonly publicOrigin: string
  /** The person with an account of this e-mail address; undefined for people whom documents alone name. */
  readonly person: (email: string) => Person | undefined
  /** The session of a token's SHA-256 (hex), whatever its state. */
  readonly session: (digest: string) => Session | undefined
  /** Notes that a session was used. */
  readonly seen: (session: Session, nowMs: number) => void
}
