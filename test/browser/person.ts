import { createHmac } from 'node:crypto'
import type { Page } from 'playwright-core'

const OWN_PASSWORD = 'a password of their own'
const STEP_MS = 30_000

/** Adds a person as the owner, and signs them in on a page of their own, with a password that they choose. */
export async function newcomer(owner: Page, page: Page, email: string): Promise<void> {
  const { origin } = new URL(owner.url())
  const added = await owner.request.post(`${origin}/api/v1/users`, {
    headers: { 'x-gatehouse-csrf': '1', origin },
    data: { email },
  })
  const { password } = (await added.json()) as { readonly password: string }
  await page.goto(origin)
  await page.getByLabel('E-mail').fill(email)
  await page.getByLabel('Password').fill(password)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.getByLabel('Current password').fill(password)
  await page.getByLabel('New password').fill(OWN_PASSWORD)
  await page.getByLabel('Repeat it').fill(OWN_PASSWORD)
  await page.getByRole('button', { name: 'Use this password' }).click()
  await page.locator('main#content').waitFor()
}

/** The code that an authenticator shows now for a secret in base 32 (RFC 6238, SHA-1, six digits). */
export function codeOf(secret: string): string {
  const bits = [...secret.replaceAll(' ', '')]
    .map((letter) => 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567'.indexOf(letter).toString(2).padStart(5, '0'))
    .join('')
  const bytes = Buffer.from((bits.match(/.{8}/g) ?? []).map((byte) => Number.parseInt(byte, 2)))
  const step = Buffer.alloc(8)
  step.writeBigUInt64BE(BigInt(Math.floor(Date.now() / STEP_MS)))
  const digest = createHmac('sha1', bytes).update(step).digest()
  const at = (digest.at(-1) ?? 0) & 0x0f
  return String((digest.readUInt32BE(at) & 0x7fffffff) % 1_000_000).padStart(6, '0')
}
