/** The tags of an expression `A || B`; undefined stands for all. */
export function tagsOf(expression: string | undefined): Set<string> | undefined {
  if (expression === undefined || expression.trim() === '' || expression.trim() === '*') {
    return undefined;
  }
  const tags = expression.split('||').map((tag) => tag.trim());
  return new Set(tags.filter((tag) => tag !== ''));
}

/** One expression that selects what any of the given ones does. */
export function joinTagExpressions(expressions: readonly (string | undefined)[]): string {
  const joined = new Set<string>();
  for (const expression of expressions) {
    const tags = tagsOf(expression);
    if (!tags) return '*';
    for (const tag of tags) joined.add(tag);
  }
  return [...joined].join(' || ');
}
