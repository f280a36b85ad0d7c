//! Relations that neither shaped the estimator nor its first test: other types, other ways to grow old. Each is
//! a few statements: make, fill, index, change.

/// Statements by the name of their table.
pub const FRESH: [(&str, &[&str]); 14] = [
    (
        "articles",
        &[
            "create table articles (id int, body text, at timestamptz)",
            "insert into articles select g, (select string_agg(md5((g * k)::text), '') from generate_series(1, 1 + g % 28) k), now() - g * interval '1 s' from generate_series(1, 30000) g",
            "create index articles_id on articles (id)",
            "create index articles_start on articles (left(body, 24))",
            "delete from articles where id % 5 < 2",
        ],
    ),
    (
        "papers",
        &[
            "create table papers (id int, pad char(64), doc text)",
            "alter table papers alter doc set storage external",
            "insert into papers select g, 'p' || g, (select string_agg(md5((g * k)::text), '') from generate_series(1, 70 + g % 40) k) from generate_series(1, 12000) g",
            "delete from papers where id % 4 = 0",
        ],
    ),
    (
        "money",
        &[
            "create table money (id bigint, amount numeric, rate numeric(9,6), note varchar(30))",
            "insert into money select g, (g::numeric * 7919 % 100003) / 100, (g % 977) / 977.0, 'n' || g % 50 from generate_series(1, 70000) g",
            "create index money_amount on money (amount)",
            "create index money_both on money (rate, id)",
            "delete from money where id % 10 < 6",
        ],
    ),
    (
        "gaps",
        &[
            "create table gaps (id int, a int, b bigint, c text, d date, e int, f text, g2 timestamptz, h smallint, i text)",
            "insert into gaps select g, nullif(g % 2, 0) * g, case when g % 3 = 0 then g end, case when g % 2 = 0 then 'text ' || g end, case when g % 7 = 0 then date '2020-01-01' + g % 900 end, g % 5, null, case when g % 4 > 0 then now() end, nullif(g % 6, 1), case when g % 9 = 0 then repeat('z', g % 30) end from generate_series(1, 80000) g",
            "create index gaps_a on gaps (a)",
            "create index gaps_dc on gaps (d, c)",
            "create index gaps_h on gaps (h)",
        ],
    ),
    (
        "roomy",
        &[
            "create table roomy (id int, v int, note text) with (fillfactor = 60)",
            "insert into roomy select g, g % 1000, 'note ' || g from generate_series(1, 60000) g",
            "create index roomy_id on roomy (id) with (fillfactor = 70)",
            "update roomy set v = v + 1 where id % 3 = 0",
            "vacuum roomy",
            "update roomy set v = v + 1 where id % 3 = 1",
        ],
    ),
    (
        "moved",
        &[
            "create table moved (id int, k bigint, note varchar(16))",
            "insert into moved select g, g * 3::bigint, 'm' || g % 300 from generate_series(1, 60000) g",
            "create index moved_k on moved (k)",
            "create index moved_note on moved (note)",
            "update moved set k = k + 1 where id % 2 = 0",
            "vacuum moved",
            "update moved set k = k + 90000 where id % 2 = 1",
        ],
    ),
    (
        "tenants",
        &[
            "create table tenants (id int, tenant int, state text, kind smallint, flag boolean)",
            "insert into tenants select g, (g * 31) % 60, (array['open','closed','held','lost'])[1 + g % 4], g % 3, g % 97 = 0 from generate_series(1, 90000) g",
            "create index tenants_state on tenants (state)",
            "create index tenants_kind on tenants (kind)",
            "create index tenants_flag on tenants (flag)",
            "create index tenants_two on tenants (tenant, state)",
            "delete from tenants where tenant < 20",
        ],
    ),
    (
        "covering",
        &[
            "create table covering (id int, a int, b text, c numeric)",
            "insert into covering select g, g % 400, 'b' || g, g / 3.0 from generate_series(1, 60000) g",
            "create unique index covering_id on covering (id) include (b)",
            "create index covering_a on covering (a) include (c)",
            "delete from covering where id % 2 = 0",
        ],
    ),
    (
        "computed",
        &[
            "create table computed (id int, a int, b int, at timestamp, name text)",
            "insert into computed select g, g % 5000, g % 70, timestamp '2025-01-01' + g * interval '7 s', 'Person ' || g % 20000 from generate_series(1, 70000) g",
            "create index computed_sum on computed ((a + b))",
            "create index computed_day on computed (date_trunc('day', at))",
            "create index computed_name on computed (upper(name) collate \"C\")",
            "create index computed_mixed on computed ((a % 10), id)",
        ],
    ),
    (
        "shrunk",
        &[
            "create table shrunk (id int, c1 int, c2 text, c3 int, c4 bigint, c5 text, c6 int, c7 int, c8 smallint, c9 text)",
            "insert into shrunk select g, g, md5(g::text), g % 7, g, repeat('w', 90), 1, 2, 3, 'end' || g from generate_series(1, 50000) g",
            "alter table shrunk drop column c5, drop column c2",
            "create index shrunk_c4 on shrunk (c4 desc, c3)",
            "delete from shrunk where id % 3 = 0",
        ],
    ),
    (
        "documents",
        &[
            "create table documents (key uuid, parent uuid, data jsonb)",
            "insert into documents select md5(g::text)::uuid, md5((g % 3000)::text)::uuid, jsonb_build_object('n', g, 'tags', jsonb_build_array(g % 7, 'x' || g % 11), 'text', repeat('t', g % 200)) from generate_series(1, 50000) g",
            "create unique index documents_key on documents (key)",
            "create index documents_parent on documents (parent)",
            "delete from documents where hashtext(key::text) % 10 < 3",
        ],
    ),
    (
        "bags",
        &[
            "create table bags (id int, list int[], words text[], raw bytea)",
            "insert into bags select g, array[g, g % 7, g % 9], array['w' || g % 50, 'v'], decode(md5((g % 9000)::text), 'hex') from generate_series(1, 50000) g",
            "create index bags_raw on bags (raw)",
            "create index bags_list on bags (list)",
            "delete from bags where id % 20 < 9",
        ],
    ),
    (
        "ranged",
        &[
            "create table ranged (id bigint, at timestamptz, span interval, clock time, mac macaddr, one \"char\")",
            "insert into ranged select g, now() - g * interval '1 min', g * interval '1 s', time '00:00' + g * interval '1 s', ('08:00:2b:01:' || lpad(to_hex(g % 256), 2, '0') || ':' || lpad(to_hex((g / 256) % 256), 2, '0'))::macaddr, 'q' from generate_series(1, 70000) g",
            "create index ranged_id on ranged (id)",
            "create index ranged_mac on ranged (mac)",
            "create index ranged_span on ranged (span)",
            "delete from ranged where id between 5000 and 55000",
        ],
    ),
    (
        "halves",
        &[
            "create table halves (id int, done boolean, queue text, payload varchar(200))",
            "insert into halves select g, g % 4 <> 0, 'queue-' || g % 12, repeat('y', 20 + g % 120) from generate_series(1, 60000) g",
            "create index halves_open on halves (id) where not done",
            "create index halves_queue on halves (queue, id) where done",
            "update halves set done = true where id % 8 = 0",
        ],
    ),
];
