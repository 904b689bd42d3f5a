import type { ExplainAnswer } from '../contract/access.ts'
import type { BodyOf } from '../contract/client.ts'
import { actionOf } from './action.ts'
import { api } from './client.ts'
import { type Command, CommandError, type Invocation } from './command.ts'

/** `gatehouse explain`: a decision with its reasons. */
export const explainCommand: Command = {
  name: 'explain',
  summary: 'tell why somebody may or may not do something',
  usage: `gatehouse explain --on model:assistant [--as user:ann@example.com] [--action use]
                  [--on-behalf-of user:ann@example.com] [--at 2026-06-01T12:00:00Z]
                  [--tokens N] [--stream] [--tools] [--json]

Prints the decision, every grant that speaks of it (those that match first) with its file and line and the values that
its condition met, what would have to change, and who could grant it. Without --as it is about whose key asks. Exits
with 0 when it is allowed and 2 when it is denied. Talks to GATEHOUSE_URL with GATEHOUSE_TOKEN.`,
  options: {
    as: { type: 'string' },
    action: { type: 'string' },
    on: { type: 'string' },
    'on-behalf-of': { type: 'string' },
    at: { type: 'string' },
    tokens: { type: 'string' },
    stream: { type: 'boolean' },
    tools: { type: 'boolean' },
    json: { type: 'boolean' },
  },
  positionals: [0, 0],
  run: async (invocation, context) => {
    const answer = await api(context)('postAccessExplain', { body: bodyOf(invocation) })
    const lines = invocation.flag('json') ? [JSON.stringify(answer, undefined, 2)] : explanationLines(answer)
    for (const line of lines) context.out(line)
    return answer.effect === 'allow' ? 0 : 2
  },
}

function bodyOf({ text, flag }: Invocation): BodyOf<'postAccessExplain'> {
  const on = text('on')
  if (!on) throw new CommandError(['Say what it is about: --on model:assistant.'])
  const tokens = text('tokens')
  if (tokens !== undefined && !/^\d{1,9}$/.test(tokens)) throw new CommandError(['--tokens takes a whole number.'])
  const request = {
    ...(tokens === undefined ? {} : { tokens: Number(tokens) }),
    ...(flag('stream') ? { stream: true } : {}),
    ...(flag('tools') ? { tools: true } : {}),
  }
  const [as, action, onBehalfOf, at] = [text('as'), text('action'), text('on-behalf-of'), text('at')]
  return {
    on,
    request,
    ...(as && { as }),
    ...(action && { action: actionOf(action) }),
    ...(onBehalfOf && { onBehalfOf }),
    ...(at && { at }),
  }
}

type Explained = Pick<ExplainAnswer, 'principal' | 'teams' | 'rules'>

/** An explanation as the command prints it. */
export function explanationLines(answer: ExplainAnswer): readonly string[] {
  const { principal, action, on, effect, reason, changes, grantedBy, revision, onBehalfOf } = answer
  return [
    `${effect === 'allow' ? 'ALLOWED' : 'DENIED'}: ${principal} ${action} ${on} (revision ${revision.slice(0, 12)})`,
    reason,
    '',
    ...ruleLines(answer),
    ...(onBehalfOf ? ['', ...ruleLines(onBehalfOf)] : []),
    ...section('What would have to change', changes),
    ...section(
      'Who could grant it',
      grantedBy.map(({ principal: grantor, because }) => `${grantor} (${because})`),
    ),
  ]
}

function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', `${title}:`, ...lines.map((line) => `  ${line}`)]
}

function ruleLines({ principal, teams, rules }: Explained): readonly string[] {
  const who = teams.length === 0 ? principal : `${principal} (teams ${teams.join(', ')})`
  if (rules.length === 0) return [`No grant speaks of ${who} or of this.`]
  return [`Grants for ${who}, in order:`, ...rules.flatMap(oneRule)]
}

function oneRule(rule: ExplainAnswer['rules'][number]): readonly string[] {
  const state = rule.decides ? 'decides' : rule.matches ? 'matches' : 'does not match'
  const watches = rule.mode === 'monitor' ? ', only watches' : ''
  const ended = rule.ended ? ` (ended ${rule.expires ?? ''})` : ''
  return [
    `  ${rule.effect === 'allow' ? '+' : '-'} ${rule.rule}${rule.at ? ` at ${rule.at}` : ''}: ${state}${watches}${ended}`,
    `      for ${rule.subject ?? 'others'}, on ${rule.pattern ?? 'other resources'}`,
    ...(rule.when === undefined ? [] : [`      when ${rule.when}: ${rule.condition}`]),
    ...(rule.parts ?? []).map(({ expression, outcome, operands }) => {
      const values = operands.map((operand) => `${operand.expression} = ${operand.value}`).join(', ')
      return `        ${expression}: ${outcome}${values === '' ? '' : ` (${values})`}`
    }),
  ]
}
