/** Names a member in a Map; neither name can hold a line break. */
export function memberKey(farm: string, server: string): string {
  return `${farm}\n${server}`;
}
