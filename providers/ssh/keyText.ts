/** A private key as ssh takes it from a file. `pulumi config set` drops the end of the last line, and ssh then finds no key in it. Nothing stays nothing. */
export const keyText = (key: string): string => (key.trim() === "" ? "" : `${key.trimEnd()}\n`);
