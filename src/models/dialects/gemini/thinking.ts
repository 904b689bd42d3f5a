import type { ReasoningRequest } from '../canonical.ts'
import type { EncodeContext, JsonObject, TargetTraits } from '../dialect.ts'
import { dropParameter } from '../loss.ts'
import { compact, flagOf, type Node, numberOf, textOf } from './fields.ts'

type Effort = NonNullable<ReasoningRequest['effort']>

const EFFORTS: Readonly<Record<string, Effort>> = { minimal: 'minimal', low: 'low', medium: 'medium', high: 'high' }
/** Budgets Google's own OpenAI endpoint uses for the efforts (ai.google.dev/gemini-api/docs/openai, 2026-11). */
const BUDGET_OF: Readonly<Record<Effort, number>> = {
  none: 0,
  minimal: 1_024,
  low: 1_024,
  medium: 8_192,
  high: 24_576,
  xhigh: 32_768,
  max: 32_768,
}
const LEVEL_OF: Readonly<Record<Effort, string>> = {
  none: 'minimal',
  minimal: 'minimal',
  low: 'low',
  medium: 'medium',
  high: 'high',
  xhigh: 'high',
  max: 'high',
}

/** `thinkingConfig` as a {@link ReasoningRequest}: budget 0 is off, -1 is the model's own choice. */
export function readThinking(node: Node): ReasoningRequest {
  const budget = numberOf(node, 'thinkingBudget')
  const effort = EFFORTS[(textOf(node, 'thinkingLevel') ?? '').toLowerCase()]
  const include = flagOf(node, 'includeThoughts')
  return {
    ...(effort === undefined ? {} : { effort }),
    ...readBudget(budget),
    ...(include === undefined ? {} : { include }),
  }
}

function readBudget(budget: number | undefined): ReasoningRequest {
  if (budget === undefined) return {}
  if (budget === 0) return { mode: 'off' }
  return budget < 0 ? { mode: 'adaptive' } : { mode: 'on', budgetTokens: budget }
}

/** How a Gemini model takes its thinking: as the target's traits say, else by the generation in its name. */
export function thinkingStyle(target: TargetTraits): 'budget' | 'level' | 'none' {
  const style = target.reasoningStyle
  if (style === 'budget' || style === 'level' || style === 'none') return style
  if (target.reasoning === false) return 'none'
  if (/gemini-(?:[3-9]|\d{2})|gemini-(?:pro|flash|flash-lite)-latest|gemma-[4-9]/.test(target.model)) return 'level'
  return /gemini-(?:1|2\.0)|gemma|embedding/.test(target.model) ? 'none' : 'budget'
}

/** The `thinkingConfig` that says it, or undefined when there is nothing to say. Losses are declared. */
export function writeThinking(reasoning: ReasoningRequest, context: EncodeContext): JsonObject | undefined {
  const style = thinkingStyle(context.target)
  if (style === 'none') {
    if (wants(reasoning)) dropParameter(context, 'reasoning')
    return undefined
  }
  const amount = style === 'level' ? writeLevel(reasoning, context) : writeBudget(reasoning, context)
  const isOff = amount['thinkingBudget'] === 0
  const include =
    reasoning.include ??
    (reasoning.mode === 'on' || reasoning.mode === 'adaptive' || reasoning.summary ? true : undefined)
  const config = compact({ ...amount, includeThoughts: isOff && include ? undefined : include })
  return Object.keys(config).length === 0 ? undefined : config
}

function wants(reasoning: ReasoningRequest): boolean {
  if (reasoning.mode === 'off' || reasoning.effort === 'none' || reasoning.effort === 'minimal') return false
  return reasoning.effort !== undefined || reasoning.budgetTokens !== undefined || reasoning.mode !== undefined
}

/** Gemini 3 and later: levels. Only the Flash models know `minimal`; none can be switched off. */
function writeLevel(reasoning: ReasoningRequest, context: EncodeContext): JsonObject {
  const effort = effortOf(reasoning)
  if (effort === undefined) return {}
  const lowest = context.target.model.includes('flash') ? 'minimal' : 'low'
  if (effort === 'none') context.warn(`downgraded: reasoning off to thinkingLevel ${lowest}`)
  const level = LEVEL_OF[effort]
  return { thinkingLevel: level === 'minimal' ? lowest : level }
}

function effortOf(reasoning: ReasoningRequest): Effort | undefined {
  if (reasoning.mode === 'off') return 'none'
  if (reasoning.effort !== undefined) return reasoning.effort
  const budget = reasoning.budgetTokens
  if (budget === undefined) return undefined
  if (budget <= 4_096) return 'low'
  return budget <= 16_384 ? 'medium' : 'high'
}

/** Gemini 2.5: token budgets, bounded by the model (ai.google.dev/gemini-api/docs/thinking, 2026-11). */
function writeBudget(reasoning: ReasoningRequest, context: EncodeContext): JsonObject {
  const asked = budgetOf(reasoning)
  if (asked === undefined || asked < 0) return compact({ thinkingBudget: asked })
  const { model } = context.target
  const isPro = model.includes('pro')
  const least = isPro ? 128 : model.includes('lite') ? 512 : 1
  const most = isPro ? 32_768 : 24_576
  if (asked === 0) {
    if (isPro) context.warn(`downgraded: reasoning off to thinkingBudget ${least}`)
    return { thinkingBudget: isPro ? least : 0 }
  }
  return { thinkingBudget: Math.min(most, Math.max(least, asked)) }
}

function budgetOf(reasoning: ReasoningRequest): number | undefined {
  if (reasoning.mode === 'off') return 0
  if (reasoning.budgetTokens !== undefined) return reasoning.budgetTokens
  if (reasoning.effort !== undefined) return BUDGET_OF[reasoning.effort]
  return reasoning.mode === undefined ? undefined : -1
}
