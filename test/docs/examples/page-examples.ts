import { readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** How an example is run: `run` by Node, `jest` and `node-test` as tests; a plain file is imported. */
export type ExampleKind = 'file' | 'run' | 'jest' | 'node-test';

/** A server that an example finds through an environment variable. */
export type ExampleServer = 'namesrv' | 'redis' | 'postgres';

/** A fenced block of a page that is a file of its own. */
export interface PageExample {
  readonly name: string;
  readonly kind: ExampleKind;
  readonly servers: readonly ExampleServer[];
  readonly code: string;
  /** Line of the page on which the code begins, counted from 1. */
  readonly line: number;
}

/** What a page says that one of its examples prints. */
export interface PageOutput {
  readonly example: string;
  readonly lines: readonly string[];
  readonly line: number;
}

/** The examples of one page; they see each other as files of one folder. */
export interface PageExamples {
  readonly page: string;
  readonly examples: readonly PageExample[];
  readonly outputs: readonly PageOutput[];
}

const KINDS: readonly ExampleKind[] = ['run', 'jest', 'node-test'];
const SERVERS: readonly ExampleServer[] = ['namesrv', 'redis', 'postgres'];
const CODE_LANGUAGES = new Set(['ts', 'typescript', 'js', 'javascript']);

/**
 * Reads a page. A block of TypeScript begins with its file's name and how it is run:
 *
 *     ```ts main.ts run
 *     ```ts orders.spec.ts jest
 *     ```ts main.ts run namesrv
 *
 * and a block `text` with the name of an example holds the lines that it prints. A block of code
 * without a name throws: it would be code that nobody has run.
 */
export function readPageExamples(file: string): PageExamples {
  const examples: PageExample[] = [];
  const outputs: PageOutput[] = [];
  const lines = readFileSync(file, 'utf8').split('\n');
  for (let at = 0; at < lines.length; at++) {
    const [, fence, info] = /^(```+)(\S.*)$/.exec(lines[at] ?? '') ?? [];
    if (fence === undefined || info === undefined) continue;
    const end = lines.indexOf(fence, at + 1);
    if (end < 0) throw new Error(`${file}:${at + 1}: the block has no end`);
    const body = lines.slice(at + 1, end);
    const [language = '', name, ...words] = info.trim().split(/\s+/);
    if (CODE_LANGUAGES.has(language)) {
      if (name === undefined) {
        throw new Error(
          `${file}:${at + 1}: name the file of the block, as in \`\`\`ts main.ts run`,
        );
      }
      examples.push({ name, ...usesOf(words, file, at), code: body.join('\n'), line: at + 2 });
    } else if (language === 'text' && name !== undefined) {
      outputs.push({ example: name, lines: body, line: at + 2 });
    }
    at = end;
  }
  return { page: basename(file, '.md'), examples: merged(examples), outputs };
}

function usesOf(
  words: readonly string[],
  file: string,
  at: number,
): Pick<PageExample, 'kind' | 'servers'> {
  let kind: ExampleKind = 'file';
  const servers: ExampleServer[] = [];
  for (const word of words) {
    if (KINDS.includes(word as ExampleKind)) kind = word as ExampleKind;
    else if (SERVERS.includes(word as ExampleServer)) servers.push(word as ExampleServer);
    else throw new Error(`${file}:${at + 1}: '${word}' is neither a way to run nor a server`);
  }
  return { kind, servers };
}

/** A file shown in several blocks is one file. */
function merged(blocks: readonly PageExample[]): PageExample[] {
  const files = new Map<string, PageExample>();
  for (const block of blocks) {
    const earlier = files.get(block.name);
    if (!earlier) files.set(block.name, block);
    else {
      const gap = '\n'.repeat(
        Math.max(1, block.line - earlier.line - earlier.code.split('\n').length + 1),
      );
      files.set(block.name, {
        ...earlier,
        kind: block.kind === 'file' ? earlier.kind : block.kind,
        servers: [...new Set([...earlier.servers, ...block.servers])],
        code: earlier.code + gap + block.code,
      });
    }
  }
  return [...files.values()];
}
