/** Wings from the ground up: a wing may import only wings listed before it. */
export const WINGS = [
  'lib',
  'contract',
  'platform',
  'models',
  'governance',
  'capabilities',
  'policy',
  'gate',
  'orchestration',
  'control',
  'server',
  'cli',
] as const

/** The rooms of the wings that have rooms, from the ground up: a room may import only rooms listed before it. */
export const ROOMS: Readonly<Record<string, readonly string[]>> = {
  platform: ['config', 'telemetry', 'egress', 'documents', 'storage', 'coordination', 'jobs', 'vault'],
  models: ['catalog', 'dialects', 'providers', 'cache', 'routing'],
  governance: [
    'audit',
    'identity',
    'people',
    'sso',
    'access',
    'limits',
    'guardrails',
    'usage',
    'siem',
    'approvals',
    'alerts',
    'branding',
  ],
  capabilities: ['mcp', 'connectors', 'commands', 'agents', 'skills', 'knowledge'],
}

/** Wings whose files are entered directly: pure pieces, one idea a file. */
const OPEN_WINGS: readonly string[] = ['lib', 'contract']

/** Where a file of `src/` stands. */
export interface Place {
  /** The wing, or `main` for `src/main.ts`; `undefined` when no wing of that name is planned. */
  readonly wing: string | undefined
  /** `platform/config`, or the wing itself where a wing is one room. */
  readonly room: string
  /** Rises with every wing and room: an import may go only to a lower rank, or stay within the room. */
  readonly rank: number
  /** Files may be imported from outside without an `index.ts`. */
  readonly open: boolean
  /** The path of the room's door. */
  readonly door: string
}

const RANKS_PER_WING = 100

/** The place of a path such as `src/platform/config/read.ts`; `undefined` outside `src/`. */
export function placeOf(path: string): Place | undefined {
  const [top, wing = '', room = ''] = path.split('/')
  if (top !== 'src') return undefined
  if (wing === 'main.ts') return place({ wing: 'main', room: 'main', rank: WINGS.length * RANKS_PER_WING })
  const wingRank = WINGS.indexOf(wing as (typeof WINGS)[number])
  if (wingRank < 0) return place({ wing: undefined, room: wing, rank: -1 })
  const rooms = ROOMS[wing]
  if (!rooms) return place({ wing, room: wing, rank: wingRank * RANKS_PER_WING })
  const roomRank = rooms.indexOf(room)
  if (roomRank < 0) return place({ wing: undefined, room: `${wing}/${room}`, rank: -1 })
  return place({ wing, room: `${wing}/${room}`, rank: wingRank * RANKS_PER_WING + roomRank })
}

function place(known: Pick<Place, 'wing' | 'room' | 'rank'>): Place {
  return { ...known, open: OPEN_WINGS.includes(known.room), door: `src/${known.room}/index.ts` }
}
