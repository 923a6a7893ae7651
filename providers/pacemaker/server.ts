/** Whether an agent, by its full name, runs a database server: the distribution's, or ours. */
export const isServer = (agent: string): boolean => /:(pgsql|postgres)$/.test(agent);
