import { dirname } from 'node:path';
import { AtomicFile, runInSlices } from '@rocket-nest/common/internal';
import type { Clock, FileSystem } from '@rocket-nest/common';
import { parseJson } from '@rocket-nest/remoting';
import type { JsonValue } from '@rocket-nest/remoting';

/** Characters gathered before they become bytes. */
const PIECE_LENGTH = 65_536;

/** One of RocketMQ's JSON files under `config`: written whole, with the last good one kept. */
export class JsonTableFile {
  private readonly file: AtomicFile;
  private hasFolder = false;

  constructor(
    private readonly fileSystem: FileSystem,
    private readonly clock: Clock,
    readonly path: string,
  ) {
    this.file = new AtomicFile(fileSystem, path);
  }

  /**
   * The parsed content, of the `.bak` file when the file itself is missing or broken; undefined
   * when there is neither. Makes the folder.
   */
  load(): JsonValue | undefined {
    this.makeFolder();
    let content: JsonValue | undefined;
    this.file.read((bytes) => {
      try {
        content = parseJson(bytes);
        return true;
      } catch {
        return false;
      }
    });
    return content;
  }

  /** Replaces the file; the text is made in slices that leave the event loop free. */
  async save(chunks: Iterator<string>): Promise<void> {
    const text = await textInSlices(this.clock, chunks);
    this.makeFolder();
    await this.file.write(text);
  }

  /** Once: a folder that somebody removes while the broker stops must not come back. */
  private makeFolder(): void {
    if (this.hasFolder) return;
    this.fileSystem.mkdir(dirname(this.path));
    this.hasFolder = true;
  }
}

/** All of `chunks` as UTF-8, made in slices; for answers as large as a file. */
export async function textInSlices(clock: Clock, chunks: Iterator<string>): Promise<Buffer> {
  const pieces: Buffer[] = [];
  await runInSlices(clock, gather(chunks, pieces));
  return Buffer.concat(pieces);
}

function* gather(chunks: Iterator<string>, pieces: Buffer[]): Generator<void> {
  let text = '';
  for (let next = chunks.next(); !next.done; next = chunks.next()) {
    text += next.value;
    if (text.length >= PIECE_LENGTH) {
      pieces.push(Buffer.from(text));
      text = '';
    }
    yield;
  }
  pieces.push(Buffer.from(text));
}
