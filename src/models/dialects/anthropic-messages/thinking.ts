import type { ChatCall, ReasoningRequest } from '../canonical.ts'
import type { EncodeContext, JsonObject } from '../dialect.ts'
import { changeParameter, dropParameter } from '../loss.ts'
import type { Turn } from '../turns.ts'

/** How a call's wish for reasoning is said to Anthropic. */
export interface ThinkingPlan {
  readonly thinking?: JsonObject
  /** `output_config.effort`. */
  readonly effort?: string
  readonly maxTokens: number
  /** The model thinks: temperature, top_k and forced tools are then restricted. */
  readonly isOn: boolean
}

/** What a plan depends on besides the wish. */
export interface ThinkingSituation {
  readonly context: EncodeContext
  readonly maxTokens: number
  /** A tool must be called; Anthropic refuses that together with thinking. */
  readonly isToolForced: boolean
  readonly turns: readonly Turn[]
}

type Effort = NonNullable<ReasoningRequest['effort']>

/** Tokens of thought for an effort, where a model takes a budget. Chosen by us; Anthropic names no such table. */
const BUDGETS: Readonly<Record<Exclude<Effort, 'none'>, number>> = {
  minimal: 1024,
  low: 2048,
  medium: 8192,
  high: 16_384,
  xhigh: 24_576,
  max: 32_000,
}
/** Anthropic's least budget (extended thinking, 2026-11). */
const LEAST_BUDGET = 1024
/** The part of `max_tokens` that thoughts may take, so that room for an answer stays. */
const THOUGHT_SHARE = 0.8

/** Plans `thinking`, `effort` and `max_tokens` for the target's generation of models. */
export function planThinking(call: ChatCall, situation: ThinkingSituation): ThinkingPlan {
  const none = { maxTokens: situation.maxTokens, isOn: false }
  const wish = call.reasoning
  const { target } = situation.context
  if (wish === undefined) return none
  if (wish.mode === 'off' || wish.effort === 'none') return planOff(wish, none)
  const cannot = target.reasoning === false || target.reasoningStyle === 'none'
  if (cannot) {
    if (asks(wish)) dropParameter(situation.context, 'reasoning')
    return none
  }
  const isBudget = styleOf(call, wish, situation) === 'budget'
  const plan = isBudget ? planBudget(call, wish, situation) : planAdaptive(call, wish, situation)
  if (!plan.isOn || !situation.isToolForced) return plan
  dropParameter(situation.context, 'thinking', 'a tool is forced, which thinking does not allow')
  return { ...none, ...(plan.effort === undefined ? {} : { effort: plan.effort }) }
}

function asks(wish: ReasoningRequest): boolean {
  return wish.effort !== undefined || wish.budgetTokens !== undefined || wish.mode === 'on' || wish.mode === 'adaptive'
}

function planOff(wish: ReasoningRequest, none: ThinkingPlan): ThinkingPlan {
  const effort = wish.effort === undefined || wish.effort === 'none' ? {} : { effort: wish.effort }
  return wish.mode === 'off' ? { ...none, ...effort, thinking: { type: 'disabled' } } : none
}

function styleOf(call: ChatCall, wish: ReasoningRequest, { context }: ThinkingSituation): 'budget' | 'adaptive' {
  const style = context.target.reasoningStyle
  if (style === 'budget') return 'budget'
  if (style !== undefined) return 'adaptive'
  return call.dialect === 'anthropic-messages' && wish.budgetTokens !== undefined ? 'budget' : 'adaptive'
}

function planAdaptive(call: ChatCall, wish: ReasoningRequest, situation: ThinkingSituation): ThinkingPlan {
  const isOwn = call.dialect === 'anthropic-messages'
  const effort = wish.effort ?? (wish.budgetTokens === undefined ? undefined : effortOf(wish.budgetTokens))
  const said = effort === 'minimal' ? 'low' : effort
  if (wish.effort === undefined && effort !== undefined && isOwn) {
    changeParameter(situation.context, 'thinking.budget_tokens', `effort ${effort}`)
  }
  const base = { maxTokens: situation.maxTokens, ...(said === undefined ? {} : { effort: said }) }
  if (isEffortAlone(call, wish) || situation.context.target.reasoningStyle === 'effort') return { ...base, isOn: false }
  return { ...base, thinking: { type: 'adaptive', ...display(wish) }, isOn: true }
}

/** Anthropic's own callers may ask for effort without thinking; others mean thinking when they name an effort. */
function isEffortAlone(call: ChatCall, wish: ReasoningRequest): boolean {
  return call.dialect === 'anthropic-messages' && wish.mode === undefined && wish.budgetTokens === undefined
}

function planBudget(call: ChatCall, wish: ReasoningRequest, situation: ThinkingSituation): ThinkingPlan {
  const none = { maxTokens: situation.maxTokens, isOn: false }
  if (!asks(wish)) return none
  if (isEffortAlone(call, wish)) {
    dropParameter(situation.context, 'output_config.effort')
    return none
  }
  if (lacksThought(situation.turns)) {
    dropParameter(situation.context, 'thinking', 'the turn that called the tools carries no thoughts')
    return none
  }
  const effort = wish.effort === undefined || wish.effort === 'none' ? 'high' : wish.effort
  const asked = wish.budgetTokens ?? BUDGETS[effort]
  const { budget, maxTokens } = fitBudget(asked, wish.budgetTokens !== undefined, situation)
  return {
    thinking: { type: 'enabled', budget_tokens: budget, ...display(wish) },
    // Effort beside a budget: only Anthropic's own callers say both.
    ...(call.dialect === 'anthropic-messages' && wish.effort !== undefined ? { effort } : {}),
    maxTokens,
    isOn: true,
  }
}

/** Keeps 1024 ≤ budget < max_tokens: lowers the budget to a share of it, and raises `max_tokens` only where it is tiny. */
function fitBudget(asked: number, isExplicit: boolean, { context, maxTokens }: ThinkingSituation) {
  const wanted = Math.max(LEAST_BUDGET, asked)
  if (wanted !== asked && isExplicit) changeParameter(context, 'thinking.budget_tokens', `raised to ${wanted}`)
  if (wanted < maxTokens) return { budget: wanted, maxTokens }
  const share = Math.floor(maxTokens * THOUGHT_SHARE)
  if (share >= LEAST_BUDGET) {
    if (isExplicit) changeParameter(context, 'thinking.budget_tokens', `lowered to ${share}, below max_tokens`)
    return { budget: share, maxTokens }
  }
  changeParameter(context, 'max_tokens', `raised to ${maxTokens + LEAST_BUDGET}, above the thinking budget`)
  return { budget: LEAST_BUDGET, maxTokens: maxTokens + LEAST_BUDGET }
}

/** With a budget, the turn that called the tools must begin with its thoughts; callers of other dialects lose them. */
function lacksThought(turns: readonly Turn[]): boolean {
  if (!turns.at(-1)?.blocks.some((block) => block.kind === 'tool-result')) return false
  const turn = turns.findLast(({ role }) => role === 'assistant')
  return turn !== undefined && turn.blocks[0]?.kind !== 'reasoning'
}

function display(wish: ReasoningRequest): JsonObject {
  if (wish.include === undefined) return {}
  return { display: wish.include ? 'summarized' : 'omitted' }
}

function effortOf(budgetTokens: number): Effort {
  if (budgetTokens <= 2048) return 'low'
  if (budgetTokens <= 8192) return 'medium'
  return budgetTokens <= 32_000 ? 'high' : 'max'
}
