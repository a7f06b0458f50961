/** What a parameter of a listener method is filled with. */
export const ListenerParam = { BODY: 1, CONTEXT: 2, HEADER: 3, KEYS: 4 } as const;
export type ListenerParam = (typeof ListenerParam)[keyof typeof ListenerParam];
