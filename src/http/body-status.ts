/** May a final response with this status have a body (RFC 9110 6.4.1, 15)? */
export function mayHaveBody(status: number): boolean {
  return status >= 200 && status <= 599 && status !== 204 && status !== 205 && status !== 304;
}
