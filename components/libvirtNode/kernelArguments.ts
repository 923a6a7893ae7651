/**
 * A kernel command line as the libvirt provider wants it: maps of `key=value`, a new one where a key repeats, and the words without a value
 * last, under `_`. It is the form that the provider reads back from a domain, so that a refresh sees no difference.
 */
export function kernelArguments(line: string): Record<string, string>[] {
  const words = line.split(/\s+/).filter((word) => word !== "");
  const maps: Record<string, string>[] = [];
  let current: Record<string, string> = {};
  for (const word of words.filter((w) => w.includes("=")).sort()) {
    const at = word.indexOf("=");
    const key = word.slice(0, at);
    if (key in current) {
      maps.push(current);
      current = {};
    }
    current[key] = word.slice(at + 1);
  }
  if (Object.keys(current).length > 0) maps.push(current);
  const bare = words.filter((w) => !w.includes("="));
  return bare.length > 0 ? [...maps, { _: bare.join(" ") }] : maps;
}
