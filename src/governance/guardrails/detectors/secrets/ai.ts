import type { SecretDeclaration } from './secret-rule.ts'
import { alnum, BETWEEN, END, hex, UUID, urlSafe } from './token-language.ts'
import { looksRandom } from './value.ts'

const mixed = (value: string) => looksRandom(value, 3.3)

/** Model providers, and tools around models. */
export const AI_SECRETS: readonly SecretDeclaration[] = [
  { kind: 'ANTHROPIC_API_KEY', keywords: ['sk-ant-'], pattern: `sk-ant-[a-z]{2,8}[0-9]{2}-${urlSafe(70, 140)}` },
  { kind: 'OPENROUTER_API_KEY', keywords: ['sk-or-'], pattern: `sk-or-v1-${hex(64)}${END}` },
  { kind: 'LANGFUSE_SECRET_KEY', keywords: ['sk-lf-'], pattern: `sk-lf-${UUID}` },
  {
    kind: 'OPENAI_API_KEY',
    keywords: ['sk-proj-', 'sk-svcacct-', 'sk-admin-', 'sk-none-'],
    pattern: `sk-(?:proj|svcacct|admin|None)-${urlSafe(36, 220)}`,
  },
  {
    kind: 'OPENAI_API_KEY',
    keywords: ['sk-'],
    pattern: `sk-${alnum(20, 64)}${END}`,
    check: (value) => looksRandom(value, 3.5),
    score: 0.9,
  },
  { kind: 'GROQ_API_KEY', keywords: ['gsk_'], pattern: `gsk_${alnum(40, 64)}` },
  { kind: 'XAI_API_KEY', keywords: ['xai-'], pattern: `xai-${alnum(64, 100)}` },
  { kind: 'PERPLEXITY_API_KEY', keywords: ['pplx-'], pattern: `pplx-${alnum(40, 64)}` },
  {
    kind: 'HUGGINGFACE_TOKEN',
    keywords: ['hf_'],
    pattern: `hf_[A-Za-z0-9]{30,44}${END}`,
    check: (value) => /[A-Z]/.test(value.slice(3)) && /[a-z]/.test(value.slice(3)) && entropyOfLetters(value),
  },
  { kind: 'HUGGINGFACE_TOKEN', keywords: ['api_org_'], pattern: `api_org_[A-Za-z]{34}${END}` },
  { kind: 'REPLICATE_TOKEN', keywords: ['r8_'], pattern: `r8_${alnum(37, 40)}${END}` },
  { kind: 'TOGETHER_API_KEY', keywords: ['tgp_v1_'], pattern: `tgp_v1_${urlSafe(40, 50)}` },
  { kind: 'FIREWORKS_API_KEY', keywords: ['fw_'], pattern: `fw_${alnum(22, 32)}${END}`, check: mixed },
  { kind: 'NVIDIA_API_KEY', keywords: ['nvapi-'], pattern: `nvapi-${urlSafe(50, 80)}` },
  { kind: 'CEREBRAS_API_KEY', keywords: ['csk-'], pattern: `csk-[a-z0-9]{48}${END}` },
  { kind: 'TAVILY_API_KEY', keywords: ['tvly-'], pattern: `tvly-(?:dev-|prod-)?${alnum(32, 40)}${END}` },
  { kind: 'FIRECRAWL_API_KEY', keywords: ['fc-'], pattern: `fc-${hex(32)}${END}` },
  { kind: 'JINA_API_KEY', keywords: ['jina_'], pattern: `jina_${urlSafe(50, 70)}` },
  { kind: 'LANGSMITH_API_KEY', keywords: ['lsv2_'], pattern: `lsv2_(?:pt|sk)_${hex(32)}_${hex(10)}${END}` },
  { kind: 'ELEVENLABS_API_KEY', keywords: ['sk_'], pattern: `sk_${hex(48)}${END}` },
  { kind: 'PINECONE_API_KEY', keywords: ['pcsk_'], pattern: `pcsk_${alnum(4, 8)}_${alnum(50, 70)}` },
  {
    kind: 'VOYAGE_API_KEY',
    keywords: ['pa-'],
    pattern: `pa-${urlSafe(43)}${END}`,
    check: (value) => looksRandom(value, 4),
  },
  { kind: 'LLAMACLOUD_API_KEY', keywords: ['llx-'], pattern: `llx-${alnum(46, 52)}` },
  {
    kind: 'BRAVE_API_KEY',
    keywords: ['bsa'],
    pattern: `BSA${urlSafe(27, 29)}${END}`,
    check: (value) => looksRandom(value, 3.8),
  },
  { kind: 'MEM0_API_KEY', keywords: ['m0-'], pattern: `m0-${alnum(38, 42)}${END}` },
  {
    kind: 'WANDB_API_KEY',
    keywords: ['wandb'],
    pattern: `wandb${BETWEEN}(${hex(40)}${END})`,
    flags: 'i',
    begins: 'name',
  },
  {
    kind: 'COHERE_API_KEY',
    keywords: ['cohere'],
    pattern: `cohere${BETWEEN}(${alnum(40)}${END})`,
    flags: 'i',
    begins: 'name',
    check: mixed,
  },
  {
    kind: 'MISTRAL_API_KEY',
    keywords: ['mistral'],
    pattern: `mistral${BETWEEN}(${alnum(32)}${END})`,
    flags: 'i',
    begins: 'name',
    check: mixed,
  },
  {
    kind: 'DEEPGRAM_API_KEY',
    keywords: ['deepgram'],
    pattern: `deepgram${BETWEEN}(${hex(40)}${END})`,
    flags: 'i',
    begins: 'name',
  },
  {
    kind: 'ASSEMBLYAI_API_KEY',
    keywords: ['assemblyai'],
    pattern: `assemblyai${BETWEEN}(${hex(32)}${END})`,
    flags: 'i',
    begins: 'name',
  },
  {
    kind: 'SERPAPI_API_KEY',
    keywords: ['serpapi', 'serp_api'],
    pattern: `serp_?api${BETWEEN}(${hex(64)}${END})`,
    flags: 'i',
    begins: 'name',
  },
  {
    kind: 'KAGI_API_KEY',
    keywords: ['kagi'],
    pattern: `kagi[0-9A-Za-z_./? -]{0,30}[^0-9A-Za-z\\n]{1,4}([0-9A-Za-z_-]{11}\\.[0-9A-Za-z_-]{43}${END})`,
    flags: 'i',
    begins: 'name',
  },
]

/** Words joined to a name are regular; drawn letters change case often. */
function entropyOfLetters(value: string): boolean {
  return (value.match(/[a-z][A-Z]|[A-Z][a-z]/g)?.length ?? 0) >= 8 && new Set(value).size >= 15
}
