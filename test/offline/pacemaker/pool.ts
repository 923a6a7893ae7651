import { availableParallelism } from "node:os";

/** Does `work` for each item, a few at a time; the results are in the items' order. */
export async function pool<T, R>(
  items: readonly T[],
  work: (item: T) => Promise<R>,
  width = availableParallelism(),
): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async (): Promise<void> => {
    while (next < items.length) {
      const i = next++;
      results[i] = await work(items[i] as T);
    }
  };
  await Promise.all(Array.from({ length: Math.min(width, items.length) }, worker));
  return results;
}
