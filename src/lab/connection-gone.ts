/** The client left or broke the protocol; there is nobody to answer. */
export class ConnectionGone extends Error {
  override readonly name = "ConnectionGone";
}
