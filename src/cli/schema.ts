import { didYouMean, documentsJsonSchema, kindJsonSchema } from '../platform/documents/index.ts'
import { POLICY_KINDS } from '../policy/index.ts'
import { type Command, CommandError } from './command.ts'

/** `gatehouse schema`: for editors. */
export const schemaCommand: Command = {
  name: 'schema',
  summary: 'print the JSON Schema of documents, for editors',
  usage: `gatehouse schema [kind] > schema.json

Needs no server.`,
  options: {},
  positionals: [0, 1],
  run: async ({ positionals: [wanted] }, { out }) => {
    const kind = POLICY_KINDS.find((known) => known.kind === wanted)
    if (wanted !== undefined && !kind) {
      const hint = didYouMean(
        wanted,
        POLICY_KINDS.map((known) => known.kind),
      )
      throw new CommandError([`There is no kind ${wanted}.${hint ? ` ${hint}` : ''}`])
    }
    out(JSON.stringify(kind ? kindJsonSchema(kind) : documentsJsonSchema(POLICY_KINDS), null, 2))
    return 0
  },
}
