/** Starting is not possible as asked; the message says what to do. */
export class StartError extends Error {
  override readonly name = 'StartError';
}
