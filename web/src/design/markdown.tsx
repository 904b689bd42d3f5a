import { memo } from 'react'
import ReactMarkdown, { type Components } from 'react-markdown'
import remarkGfm from 'remark-gfm'
import { CodeBlock } from './copy.tsx'

/** The host of a link, so that nobody is led somewhere by a friendly word. */
function hostOf(href: string): string {
  try {
    const { protocol, host } = new URL(href, location.origin)
    return protocol === 'http:' || protocol === 'https:' ? host : ''
  } catch {
    return ''
  }
}

const COMPONENTS: Components = {
  // A picture from elsewhere would carry what stands in its address out of the house: its words are shown instead.
  img: ({ alt, src }) => (
    <span className="text-muted">
      [{alt || 'image'}
      {typeof src === 'string' && hostOf(src) ? ` · ${hostOf(src)}` : ''}]
    </span>
  ),
  a: ({ href, children }) => {
    const host = href ? hostOf(href) : ''
    if (!href || host === '') return <span>{children}</span>
    return (
      <a href={href} target="_blank" rel="noopener noreferrer nofollow">
        {children}
        {host !== location.host && <span className="text-small text-muted"> ({host})</span>}
      </a>
    )
  },
  pre: ({ node }) => {
    const [code] = node?.children ?? []
    const text =
      code?.type === 'element' ? code.children.map((child) => (child.type === 'text' ? child.value : '')).join('') : ''
    const classes = code?.type === 'element' ? code.properties.className : undefined
    const language = Array.isArray(classes) ? String(classes[0]).replace('language-', '') : undefined
    return <CodeBlock code={text.replace(/\n$/, '')} {...(language ? { label: language } : {})} />
  },
}
const PLUGINS = [remarkGfm]

/** What a model wrote, as text with form. It is hostile: no HTML, no picture from elsewhere, and links say where they lead. */
export const Markdown = memo(function Markdown({ text }: { readonly text: string }) {
  return (
    <div className="prose">
      <ReactMarkdown remarkPlugins={PLUGINS} components={COMPONENTS} skipHtml>
        {text}
      </ReactMarkdown>
    </div>
  )
})
