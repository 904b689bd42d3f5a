interface Asked<Question> {
  readonly id: number
  readonly question: Question
}

/** Answers what the parent process asks (see `startProgram`), and ends with it. */
export function answerQuestions<Question, Answer>(answer: (question: Question) => Answer | Promise<Answer>): void {
  process.on('message', async (asked: Asked<Question>) => {
    try {
      process.send?.({ id: asked.id, answer: await answer(asked.question) })
    } catch (cause) {
      process.send?.({ id: asked.id, failure: cause instanceof Error ? cause.message : String(cause) })
    }
  })
  process.on('disconnect', () => process.exit(0))
}
