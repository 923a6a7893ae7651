#!/bin/bash
# What a database holds, row by row: put into a script in place of the line "#@ rows".

# rows_sql SNAPSHOT SCHEMA: psql's input that prints, for each table but those of the schema, its name, the number of its rows, and two sums over the
# fingerprints of all of them. Equal lines are equal rows, in whatever order. Snapshot "": as the session has it.
rows_sql() {
  if [ -n "$1" ]; then printf "begin transaction isolation level repeatable read read only;\nset transaction snapshot '%s';\n" "$1"; fi
  cat <<'END'
set timezone = 'UTC';
set datestyle = 'ISO, YMD';
set intervalstyle = 'postgres';
set extra_float_digits = 3;
set bytea_output = 'hex';
set search_path = '';
END
  cat <<END
select format(
  \$q\$select %L || ' ' || count(*) || ' ' || coalesce(sum(('x' || substr(h, 1, 16))::bit(64)::bigint::numeric), 0)
    || ' ' || coalesce(sum(('x' || substr(h, 17, 16))::bit(64)::bigint::numeric), 0)
    from (select md5(t::text) as h from only %I.%I t) s\$q\$,
  quote_ident(n.nspname) || '.' || quote_ident(c.relname), n.nspname, c.relname)
from pg_catalog.pg_class c join pg_catalog.pg_namespace n on n.oid = c.relnamespace
where c.relkind = 'r' and c.relpersistence <> 't' and n.nspname not like 'pg\\_%' and n.nspname not in ('information_schema', '$2')
  and not exists (select from pg_catalog.pg_depend d where d.classid = 'pg_class'::regclass and d.objid = c.oid and d.deptype = 'e')
order by n.nspname collate "C", c.relname collate "C" \\gexec
END
}
