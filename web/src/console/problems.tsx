import { ApiError } from '../api/client.ts'

interface Problem {
  readonly line?: number
  readonly column?: number
  readonly message: string
}

/** All that is wrong with documents, each with its place where they were written as text. */
export function Problems({ error }: { readonly error: Error | null }) {
  if (!error) return null
  const problems =
    error instanceof ApiError && Array.isArray(error.facts.problems) ? (error.facts.problems as readonly Problem[]) : []
  return (
    <div role="alert" className="mt-3 text-bad">
      <p className="font-medium">{error.message}</p>
      <ul className="mt-1 flex flex-col gap-1">
        {problems.map(({ line, column, message }) => (
          <li key={`${String(line)}:${String(column)} ${message}`} className="[overflow-wrap:anywhere]">
            {line !== undefined && (
              <code className="mr-2 font-mono text-small">
                {line}:{column}
              </code>
            )}
            {message}
          </li>
        ))}
      </ul>
    </div>
  )
}
