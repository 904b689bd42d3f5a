/** What the models of a family can, in the words that a target's traits have. Absent means unknown. */
export interface ModelTraits {
  readonly maxOutputTokens?: number
  readonly contextTokens?: number
  readonly images?: boolean
  readonly audio?: boolean
  readonly files?: boolean
  readonly tools?: boolean
  readonly structuredOutput?: boolean
  readonly reasoning?: boolean
  /** How the model takes its thinking: a number of tokens, its own choice, an effort or a level. */
  readonly reasoningStyle?: 'budget' | 'adaptive' | 'effort' | 'level' | 'none'
  /** It opens https URLs of images and files itself. */
  readonly fetchesUrls?: boolean
  /** False where the model refuses a temperature. */
  readonly temperature?: boolean
}

interface Family {
  readonly name: RegExp
  readonly traits: ModelTraits
}

const K = 1_000
const text = { images: false, audio: false, files: false } as const
const seeing = { images: true, audio: false, files: true } as const
const capable = { tools: true, structuredOutput: true } as const
const plain = { reasoning: false, reasoningStyle: 'none' } as const
const claude = { ...seeing, ...capable, fetchesUrls: true } as const
const gemini = { images: true, audio: true, files: true, ...capable, contextTokens: 1_048_576 } as const
const openaiReasoning = {
  ...seeing,
  ...capable,
  reasoning: true,
  reasoningStyle: 'effort',
  temperature: false,
} as const

/**
 * Model families by name, the first that fits wins; names are what vendors and hosts call them, so each expression looks
 * for the family's own name anywhere in them. Written by hand from the vendors' model pages (2026-11): windows and bounds
 * in tokens. Unknown is left out: then a target is taken to be able.
 */
const FAMILIES: readonly Family[] = [
  { name: /embed|rerank|moderation|whisper|tts|transcribe/, traits: { tools: false, ...plain } },
  {
    name: /gpt-(?:5\.[45]|6)(?!.*(?:mini|nano))/,
    traits: { ...openaiReasoning, contextTokens: 1_050 * K, maxOutputTokens: 128 * K },
  },
  {
    name: /gpt-5(?:\.\d)?-chat/,
    traits: { ...seeing, structuredOutput: true, ...plain, contextTokens: 128 * K, maxOutputTokens: 16_384 },
  },
  { name: /gpt-5-pro/, traits: { ...openaiReasoning, contextTokens: 400 * K, maxOutputTokens: 272 * K } },
  { name: /gpt-5/, traits: { ...openaiReasoning, contextTokens: 400 * K, maxOutputTokens: 128 * K } },
  {
    name: /gpt-oss/,
    traits: { ...text, ...capable, reasoning: true, reasoningStyle: 'effort', contextTokens: 131_072 },
  },
  { name: /gpt-4\.1/, traits: { ...seeing, ...capable, ...plain, contextTokens: 1_047_576, maxOutputTokens: 32_768 } },
  {
    name: /gpt-4o.*audio|gpt-audio/,
    traits: {
      images: false,
      audio: true,
      files: false,
      tools: true,
      ...plain,
      contextTokens: 128 * K,
      maxOutputTokens: 16_384,
    },
  },
  {
    name: /gpt-4o.*search/,
    traits: {
      ...text,
      tools: false,
      structuredOutput: true,
      ...plain,
      contextTokens: 128 * K,
      maxOutputTokens: 16_384,
    },
  },
  { name: /gpt-4o/, traits: { ...seeing, ...capable, ...plain, contextTokens: 128 * K, maxOutputTokens: 16_384 } },
  {
    name: /gpt-4-turbo/,
    traits: {
      images: true,
      audio: false,
      files: false,
      tools: true,
      structuredOutput: false,
      ...plain,
      contextTokens: 128 * K,
      maxOutputTokens: 4_096,
    },
  },
  {
    name: /gpt-4/,
    traits: { ...text, tools: true, structuredOutput: false, ...plain, contextTokens: 8_192, maxOutputTokens: 8_192 },
  },
  {
    name: /gpt-3\.5/,
    traits: { ...text, tools: true, structuredOutput: false, ...plain, contextTokens: 16_385, maxOutputTokens: 4_096 },
  },
  {
    name: /(?:^|\/)o(?:1|3)-mini/,
    traits: { ...openaiReasoning, images: false, files: false, contextTokens: 200 * K, maxOutputTokens: 100 * K },
  },
  { name: /(?:^|\/)o[134](?:$|-)/, traits: { ...openaiReasoning, contextTokens: 200 * K, maxOutputTokens: 100 * K } },

  {
    name: /claude-(?:fable|opus-(?:4-[78]|5)|sonnet-5)/,
    traits: {
      ...claude,
      reasoning: true,
      reasoningStyle: 'adaptive',
      temperature: false,
      contextTokens: 1_000 * K,
      maxOutputTokens: 128 * K,
    },
  },
  {
    name: /claude-opus-4-6/,
    traits: {
      ...claude,
      reasoning: true,
      reasoningStyle: 'adaptive',
      contextTokens: 1_000 * K,
      maxOutputTokens: 128 * K,
    },
  },
  {
    name: /claude-sonnet-4-6/,
    traits: {
      ...claude,
      reasoning: true,
      reasoningStyle: 'adaptive',
      contextTokens: 1_000 * K,
      maxOutputTokens: 64 * K,
    },
  },
  {
    name: /claude-(?:opus|sonnet|haiku)-4-5/,
    traits: { ...claude, reasoning: true, reasoningStyle: 'budget', contextTokens: 200 * K, maxOutputTokens: 64 * K },
  },
  {
    name: /claude-opus-4/,
    traits: { ...claude, reasoning: true, reasoningStyle: 'budget', contextTokens: 200 * K, maxOutputTokens: 32 * K },
  },
  {
    name: /claude-sonnet-4|claude-3-7/,
    traits: { ...claude, reasoning: true, reasoningStyle: 'budget', contextTokens: 200 * K, maxOutputTokens: 64 * K },
  },
  // Every generation from 4.6 on chooses its thinking itself; what else a new one can is not known before it is listed.
  {
    name: /claude-[a-z]+-(?:4-[6-9](?!\d)|[5-9])/,
    traits: { ...claude, reasoning: true, reasoningStyle: 'adaptive' },
  },
  { name: /claude-3-5/, traits: { ...claude, ...plain, contextTokens: 200 * K, maxOutputTokens: 8_192 } },
  { name: /claude-3/, traits: { ...claude, ...plain, contextTokens: 200 * K, maxOutputTokens: 4_096 } },

  {
    name: /gemini-.*image/,
    traits: { images: true, audio: false, files: true, tools: false, structuredOutput: false },
  },
  {
    name: /gemini-(?:[3-9]|pro-latest|flash-latest|flash-lite-latest)/,
    traits: { ...gemini, reasoning: true, reasoningStyle: 'level', maxOutputTokens: 65_536 },
  },
  { name: /gemini-2\.5/, traits: { ...gemini, reasoning: true, reasoningStyle: 'budget', maxOutputTokens: 65_536 } },
  { name: /gemini-(?:2\.0|1\.5)/, traits: { ...gemini, ...plain, maxOutputTokens: 8_192 } },
  { name: /gemma/, traits: { audio: false, files: false } },

  { name: /magistral/, traits: { ...text, tools: true, reasoning: true, contextTokens: 128 * K } },
  {
    name: /pixtral|mistral-(?:medium|small|large-(?:2512|latest))/,
    traits: { images: true, audio: false, ...capable },
  },
  { name: /codestral|devstral|ministral|mixtral|mistral/, traits: { ...text, ...capable, ...plain } },

  {
    name: /command-a-plus/,
    traits: {
      images: true,
      audio: false,
      files: false,
      ...capable,
      reasoning: true,
      reasoningStyle: 'budget',
      contextTokens: 128 * K,
      maxOutputTokens: 64 * K,
    },
  },
  {
    name: /command-a-reasoning/,
    traits: {
      ...text,
      ...capable,
      reasoning: true,
      reasoningStyle: 'budget',
      contextTokens: 256 * K,
      maxOutputTokens: 32 * K,
    },
  },
  {
    name: /command-a-vision|aya-vision/,
    traits: { images: true, audio: false, files: false, tools: false, ...plain, maxOutputTokens: 8 * K },
  },
  { name: /command-a/, traits: { ...text, ...capable, ...plain, contextTokens: 256 * K, maxOutputTokens: 8 * K } },
  { name: /command-r/, traits: { ...text, ...capable, ...plain, contextTokens: 128 * K, maxOutputTokens: 4 * K } },

  { name: /deepseek-(?:reasoner|r1)/, traits: { ...text, reasoning: true } },
  { name: /deepseek-v4/, traits: { ...text, ...capable, reasoning: true } },
  { name: /deepseek/, traits: { ...text, tools: true } },
  { name: /grok-[3-9]/, traits: { audio: false, ...capable } },
  { name: /sonar/, traits: { audio: false, tools: false } },
  { name: /llama-4/, traits: { images: true, audio: false, tools: true, ...plain } },
  { name: /llama-?3/, traits: { audio: false, tools: true, ...plain } },
  { name: /nova-(?:lite|pro|premier|2)/, traits: { images: true, audio: false, files: true, tools: true } },
  { name: /nova-micro/, traits: { ...text, tools: true, ...plain } },
]

/** What a model of this name can, as far as its family tells; `{}` when no family is known. */
export function familyTraits(model: string): ModelTraits {
  const name = model.toLowerCase().replace(/(?<=claude-(?:\w+-)?\d)\.(?=\d)/g, '-')
  return FAMILIES.find((family) => family.name.test(name))?.traits ?? {}
}
