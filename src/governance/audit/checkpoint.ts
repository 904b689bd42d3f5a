import { sha256Hex } from '../../lib/crypto.ts'
import type { Hash, TreeHead } from '../../lib/merkle.ts'
import { type NoteSigner, noteSigner, openNote, publicKeyOf, signNote } from '../../lib/signed-note.ts'

/** The signer of one log's checkpoints. Its name, which is the log's origin, is made from the key: another key, another log. */
export function checkpointSigner(log: string, seed: Uint8Array): NoteSigner {
  return noteSigner(`gatehouse-${sha256Hex(publicKeyOf(seed)).slice(0, 16)}/${log}`, seed)
}

/** A signed checkpoint: origin, size and root (C2SP tlog-checkpoint, c2sp.org/tlog-checkpoint). */
export function signCheckpoint({ size, root }: TreeHead, signer: NoteSigner): string {
  return signNote(`${signer.name}\n${size}\n${base64(root)}\n`, signer)
}

/** What a checkpoint says, when the verifier's key signed it; undefined otherwise. */
export function openCheckpoint(note: string, verifier: string): TreeHead | undefined {
  const text = openNote(note, verifier)
  if (text === undefined) return undefined
  const [origin, size = '', root = ''] = text.split('\n')
  if (!verifier.startsWith(`${origin}+`) || !/^\d{1,15}$/.test(size)) return undefined
  const hash = Buffer.from(root, 'base64')
  return hash.length === 32 ? { size: Number(size), root: hash } : undefined
}

function base64(hash: Hash): string {
  return Buffer.from(hash).toString('base64')
}
