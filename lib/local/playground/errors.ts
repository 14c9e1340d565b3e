/** An answer that is an error in GitHub's shape. */
export class ApiError extends Error {
  readonly status: number;
  readonly errors: readonly unknown[] | undefined;
  constructor(status: number, message: string, errors?: readonly unknown[]) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.errors = errors;
  }
}

export const notFound = () => new ApiError(404, 'Not Found');
/** 422 with one entry of GitHub's `errors`. */
export const invalid = (errors: Record<string, unknown>) =>
  new ApiError(422, 'Validation Failed', [errors]);
