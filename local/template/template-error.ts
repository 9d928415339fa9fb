/** The template asks for something this runtime cannot run; the message says what and where. */
export class TemplateError extends Error {
  override readonly name = 'TemplateError';
}
