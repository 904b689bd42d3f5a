// The floor: a proxy in the same runtime that forwards and does nothing else. `bun benchmarks/programs/bare.ts <origin>`
import { answerQuestions } from './questions.ts'

const upstream = process.argv[2] ?? ''

const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  idleTimeout: 0,
  fetch: async (request) => {
    const { pathname } = new URL(request.url)
    const answer = await fetch(upstream + pathname, {
      method: request.method,
      headers: {
        'content-type': 'application/json',
        authorization: request.headers.get('authorization') ?? '',
      },
      body: await request.text(),
      signal: request.signal,
    })
    const headers = { 'content-type': answer.headers.get('content-type') ?? '' }
    return new Response(answer.body, { status: answer.status, headers })
  },
})

answerQuestions(() => ({ port: server.port }))
