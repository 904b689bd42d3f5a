import type { Exchange } from '../exchange.ts'
import type { GovernedCall } from '../governed.ts'
import type { Grant } from '../grant.ts'

/**
 * Does a person have to say yes first? No document kind of today can ask for it, so every granted call goes on; the
 * step stands here because its place in the order is part of the design.
 */
export function approve(_exchange: Exchange, _grant: Grant, _call: GovernedCall): void {}
