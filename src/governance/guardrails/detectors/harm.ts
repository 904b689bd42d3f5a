import { z } from 'zod'
import { byModel } from './by-model.ts'
import { defineDetector } from './detector.ts'
import { categoryOf, HARM_CATEGORIES } from './harm/categories.ts'

/** Requests whose answer would do harm: weapons, drugs, break-ins into systems, fraud, violence and so on. */
export const harmDetector = defineDetector({
  name: 'harm',
  subject: 'what looks like a request for help with doing harm',
  options: {
    /** Only these categories; all when absent. What falls into none is `other`. */
    categories: z.array(z.enum(HARM_CATEGORIES)).min(1).optional(),
  },
  phases: ['input'],
  channels: ['user'],
  compile: ({ categories }, context) =>
    byModel(context, {
      name: 'harm',
      kind: (text) => {
        const category = categoryOf(text)
        const wanted = !categories || categories.includes(category)
        return wanted ? `HARM_${category.toUpperCase().replaceAll('-', '_')}` : undefined
      },
    }),
})
