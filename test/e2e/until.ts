const PATIENCE_MS = 5_000
const LOOK_EVERY_MS = 2

/** Gives what is looked for, or nothing yet. */
export type Finder<T> = () => Promise<T | undefined | false> | T | undefined | false

/**
 * Looks until `find` gives something (neither `undefined` nor `false`), and gives that. Fails after five seconds (or `patienceMs`), naming
 * what was waited for.
 */
export async function until<T>(what: string, find: Finder<T>, patienceMs = PATIENCE_MS): Promise<T> {
  const endsAt = performance.now() + patienceMs
  for (;;) {
    const found = await find()
    if (found !== undefined && found !== false) return found
    if (performance.now() > endsAt) throw new Error(`waited in vain for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, LOOK_EVERY_MS))
  }
}

/** What a promise was rejected with. Fails when it was fulfilled. */
export async function failureOf(promise: Promise<unknown>): Promise<unknown> {
  const settled = await promise.then(
    (value) => ({ fulfilled: value }),
    (cause: unknown) => ({ cause }),
  )
  if ('cause' in settled) return settled.cause
  throw new Error(`it should have failed, but gave ${JSON.stringify(settled.fulfilled)}`)
}
