/** First line of every file of these kinds. */
export const HEAD = "# Managed by qvd-ha (maintenance). Changes are overwritten.\n";
