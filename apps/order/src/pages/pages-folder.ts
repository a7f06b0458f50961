import * as path from 'node:path';

/** Pages for buyers and operators, as they are served. */
export const PAGES = path.join(__dirname, '..', '..', 'pages');
