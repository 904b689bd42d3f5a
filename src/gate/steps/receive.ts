import type { Exchange } from '../exchange.ts'

/**
 * Reads what is asked, whole and within its bound, now that it is known who asks: a stranger's body is never waited for.
 * Cannot refuse: what was wrong with the body is told by `decode`, in the surface's own shape.
 */
export async function receive(exchange: Exchange): Promise<void> {
  const { clock } = exchange.gate
  const from = clock.monotonic()
  await exchange.operation.incoming.receive()
  exchange.othersMs += clock.monotonic() - from
  exchange.lap('receive')
}
