import { toGatewayError } from '../lib/errors.ts'
import { open } from './open.ts'
import type { Operation } from './operation.ts'
import type { Gate } from './parts.ts'
import { replyWith, replyWithError } from './reply.ts'
import { approve } from './steps/approve.ts'
import { authenticate } from './steps/authenticate.ts'
import { authorize } from './steps/authorize.ts'
import { inspectAnswer } from './steps/inspect-answer.ts'
import { inspectCall } from './steps/inspect-call.ts'
import { meter } from './steps/meter.ts'
import { recall } from './steps/recall.ts'
import { receive } from './steps/receive.ts'
import { reserve } from './steps/reserve.ts'

/** The one way through: every operation, of every protocol, walks these steps in this order. */
export async function pass(gate: Gate, operation: Operation): Promise<Response> {
  const exchange = open(gate, operation)
  try {
    const caller = authenticate(exchange)
    await receive(exchange)
    const call = await operation.decode(exchange)
    const grant = authorize(exchange, caller, call)
    await approve(exchange, grant, call)
    const repeated = recall(exchange, call)
    if (repeated) return repeated
    exchange.hold = await reserve(exchange, grant, call)
    const safeCall = await inspectCall(exchange, grant, call)
    const answer = meter(exchange, await operation.perform(exchange, grant, safeCall))
    const safeAnswer = await inspectAnswer(exchange, grant, answer)
    return replyWith(exchange, operation.encode(exchange, safeAnswer))
  } catch (cause) {
    return replyWithError(exchange, toGatewayError(cause))
  }
}
