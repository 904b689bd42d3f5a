/** A trained model beside the code: importing it gives its path, also inside the single executable. */
declare module '*.model' {
  const path: string
  export = path
}
