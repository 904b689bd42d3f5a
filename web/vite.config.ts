import tailwindcss from '@tailwindcss/vite'
import react from '@vitejs/plugin-react'
import { defineConfig } from 'vite'

/** Where the gateway runs that `npm run dev` passes requests on to. */
const GATEWAY = 'http://127.0.0.1:8080'

export default defineConfig({
  plugins: [react(), tailwindcss()],
  build: {
    target: 'es2023',
    // Fonts and pictures stay files of their own: what is inlined is loaded by everybody, needed or not.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
  },
  server: {
    fs: { allow: ['..'] },
    proxy: Object.fromEntries(['/api', '/v1', '/v1beta', '/mcp', '/healthz', '/readyz'].map((path) => [path, GATEWAY])),
  },
})
