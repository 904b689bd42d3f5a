import { z } from 'zod'
import type { Finding } from '../engine/rule.ts'
import { ALL_CHANNELS, defineDetector } from './detector.ts'

const hostField = z
  .string()
  .regex(/^(?:\*\.)?[a-z0-9-]+(?:\.[a-z0-9-]+)*$/, { error: 'a host in small letters, or *.host for all below it' })
const LONGEST = 2_048
const ADDRESS =
  /\b(?:https?|wss?|ftp):\/{1,3}(?:[^\s/?#@<>"'`\\]{1,200}@)?(\[[0-9A-Fa-f:.]{2,45}\]|[^\s/?#:@<>"'`\\()[\]{}]{1,253})[^\s<>"'`\\]{0,1500}/gi
/** `![…](address)`, `![…][name]` with its address elsewhere, `<img src=…>`: what a page fetches without a click. */
const IMAGE =
  /!\[[^\]\n]{0,300}\]\(\s{0,3}<?((?:https?:)?\/\/[^\s)>]{1,1500})[^)\n]{0,200}\)|<(?:img|image|iframe|video|audio|source|embed|object|link|script)\b[^>]{0,300}?(?:src|href|data|srcset|poster)\s{0,3}=\s{0,3}["']?((?:https?:)?\/\/[^\s"'>]{1,1500})[^>]{0,300}>|^\s{0,3}\[[^\]\n]{1,100}\]:\s{0,3}<?((?:https?:)?\/\/[^\s>]{1,1500})/gim
const BEGUN = /(?:!\[[^\n]{0,2000}|<[a-z]{2,6}\b[^>]{0,2000}|\S{1,2000})$/i

/** Addresses that must not be asked or shown, and pictures that carry data out when an answer is displayed. */
export const urlDetector = defineDetector({
  name: 'url',
  subject: 'an address that may not be used here',
  options: {
    /** Only these hosts are allowed; every other is a finding. */
    allow: z.array(hostField).min(1).max(1_000).optional(),
    /** These hosts are findings. */
    deny: z.array(hostField).min(1).max(5_000).optional(),
    /** Pictures and frames from hosts that are not allowed are findings: showing them tells their host what stands in the address. */
    images: z.boolean().default(true),
  },
  phases: ['output', 'tool-arguments'],
  channels: ALL_CHANNELS,
  problem: ({ allow, deny, images }) =>
    allow || deny || images ? undefined : 'a check for addresses needs allow, deny or images',
  compile: ({ allow, deny, images }) => {
    const allowed = hostsOf(allow ?? [])
    const denied = hostsOf(deny ?? [])
    const find = (text: string): readonly Finding[] => {
      if (!text.includes('//')) return []
      const found: Finding[] = []
      if (images) {
        for (const match of text.matchAll(IMAGE)) {
          const host = hostOf(match[1] ?? match[2] ?? match[3] ?? '')
          if (!allowed(host)) found.push(spanOf(match, 'REMOTE_IMAGE', 0.9))
        }
      }
      if (!allow && !deny) return found
      for (const match of text.matchAll(ADDRESS)) {
        const host = (match[1] ?? '').toLowerCase().replace(/\.$/, '')
        if (denied(host)) found.push(spanOf(match, 'URL_DENIED', 1))
        else if (allow && !allowed(host)) found.push(spanOf(match, 'URL_NOT_ALLOWED', 1))
      }
      return found
    }
    return { rules: [], find, longestMatch: LONGEST, undecidedFrom }
  },
})

function spanOf(match: RegExpExecArray, kind: string, score: number): Finding {
  const text = match[0].replace(/[.,;:!?)\]}]+$/, kind === 'REMOTE_IMAGE' ? '$&' : '')
  return { start: match.index, end: match.index + text.length, kind, score }
}

function hostOf(address: string): string {
  return (/^(?:https?:)?\/\/(?:[^/?#@]*@)?(\[[^\]]*\]|[^/?#:]*)/i.exec(address)?.[1] ?? '').toLowerCase()
}

/** Whether a host is one of a list, or lies below one that is written with `*.`. */
function hostsOf(hosts: readonly string[]): (host: string) => boolean {
  const exact = new Set(hosts.filter((host) => !host.startsWith('*.')))
  const below = hosts.filter((host) => host.startsWith('*.')).map((host) => host.slice(1))
  return (host) => exact.has(host) || below.some((suffix) => host.endsWith(suffix))
}

/** An address or a picture that has begun may go on. */
function undecidedFrom(text: string): number {
  const tail = text.slice(-LONGEST)
  const begun = BEGUN.exec(tail)
  return begun ? text.length - tail.length + begun.index : text.length
}
