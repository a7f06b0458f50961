import * as fs from 'node:fs';
import * as path from 'node:path';
import * as ts from 'typescript';
import { repositoryRoot } from './servers';
import { makeTemporaryFolder, removeFolder } from './temporary-folder';

/** A TypeScript program of the tests as JavaScript, for child processes that must start quickly. */
export class CompiledProgram {
  private readonly folder = makeTemporaryFolder('program');
  readonly file: string;

  /** @param entry below the repository; what it imports by relative paths is compiled with it */
  constructor(entry: string) {
    const { config } = ts.readConfigFile(path.join(repositoryRoot, 'tsconfig.base.json'), (file) =>
      fs.readFileSync(file, 'utf8'),
    ) as { config: { compilerOptions: Record<string, unknown> } };
    const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, repositoryRoot);
    this.compile(path.join(repositoryRoot, entry), {
      ...options,
      module: ts.ModuleKind.CommonJS,
      moduleResolution: ts.ModuleResolutionKind.Node10,
      inlineSourceMap: true,
      sourceMap: false,
    });
    this.file = this.outputOf(path.join(repositoryRoot, entry));
  }

  /** What the process needs to find the packages of the repository. */
  get env(): Record<string, string> {
    const folders = [process.env.NODE_PATH, path.join(repositoryRoot, 'node_modules')];
    return { NODE_PATH: folders.filter(Boolean).join(path.delimiter) };
  }

  remove(): void {
    removeFolder(this.folder);
  }

  private outputOf(source: string): string {
    const relative = path.relative(repositoryRoot, source);
    return path.join(this.folder, relative.replace(/\.ts$/, '.js'));
  }

  private compile(source: string, compilerOptions: ts.CompilerOptions): void {
    const output = this.outputOf(source);
    if (fs.existsSync(output)) return;
    const text = fs.readFileSync(source, 'utf8');
    fs.mkdirSync(path.dirname(output), { recursive: true });
    const { outputText } = ts.transpileModule(text, { compilerOptions, fileName: source });
    fs.writeFileSync(output, outputText);
    for (const { fileName } of ts.preProcessFile(text).importedFiles) {
      if (!fileName.startsWith('.')) continue;
      this.compile(path.resolve(path.dirname(source), `${fileName}.ts`), compilerOptions);
    }
  }
}
