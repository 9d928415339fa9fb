/** An error as an AWS service answers it. */
export class AwsError extends Error {
  override readonly name = 'AwsError';
  /** Such as `ValidationException`. */
  readonly code: string;
  readonly status: number;
  /** More members of the error's JSON. */
  readonly more: Readonly<Record<string, unknown>>;

  constructor(
    code: string,
    message: string,
    status = 400,
    more: Readonly<Record<string, unknown>> = {},
  ) {
    super(message);
    this.code = code;
    this.status = status;
    this.more = more;
  }
}
