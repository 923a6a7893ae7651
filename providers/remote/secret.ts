/** A value that must reach a node but may appear in no argument list, log, error or file of ours. Give it to a command on standard input only. */
export class Secret {
  readonly #value: string;

  constructor(value: string) {
    this.#value = value;
  }

  /** The plain value; only the transport and the renderers of files calls this. */
  reveal(): string {
    return this.#value;
  }

  toString(): string {
    return "[secret]";
  }

  toJSON(): string {
    return "[secret]";
  }
}

/** The plain text of a value that may or may not be secret. */
export const reveal = (value: string | Secret): string => (value instanceof Secret ? value.reveal() : value);
