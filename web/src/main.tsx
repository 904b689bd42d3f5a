import { StrictMode } from 'react'
import { createRoot } from 'react-dom/client'
import { App } from './app.tsx'
import { followSystem, showTheme } from './brand/theme.ts'
import { startI18n } from './i18n/index.ts'
import './styles.css'

showTheme()
followSystem()
await startI18n()

const place = document.getElementById('root')
if (!place) throw new Error('the page has no place for the app')
createRoot(place).render(
  <StrictMode>
    <App />
  </StrictMode>,
)
