import { changeDocumentsBody, changeQuery } from '../../contract/documents.ts'
import { GatewayError } from '../../lib/errors.ts'
import { fromJson, parseDuration, readYaml, type Sources } from '../../platform/documents/index.ts'
import type { Intent } from '../../policy/index.ts'
import { parseBody } from '../parse-body.ts'
import type { ControlRequest } from '../route-types.ts'
import { readQuery } from './query.ts'

/** What the body and the query of `:plan` and `:apply` ask for. */
export interface ChangeBody {
  readonly intent: Intent
  readonly ifRevision?: string
  readonly replayMs?: number
  readonly reason: string
}

const LONGEST_REPLAY_MS = 92 * 24 * 3_600_000

/** The documents of a body, JSON or YAML, and what is to be done with them. Throws `invalid_request`. */
export function changeOf({ body, query, headers }: ControlRequest): ChangeBody {
  const wanted = headers.get('if-match')?.replaceAll('"', '').trim()
  if (typeof body === 'string') {
    const asked = readQuery(changeQuery, query)
    const sources = readYaml({ file: asked.file ?? 'documents.yaml', text: body, owner: 'console' })
    const intent = intentOf(sources, { prune: isSet(asked.prune), takeOver: isSet(asked.takeOver) })
    return { intent, ...(wanted ? { ifRevision: wanted } : {}), ...besides(asked) }
  }
  const parsed = parseBody(changeDocumentsBody, body)
  const sources = fromJson(parsed.documents, { file: 'documents', owner: 'console' })
  const ifRevision = parsed.ifRevision === undefined ? wanted : String(parsed.ifRevision)
  return { intent: intentOf(sources, parsed), ...(ifRevision ? { ifRevision } : {}), ...besides(parsed) }
}

function isSet(flag: string | undefined): boolean {
  return flag === '' || flag === 'true' || flag === '1'
}

function besides(asked: { readonly replay?: string | undefined; readonly reason?: string | undefined }) {
  const replayMs = asked.replay === undefined ? undefined : parseDuration(asked.replay)
  if (replayMs !== undefined && replayMs > LONGEST_REPLAY_MS) {
    throw new GatewayError('invalid_request', { message: 'A replay looks at most 92 days back.', param: 'replay' })
  }
  return { reason: asked.reason ?? 'apply', ...(replayMs === undefined ? {} : { replayMs }) }
}

function intentOf(sources: Sources, { prune, takeOver }: { prune: boolean; takeOver: boolean }): Intent {
  return { party: 'console', sources, prune, takeOver, apiVersion: 'optional' }
}
