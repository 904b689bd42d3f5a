import type { GuardrailTestAnswer } from '../contract/guardrails.ts'
import { callJson } from './client.ts'
import { type Command, type CommandContext, CommandError, type Invocation } from './command.ts'

/** `gatehouse guardrails`: what checks find in a text. */
export const guardrailsCommand: Command = {
  name: 'guardrails',
  summary: 'try guardrails on a text',
  usage: `gatehouse guardrails test [--detector pii,secrets] [--phase input] [--threshold 0.5] [--json] < file

  test    reads a text from standard input and prints what each check finds: kind, place, score, in which reading of the
          text, and the time that it took. Every detector that needs no options, unless --detector names some. --phase is
          input, output, tool-arguments, tool-result or ingest.
The exit code is 2 when something was found. Talks to GATEHOUSE_URL with GATEHOUSE_TOKEN; the text is kept nowhere.`,
  options: {
    detector: { type: 'string' },
    phase: { type: 'string' },
    threshold: { type: 'string' },
    json: { type: 'boolean' },
  },
  positionals: [1, 1],
  run: (invocation, context) => {
    if (invocation.positionals[0] === 'test') return tryOn(invocation, context)
    throw new CommandError(['Say guardrails test. See gatehouse guardrails --help.'])
  },
}

async function tryOn({ text, flag }: Invocation, context: CommandContext): Promise<number> {
  const threshold = text('threshold')
  const checks = text('detector')
    ?.split(',')
    .map((detector) => ({
      detector: detector.trim(),
      ...(threshold !== undefined && { threshold: Number(threshold) }),
    }))
  const body = { text: await context.input(), phase: text('phase') ?? 'input', ...(checks && { checks }) }
  const answer = await callJson<GuardrailTestAnswer>(context, { method: 'POST', path: '/api/v1/guardrails/test', body })
  for (const line of flag('json') ? [JSON.stringify(answer, undefined, 2)] : linesOf(answer)) context.out(line)
  return answer.findings.length > 0 ? 2 : 0
}

function linesOf({ findings, checks }: GuardrailTestAnswer): readonly string[] {
  return [
    ...findings.map(({ detector, kind, start, end, score, view }) =>
      [detector, kind, `${start}-${end}`, score.toFixed(2), view].join('\t'),
    ),
    ...checks.map(({ detector, state, findings: count, microseconds }) =>
      [detector, state, `${count} found`, `${microseconds} µs`].join('\t'),
    ),
  ]
}
