/**
 * Betas that change no more than one call to the model that was asked for (Anthropic, "Beta headers", 2026-11). Left out
 * on purpose: those that let the vendor reach further or spend otherwise than policy knows (MCP servers, stored files and
 * skills, managed agents, answers from another model, fast mode at its own price, administration).
 */
const ALLOWED: ReadonlySet<string> = new Set([
  'advanced-tool-use-2025-11-20',
  'cache-diagnosis-2026-04-07',
  'claude-code-20250219',
  'code-execution-2025-05-22',
  'code-execution-2025-08-25',
  'compact-2026-01-12',
  'compact-2026-09-04',
  'computer-use-2024-10-22',
  'computer-use-2025-01-24',
  'computer-use-2025-11-24',
  'context-1m-2025-08-07',
  'context-management-2025-06-27',
  'dev-full-thinking-2025-05-14',
  'effort-2025-11-24',
  'extended-cache-ttl-2025-04-11',
  'fine-grained-tool-streaming-2025-05-14',
  'interleaved-thinking-2025-05-14',
  'mid-conversation-output-config-2026-07-01',
  'mid-conversation-system-clear-at-2026-08-21',
  'mid-conversation-tool-changes-2026-07-01',
  'model-context-window-exceeded-2025-08-26',
  'output-128k-2025-02-19',
  'output-300k-2026-03-24',
  'pdfs-2024-09-25',
  'prompt-caching-2024-07-31',
  'search-results-2025-06-09',
  'structured-outputs-2025-11-13',
  'task-budgets-2026-03-13',
  'thinking-binding-controls-2026-08-01',
  'thinking-display-updates-2026-08-18',
  'thinking-token-count-2026-05-13',
  'token-counting-2024-11-01',
  'token-efficient-tools-2025-02-19',
  'web-fetch-2025-09-10',
])

const HEADER = 'anthropic-beta'

/** The caller's betas that may reach an Anthropic upstream, as headers; the others are declared dropped. */
export function forwardedBetas(
  headers: Headers,
  warn: (warning: string) => void,
): Readonly<Record<string, string>> | undefined {
  const asked = headers.get(HEADER)
  if (asked === null) return undefined
  const kept: string[] = []
  for (const beta of asked.split(',').map((name) => name.trim())) {
    if (ALLOWED.has(beta)) kept.push(beta)
    else if (beta !== '') warn(`dropped: ${HEADER} ${beta.slice(0, 64)}`)
  }
  return kept.length === 0 ? undefined : { [HEADER]: kept.join(',') }
}
