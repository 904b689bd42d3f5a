// `npm run screens`: pictures of every page, light and dark, at 390 and 1440 px, in docs/screens/.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { startBrowser } from '../test/browser/setting.ts'
import { SCREEN_DOCUMENTS, traffic } from '../test/browser/traffic.ts'

const FOLDER = join(import.meta.dir, '..', 'docs', 'screens')
const SCREENS: readonly (readonly [string, string])[] = [
  ['chat', '/'],
  ['usage', '/usage'],
  ['keys', '/keys'],
  ['approvals', '/approvals'],
  ['settings', '/settings'],
  ['overview', '/console'],
  ['requests', '/console/requests'],
  ['models', '/console/models'],
  ['cost', '/console/cost'],
  ['people', '/console/people'],
  ['access', '/console/access'],
  ['guardrails', '/console/guardrails'],
  ['policy', '/console/policy'],
  ['audit', '/console/audit'],
  ['branding', '/console/branding'],
  ['system', '/console/system'],
]
const SETTLED_MS = 600

mkdirSync(FOLDER, { recursive: true })
const setting = await startBrowser(SCREEN_DOCUMENTS)
await traffic(setting.gateway)
for (const theme of ['light', 'dark'] as const) {
  for (const width of [1440, 390]) {
    const page = await setting.enter('/', { theme, width })
    await page
      .getByRole('textbox', { name: /^Ask / })
      .fill('Which days of the week begin with T? sandbox:say="**Tuesday** and **Thursday**."')
    await page.keyboard.press('Enter')
    await page.getByText('Thursday').last().waitFor()
    for (const [name, path] of SCREENS) {
      if (path !== '/') await page.goto(`${setting.gateway.url}${path}`)
      await page.getByRole('heading', { level: 1 }).waitFor({ state: 'attached' })
      await page.waitForTimeout(SETTLED_MS)
      await page.screenshot({ path: join(FOLDER, `${name}-${theme}-${String(width)}.jpg`), type: 'jpeg', quality: 60 })
    }
    await page.close()
  }
}
await setting.stop()
