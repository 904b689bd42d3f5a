// The generator of load: `bun benchmarks/programs/load.ts`, told what to do by its parent.
import type { Hold, HoldReport, LoadQuestion, Round, RoundReport } from '../load.ts'
import { summaryOf } from '../statistics.ts'
import { type Client, connect, requestBytes } from './client.ts'
import { answerQuestions } from './questions.ts'

const now = () => performance.timeOrigin + performance.now()
const AT = 64
const STAMP_CHARACTERS = 17

interface Seen {
  readonly total: number[]
  readonly firstToken: number[]
  readonly token: number[]
  readonly failures: Record<string, number>
}

/** Reads the instants at which tokens were sent: `@1795368139663.744`. Calls back once for each. */
function stamps(bytes: Buffer, seen: (sentAt: number) => void): void {
  for (let at = bytes.indexOf(AT); at >= 0; at = bytes.indexOf(AT, at + 1)) {
    const sentAt = Number(bytes.toString('latin1', at + 1, at + 1 + STAMP_CHARACTERS))
    if (sentAt > 0) seen(sentAt)
  }
}

/** One connection's share of a round: a request as soon as the answer before is whole. */
async function walk(round: Round, next: () => boolean, seen: Seen): Promise<void> {
  const request = requestBytes(round.shot)
  let sentAt = 0
  let hasToken = false
  let client: Client | undefined
  await new Promise<void>((resolve, reject) => {
    let isOver = false
    const shoot = () => {
      if (!next()) {
        isOver = true
        client?.leave()
        return resolve()
      }
      hasToken = false
      client?.send(request)
      sentAt = now()
    }
    const fail = (status: string) => {
      seen.failures[status] = (seen.failures[status] ?? 0) + 1
    }
    const events = {
      status: (status: string) => {
        if (!status.startsWith('200')) fail(status)
      },
      body: (bytes: Buffer) => {
        if (!bytes.includes(AT)) return
        const readAt = now()
        if (!hasToken) seen.firstToken.push(readAt - sentAt)
        stamps(bytes, (stamp) => {
          if (hasToken) seen.token.push(readAt - stamp)
          hasToken = true
        })
      },
      end: () => {
        seen.total.push(now() - sentAt)
        shoot()
      },
      closed: () => {
        if (isOver) return
        fail('connection closed')
        resolve()
      },
    }
    connect(round.shot.origin, events).then((connected) => {
      client = connected
      shoot()
    }, reject)
  })
}

async function runRound(round: Round): Promise<RoundReport> {
  const seen: Seen = { total: [], firstToken: [], token: [], failures: {} }
  let left = round.count
  const next = () => left-- > 0
  const from = now()
  await Promise.all(Array.from({ length: round.connections }, () => walk(round, next, seen)))
  return {
    completed: seen.total.length,
    elapsedMs: now() - from,
    failures: seen.failures,
    total: summaryOf(seen.total),
    firstToken: summaryOf(seen.firstToken),
    token: summaryOf(seen.token),
  }
}

interface HeldStream {
  client: Client | undefined
  state: 'asked' | 'open' | 'refused' | 'broken' | 'left'
  lastAt: number
}

interface Holding {
  readonly streams: HeldStream[]
  readonly refused: Record<string, number>
  retryAfter: number
}

const BATCH_EVERY_MS = 20
const ANSWERED_WITHIN_MS = 30_000

/** Opens streams; resolves when each of them has been begun, or answered where that is asked. */
async function hold({ shot, count, batch, answered }: Hold, holding: Holding): Promise<HoldReport> {
  const request = requestBytes(shot)
  const fresh: HeldStream[] = []
  for (let begun = 0; begun < count; begun += batch) {
    for (let index = begun; index < Math.min(count, begun + batch); index++)
      fresh.push(begin(shot.origin, request, holding))
    await Bun.sleep(BATCH_EVERY_MS)
  }
  holding.streams.push(...fresh)
  const until = now() + ANSWERED_WITHIN_MS
  while (answered && now() < until && fresh.some((stream) => stream.state === 'asked')) await Bun.sleep(BATCH_EVERY_MS)
  return report(holding, Number.POSITIVE_INFINITY)
}

function begin(origin: string, request: Buffer, holding: Holding): HeldStream {
  const stream: HeldStream = { client: undefined, state: 'asked', lastAt: now() }
  const broke = () => {
    if (stream.state === 'asked' || stream.state === 'open') stream.state = 'broken'
  }
  const events = {
    status: (status: string, headers: string) => {
      stream.state = status.startsWith('200') ? 'open' : 'refused'
      if (stream.state === 'open') return
      holding.refused[status] = (holding.refused[status] ?? 0) + 1
      if (/^retry-after: *\d/m.test(headers)) holding.retryAfter++
    },
    body: () => {
      stream.lastAt = now()
    },
    end: () => {
      if (stream.state === 'open') stream.state = 'broken'
    },
    closed: broke,
  }
  connect(origin, events).then((client) => {
    stream.client = client
    client.send(request)
  }, broke)
  return stream
}

function report({ streams, refused, retryAfter }: Holding, silentAfterMs: number, leftAt = 0): HoldReport {
  const open = streams.filter((stream) => stream.state === 'open')
  const since = now() - silentAfterMs
  return {
    open: open.length,
    refused,
    retryAfter,
    silent: open.filter((stream) => stream.lastAt < since).length,
    broken: streams.filter((stream) => stream.state === 'broken' || stream.state === 'asked').length,
    leftAt,
  }
}

function leave(holding: Holding): HoldReport {
  const leftAt = now()
  for (const stream of holding.streams) {
    stream.state = 'left'
    stream.client?.leave()
  }
  holding.streams.length = 0
  const left = report(holding, Number.POSITIVE_INFINITY, leftAt)
  for (const status of Object.keys(holding.refused)) delete holding.refused[status]
  holding.retryAfter = 0
  return left
}

const holding: Holding = { streams: [], refused: {}, retryAfter: 0 }

answerQuestions<LoadQuestion, RoundReport | HoldReport>((question) => {
  switch (question.kind) {
    case 'round':
      return runRound(question)
    case 'hold':
      return hold(question, holding)
    case 'held':
      return report(holding, question.silentAfterMs)
    case 'leave':
      return leave(holding)
  }
})
