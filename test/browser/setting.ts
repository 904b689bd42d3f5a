import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { type Browser, chromium, type Page } from 'playwright-core'
import { type Gateway, startGateway } from '../e2e/harness.ts'

const ROOT = join(import.meta.dir, '../..')
const CHROMIUM = '/usr/bin/chromium'
const EMAIL = 'owner@example.com'
const PASSWORD = 'a password for tests only'
/** Whatever a page is waited for comes within this, or not at all. */
const STEP_MS = 15_000
const FLAGS = [
  '--no-sandbox',
  '--disable-gpu',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** Whether there is a browser to test with. */
export const hasBrowser = existsSync(CHROMIUM)

/** A gateway with its web app, and a browser in which its owner is signed in. */
export interface BrowserSetting {
  readonly gateway: Gateway
  readonly browser: Browser
  /** A new page of a new visitor. */
  readonly visit: (options?: { readonly width?: number; readonly theme?: 'light' | 'dark' }) => Promise<Page>
  /** A new page of the owner. */
  readonly enter: (
    path: string,
    options?: { readonly width?: number; readonly theme?: 'light' | 'dark' },
  ) => Promise<Page>
  /** Requests of any page that went elsewhere than to the gateway, and what pages threw. */
  readonly strays: string[]
  readonly stop: () => Promise<void>
}

/** Builds the web app, starts a gateway on it with some documents, and a browser. */
export async function startBrowser(documents: string): Promise<BrowserSetting> {
  buildWebApp()
  const environment = { GATEHOUSE_ADMIN_EMAIL: EMAIL, GATEHOUSE_ADMIN_PASSWORD: PASSWORD }
  const gateway = await startGateway({ documents, environment })
  const browser = await chromium.launch({ executablePath: CHROMIUM, args: FLAGS })
  const strays: string[] = []
  const visit: BrowserSetting['visit'] = async ({ width = 1440, theme = 'light' } = {}) => {
    const context = await browser.newContext({
      viewport: { width, height: 900 },
      colorScheme: theme,
      locale: 'en-GB',
      reducedMotion: 'reduce',
    })
    const page = await context.newPage()
    page.setDefaultTimeout(STEP_MS)
    page.on('request', (request) => {
      const { protocol, origin } = new URL(request.url())
      if (protocol.startsWith('http') && origin !== gateway.url) strays.push(request.url())
    })
    page.on('pageerror', (error) => strays.push(`thrown: ${error.message}`))
    return page
  }
  const enter: BrowserSetting['enter'] = async (path, options) => {
    const page = await visit(options)
    await page.goto(`${gateway.url}${path}`)
    await signIn(page)
    return page
  }
  const stop = async () => {
    await browser.close()
    await gateway.stop()
  }
  return { gateway, browser, visit, enter, strays, stop }
}

/** Signs the owner in on the sign-in page. */
export async function signIn(page: Page): Promise<void> {
  await page.getByLabel('E-mail').fill(EMAIL)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await page.locator('main#content').waitFor()
}

function buildWebApp(): void {
  const built = spawnSync(join(ROOT, 'node_modules/.bin/vite'), ['build', '--logLevel', 'warn'], {
    cwd: join(ROOT, 'web'),
    encoding: 'utf8',
    env: { ...process.env, NODE_ENV: 'production' },
  })
  if (built.status !== 0) throw new Error(`the web app does not build:\n${built.stdout}${built.stderr}`)
}
