import type { Migration } from '../../platform/storage/index.ts'
import { holdsMigration } from './holds.store.ts'
import { operationsMigration } from './operation-tables.ts'
import { rollupsMigration, rollupsOfAgentsMigration } from './rollups.store.ts'
import { sealsMigration } from './seals.store.ts'

/** The tables of this room, in order. */
export const usageMigrations: readonly Migration[] = [
  operationsMigration,
  rollupsMigration,
  rollupsOfAgentsMigration,
  sealsMigration,
  holdsMigration,
]
