/** What an event can be about. */
export const eventKinds = ["health", "state", "emptied", "farm", "configuration"] as const;
