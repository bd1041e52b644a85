/** The only right answer to a request: 1 KB that name the request and how much of its body arrived. */
export function rightAnswer(protocol, id, received) {
  return `${protocol} ${id} ${received}\n`.padEnd(1024, ".");
}

export const postBody = "p".repeat(1024);
