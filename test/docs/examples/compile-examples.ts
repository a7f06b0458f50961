import * as fs from 'node:fs';
import * as path from 'node:path';
import ts from 'typescript';
import type { PageExamples } from './page-examples';

const OPTIONS: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.Node16,
  moduleResolution: ts.ModuleResolutionKind.Node16,
  lib: ['lib.es2023.d.ts', 'lib.esnext.disposable.d.ts'],
  types: ['node', 'jest'],
  strict: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
  esModuleInterop: true,
  skipLibCheck: true,
};

/**
 * Writes the examples of each page into a folder of its own and compiles all of them, as a user's
 * project would be. Returns what the compiler says, with the line of the page.
 */
export function compileExamples(folder: string, pages: readonly PageExamples[]): string[] {
  const places = new Map<string, { page: string; line: number }>();
  for (const { page, examples } of pages) {
    for (const { name, code, line } of examples) {
      const file = path.join(folder, page, name);
      fs.mkdirSync(path.dirname(file), { recursive: true });
      fs.writeFileSync(file, code);
      places.set(fs.realpathSync(file), { page, line });
    }
  }
  const host = ts.createCompilerHost(OPTIONS);
  host.getCurrentDirectory = () => folder;
  const program = ts.createProgram([...places.keys()], OPTIONS, host);
  const { diagnostics } = program.emit();
  return [...ts.getPreEmitDiagnostics(program), ...diagnostics].map((each) => {
    const text = ts.flattenDiagnosticMessageText(each.messageText, '\n');
    if (!each.file) return text;
    const { line } = each.file.getLineAndCharacterOfPosition(each.start ?? 0);
    const place = places.get(each.file.fileName);
    if (!place) return `${each.file.fileName}:${line + 1}: ${text}`;
    return `${place.page}.md:${place.line + line}: ${text}`;
  });
}
