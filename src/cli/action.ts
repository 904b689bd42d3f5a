import type { z } from 'zod'
import { actionName } from '../contract/access.ts'
import { CommandError } from './command.ts'

/** What `--action` says; `use` when it is absent. Throws {@link CommandError} for a word that is no action. */
export function actionOf(text: string | undefined): z.output<typeof actionName> {
  const read = actionName.safeParse(text ?? 'use')
  if (read.success) return read.data
  throw new CommandError([`--action takes one of ${actionName.options.join(', ')}.`])
}
