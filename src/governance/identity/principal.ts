/** Who asks, as recognised by `authenticate`: the principal, and the chain that stands behind it. */
export interface Caller {
  /** `app:name`, `user:email`, `agent:name`. */
  readonly principal: string
  /** The Key document's name. */
  readonly key?: string
  readonly app?: string
  readonly user?: string
  readonly agent?: string
  /** An agent that may act only for a person: `onBehalfOf` must be there before anything is decided. */
  readonly actsFor?: 'user'
  /** Whom an agent acts for in this call; it may do no more than they may. */
  readonly onBehalfOf?: Caller
  /** The team the principal belongs to. */
  readonly team?: string
  /** That team and all its parents, nearest first. */
  readonly teams: readonly string[]
  /** Resources the key is narrowed to (`model:assistant`, `model:gpt-*`); absent: not narrowed. */
  readonly narrowTo?: readonly string[]
  /** May administer the control plane (until Roles exist: the bootstrap app and local administrators). */
  readonly administrator: boolean
}

/** A thing that may be used, as policy names it: `model:assistant`. */
export interface Resource {
  readonly kind: string
  readonly name: string
}

/** The scopes a caller and a resource stand in, for everything bound by `appliesTo`: `org`, `team:x`, `app:x`, `user:x`, … */
export type Scope = string
