import type { FileHandle } from "node:fs/promises";
import { open, readFile } from "node:fs/promises";
import type { Entry } from "./entry";

/** A client's own log: an entry counts only when it is on disk. */
export class Journal {
  private constructor(private readonly file: FileHandle) {}

  static async create(path: string): Promise<Journal> {
    return new Journal(await open(path, "ax", 0o600));
  }

  async append(entry: Entry): Promise<void> {
    await this.file.appendFile(`${JSON.stringify(entry)}\n`);
    await this.file.datasync();
  }

  close(): Promise<void> {
    return this.file.close();
  }
}

/** The entries of a log. A last line that was cut off was never acknowledged to anybody, and is left out. */
export async function readJournal(path: string): Promise<Entry[]> {
  const text = await readFile(path, "utf8");
  return text
    .split("\n")
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Entry);
}
