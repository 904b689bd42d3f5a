import { loadConfig } from '../platform/config/index.ts'
import { lockDirectory, openDatabase } from '../platform/storage/index.ts'
import { MIGRATIONS } from '../server/index.ts'
import type { Command } from './command.ts'

/** `gatehouse migrate`: what `serve` also does when it starts. */
export const migrateCommand: Command = {
  name: 'migrate',
  summary: "bring the database's schema up to date",
  usage: `gatehouse migrate

serve does the same at its start; this is for those who migrate beforehand.`,
  options: {},
  positionals: [0, 0],
  run: async (_, { environment, clock, out }) => {
    const config = loadConfig(environment)
    const lock = config.databaseUrl.startsWith('sqlite:') ? lockDirectory(config.dataDir) : undefined
    const database = await openDatabase({ url: config.databaseUrl, clock })
    try {
      await database.migrate(MIGRATIONS)
      out(`the ${database.engine} database is up to date`)
      return 0
    } finally {
      await database.close()
      lock?.release()
    }
  },
}
