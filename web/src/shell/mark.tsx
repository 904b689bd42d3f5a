import { useBrand } from '../brand/brand.ts'
import { isDark } from '../brand/theme.ts'

/** The organisation's logo, or its mark and name. */
export function Mark() {
  const { name, brand } = useBrand()
  const logo = isDark() ? (brand?.logo.dark ?? brand?.logo.light) : brand?.logo.light
  if (logo) return <img src={logo} alt={name} className="h-6 max-w-40 object-contain object-left" />
  return (
    <span className="flex min-w-0 items-center gap-2 font-semibold">
      {brand?.logo.mark ? (
        <img src={brand.logo.mark} alt="" className="h-5 w-5" />
      ) : (
        <svg viewBox="0 0 32 32" aria-hidden="true" className="h-5 w-5 shrink-0 text-accent">
          <path fill="currentColor" d="M4 28V12a12 12 0 0 1 24 0v16h-8V14a4 4 0 0 0-8 0v14z" />
        </svg>
      )}
      <span className="truncate">{name}</span>
    </span>
  )
}
