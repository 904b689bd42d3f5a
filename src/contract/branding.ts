import { z } from 'zod'

/** A colour as brands write it: `#1a56db`. */
export const colour = () =>
  z
    .string({ error: 'expected a colour such as #1a56db' })
    .regex(/^#[0-9a-fA-F]{6}$/, { error: 'expected a colour such as #1a56db' })

const LARGEST_PICTURE = 256 * 1_024
const PICTURE =
  /^(?:data:image\/(?:svg\+xml|png|webp|jpeg|x-icon)(?:;charset=utf-8)?(?:;base64)?,[^\s"'<>]+|\/(?!\/)[\w./-]*)$/
const PICTURE_EXPECTED = 'expected a picture as data:image/… (SVG, PNG, WebP, JPEG or ICO) or a path of this gateway'

/**
 * A picture of at most 256 KiB, inside the document (`data:image/svg+xml;base64,…`) or a path of the gateway (`/brand/logo.svg`):
 * no page of ours loads anything from elsewhere.
 */
export const picture = () =>
  z.string({ error: PICTURE_EXPECTED }).max(LARGEST_PICTURE).regex(PICTURE, { error: PICTURE_EXPECTED })

const LINK = /^(?:https:\/\/[^\s"'<>]+|mailto:[^\s"'<>]+@[^\s"'<>]+|\/(?!\/)[^\s"'<>]*)$/
const LINK_EXPECTED = 'expected https://…, mailto:… or a path of this gateway'
const href = () => z.string({ error: LINK_EXPECTED }).max(2_048).regex(LINK, { error: LINK_EXPECTED })
const link = z.strictObject({ label: z.string().min(1).max(80), href: href() })
const line = () => z.string().min(1).max(120)
const paragraph = () => z.string().min(1).max(4_000)

/** The colours of one appearance, light or dark. What text must be read on is checked against WCAG 2.2 AA. */
export const palette = z.strictObject({
  /** Buttons, links, what is chosen. */
  accent: colour(),
  /** Text on the accent. */
  accentText: colour(),
  background: colour(),
  /** Panels and cards. */
  surface: colour(),
  text: colour(),
  /** Text of less weight. */
  mutedText: colour(),
  border: colour(),
})

/** How the product looks and speaks: what a Branding document says, with everything filled in. */
export const brandingSpec = z.strictObject({
  /** What the product is called here. */
  name: line().default('Gatehouse'),
  /** What the assistant in the chat is called. */
  assistant: line().default('Assistant'),
  logo: z
    .strictObject({ light: picture().optional(), dark: picture().optional(), mark: picture().optional() })
    .default({}),
  favicon: picture().optional(),
  /** Pictures for home screens, by the length of their side in pixels. */
  icons: z.strictObject({ '192': picture().optional(), '512': picture().optional() }).default({}),
  colors: z
    .strictObject({ light: palette.partial().default({}), dark: palette.partial().default({}) })
    .default({ light: {}, dark: {} }),
  /** Of corners, in pixels. */
  radius: z.int().min(0).max(24).default(6),
  /** Families that browsers have or that the web app ships, best first. */
  font: z
    .string()
    .max(200)
    .regex(/^[\w ,'-]+$/, { error: 'expected names of fonts, with commas between them' })
    .optional(),
  login: z
    .strictObject({ title: line().optional(), text: paragraph().optional(), picture: picture().optional() })
    .default({}),
  /** The first words of an empty chat. */
  greeting: line().optional(),
  links: z.array(link).max(20).default([]),
  support: link.optional(),
  legal: z.array(link).max(10).default([]),
  /** What people read, and with `consent` must accept, before their first visit and again with every new version. */
  notice: z
    .strictObject({
      version: z.string().min(1).max(40),
      title: line(),
      text: paragraph(),
      consent: z.boolean().default(false),
    })
    .optional(),
  /** From whom e-mails come, and what stands below them. */
  email: z
    .strictObject({ from: z.email().max(254).optional(), fromName: line().optional(), footer: paragraph().optional() })
    .default({}),
  /** What stands on top of reports. */
  report: z.strictObject({ header: line().optional() }).default({}),
  /** Whether pages say which product they are made with. */
  poweredBy: z.boolean().default(true),
})

/** How the product looks and speaks. */
export type BrandingSpec = z.infer<typeof brandingSpec>
/** The colours of one appearance. */
export type Palette = z.infer<typeof palette>

/** Answer of `GET /api/v1/branding`: all that a page needs, whatever the document left out. */
export const brandingAnswer = brandingSpec.extend({
  colors: z.strictObject({ light: palette, dark: palette }),
  /** Changes exactly when the branding does. */
  version: z.string(),
})
/** Answer of `GET /api/v1/branding`. */
export type BrandingAnswer = z.infer<typeof brandingAnswer>
