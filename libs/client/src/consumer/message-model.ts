/** How the messages of a topic are divided among the members of a group. */
export const MessageModel = {
  /** The members share them. */
  CLUSTERING: 'CLUSTERING',
  /** Each member gets all of them. */
  BROADCASTING: 'BROADCASTING',
} as const;
export type MessageModel = (typeof MessageModel)[keyof typeof MessageModel];
