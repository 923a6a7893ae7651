import { monitorIsClient } from "./access";
import { verifier } from "./password";
import { KEPT_CONNECTIONS } from "./settings";
import type { PostgresSpec } from "./spec";

const literal = (text: string): string => `'${text.replace(/'/g, "''")}'`;
const name = (text: string): string => `"${text.replace(/"/g, '""')}"`;

const unless = (missing: string, create: string): string =>
  `select ${literal(create)} where not exists (${missing}) \\gexec`;

/** QVD's clients never take the connections that the monitor needs: a flood of them must not look like a dead server. */
export const connectionLimit = (s: PostgresSpec): number =>
  s.role.connectionLimit ?? Number(s.settings.max_connections) - KEPT_CONNECTIONS;

const monitorTable = (s: PostgresSpec): string => `${name(s.monitor.schema)}.${name(s.monitor.table)}`;

/** What Pacemaker's agent runs at each monitor: that it commits says the disk takes writes, too. Without quotes, as the agent passes it through two shells. */
export const monitorSql = (s: Pick<PostgresSpec, "monitor">): string =>
  `update ${s.monitor.schema}.${s.monitor.table} set last_update = current_timestamp;`;

/** Without a password: it is let in by the mapping from the OS user. */
function monitorRole(s: PostgresSpec): string[] {
  const monitor = name(s.monitor.role);
  return [
    unless(`select from pg_roles where rolname = ${literal(s.monitor.role)}`, `create role ${monitor}`),
    `alter role ${monitor} with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit -1 password null;`,
    // Two monitors at once must wait for each other; under serializable one of them would fail, and the service be restarted.
    `alter role ${monitor} set default_transaction_isolation = 'read committed';`,
  ];
}

/**
 * psql's input that makes role, database and monitor as wanted, whatever is there. Carries the password's verifier: secret.
 * Nothing is ever dropped.
 */
export function seedSql(s: PostgresSpec): string {
  const role = name(s.role.name);
  const monitor = name(s.monitor.role);
  const db = name(s.database.name);
  const stored = verifier(s.authentication, s.role.name, s.role.password);
  const quiet = [
    "set log_statement = 'none';",
    "set log_min_duration_statement = -1;",
    "set log_min_error_statement = 'panic';",
  ];
  return [
    "\\set ON_ERROR_STOP on",
    "set client_min_messages = 'warning';",
    // A statement that fails or is slow would be logged with the verifier in it.
    ...quiet,
    ...(s.checksums
      ? [
          "do $$ begin if current_setting('data_checksums') <> 'on' then raise exception 'the data has no checksums: stop the server and run pg_checksums --enable, or set checksums to false'; end if; end $$;",
        ]
      : []),
    unless(`select from pg_roles where rolname = ${literal(s.role.name)}`, `create role ${role}`),
    `alter role ${role} with login nosuperuser nocreatedb nocreaterole noreplication nobypassrls connection limit ${connectionLimit(s)} password ${literal(stored)};`,
    ...(monitorIsClient(s) ? [] : monitorRole(s)),
    unless(
      `select from pg_database where datname = ${literal(s.database.name)}`,
      `create database ${db} owner ${name(s.database.owner)} template template0 encoding ${literal(s.database.encoding)} lc_collate ${literal(s.database.locale)} lc_ctype ${literal(s.database.locale)}`,
    ),
    `alter database ${db} owner to ${name(s.database.owner)};`,
    `\\connect ${db}`,
    "set client_min_messages = 'warning';",
    `create schema if not exists ${name(s.monitor.schema)};`,
    `create table if not exists ${monitorTable(s)} (last_update timestamp with time zone not null);`,
    `delete from ${monitorTable(s)} where ctid <> (select min(ctid) from ${monitorTable(s)});`,
    `insert into ${monitorTable(s)} select current_timestamp where not exists (select from ${monitorTable(s)});`,
    `grant usage on schema ${name(s.monitor.schema)} to ${monitor};`,
    `grant select, update on ${monitorTable(s)} to ${monitor};`,
    // Whoever uses the database may see that it takes writes.
    `grant usage on schema ${name(s.monitor.schema)} to ${role};`,
    `grant select on ${monitorTable(s)} to ${role};`,
    "",
  ].join("\n");
}

/**
 * What a restart would take up. Not what the command line sets, as the agent's `-h` does: after a reload the server says of that, too, that it waits, and a restart
 * would change nothing.
 */
export const PENDING = "pending_restart and source <> 'command line'";

/** psql's input that tells what the server holds: one JSON object a line, the second from within QVD's database and absent where that is missing. */
export const factsSql = (s: PostgresSpec): string =>
  [
    `select json_build_object(
  'pendingRestart', (select coalesce(json_agg(name order by name), '[]') from pg_settings where ${PENDING}),
  'refused', (select coalesce(json_agg(e.what), '[]') from (
    select format('postgresql.conf line %s: %s: %s', sourceline, name, error) as what from pg_file_settings
      where error is not null and name not in (select name from pg_settings where pending_restart)
    union all select format('pg_hba.conf line %s: %s', line_number, error) from pg_hba_file_rules where error is not null) e),
  'parameters', (select coalesce(json_object_agg(lower(name), json_build_object('unit', unit, 'type', vartype, 'default', boot_val,
    'context', context, 'running', current_setting(name))), '{}') from pg_settings
    where source = 'configuration file' or lower(name) in (${Object.keys(s.settings).map(literal).join(", ")})),
  'databases', (select coalesce(json_agg(datname order by datname), '[]') from pg_database where not datistemplate and datname <> 'postgres'),
  'checksums', current_setting('data_checksums') = 'on',
  'roles', (select coalesce(json_object_agg(rolname, json_build_object('stored', rolpassword, 'login', rolcanlogin,
      'powers', rolsuper or rolcreatedb or rolcreaterole or rolreplication or rolbypassrls, 'limit', rolconnlimit)), '{}')
    from pg_authid where rolname in (${literal(s.role.name)}, ${literal(s.monitor.role)})),
  'database', (select json_build_object('owner', pg_get_userbyid(datdba), 'encoding', pg_encoding_to_char(encoding), 'locale', datcollate)
    from pg_database where datname = ${literal(s.database.name)}));`,
    `\\connect ${name(s.database.name)}`,
    `select json_build_object('monitor', coalesce((select has_schema_privilege(r.oid, n.oid, 'usage') and has_table_privilege(r.oid, c.oid, 'select')
      and has_table_privilege(r.oid, c.oid, 'update') and has_schema_privilege(u.oid, n.oid, 'usage') and has_table_privilege(u.oid, c.oid, 'select')
      from pg_class c join pg_namespace n on n.oid = c.relnamespace, pg_roles r, pg_roles u
      where n.nspname = ${literal(s.monitor.schema)} and c.relname = ${literal(s.monitor.table)} and r.rolname = ${literal(s.monitor.role)}
        and u.rolname = ${literal(s.role.name)}), false),
  'rows', (select case when to_regclass(${literal(monitorTable(s))}) is null then 0 else
    (xpath('/row/n/text()', query_to_xml(${literal(`select count(*) as n from ${monitorTable(s)}`)}, false, true, '')))[1]::text::int end));`,
    "",
  ].join("\n");
