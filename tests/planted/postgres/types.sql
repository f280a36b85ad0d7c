-- rule: type-timestamp-no-tz
-- fires: naive.created_at,opens,seen_at notice
-- silent: aware.created_at
create table naive (id int primary key, created_at timestamp not null, opens time with time zone, seen_at timestamp(3));
create table aware (id int primary key, created_at timestamptz not null, opens time);

-- rule: type-json-not-jsonb
-- fires: loose_doc.doc notice
-- silent: firm_doc.doc
create table loose_doc (id int primary key, doc json not null);
create table firm_doc (id int primary key, doc jsonb not null);

-- rule: type-reg
-- fires: reg.p warning
-- silent: reg.c
create table reg (id int primary key, p regproc, c regclass);

-- rule: wide-table
-- fires: broad notice
-- silent: narrow
do $$ begin execute 'create table broad (id int primary key, ' || (select string_agg('w' || chr(97 + n / 26) || chr(97 + n % 26) || ' int', ', ') from generate_series(0, 100) n) || ')'; end $$;
create table narrow (id int primary key, a int);

-- rule: type-uuid-as-text
-- fires: texty.order_uuid notice
-- silent: uuidy.order_uuid
create table texty (id int primary key, order_uuid text not null);
insert into texty select n, gen_random_uuid()::text from generate_series(1, 50) n;
create table uuidy (id int primary key, order_uuid uuid not null);
analyze texty;

-- rule: type-epoch-int
-- fires: epoch.created_at notice
-- silent: epoch.retry_time
create table epoch (id int primary key, created_at bigint not null, retry_time int not null);

-- rule: type-date-as-text
-- fires: texted.birthday warning
-- silent: dated.birthday
create table texted (id int primary key, birthday varchar(10));
create table dated (id int primary key, birthday date);

-- rule: type-money-float
-- fires: floaty.price notice
-- fires: floaty.gain notice
-- silent: floaty.weight
-- silent: floaty.total
create table floaty (id int primary key, price real not null, gain money, weight real, total numeric(12, 2));

-- rule: type-char-n
-- fires: padded.name info
-- silent: coded.country
create table padded (id int primary key, name char(20));
create table coded (id int primary key, country char(2));

-- rule: type-bool-as-int
-- fires: flagged.is_open info
-- silent: flagged.is_done
create table flagged (id int primary key, is_open int not null, is_done boolean not null);
insert into flagged select n, n % 2, true from generate_series(1, 100) n;
analyze flagged;

-- rule: type-serial
-- fires: *
create table numbered (id serial primary key);

-- rule: type-inconsistent
-- fires: visit_b.guest_id notice
-- silent: visit_a.guest_id
create table visit_a (id int primary key, guest_id bigint);
create table visit_c (id int primary key, guest_id bigint);
create table visit_b (id int primary key, guest_id int);

-- rule: naming-identifier-long
-- fires: a_name_of_a_table_that_goes_on_until_nobody_can_keep_it_in_mind info
-- silent: short_name
create table a_name_of_a_table_that_goes_on_until_nobody_can_keep_it_in_mind (id int primary key);
create table short_name (id int primary key);

-- rule: repeated-columns
-- fires: article.tag1,tag2,tag3 info
-- silent: address
create table article (id int primary key, tag1 text, tag2 text, tag3 text);
create table address (id int primary key, line1 text, line2 text, line3 text);

-- rule: updated-at-not-maintained
-- fires: forgotten.updated_at info
-- silent: maintained.updated_at
create table forgotten (id int primary key, updated_at timestamptz not null);
create table maintained (id int primary key, updated_at timestamptz not null);
create trigger maintained_stamp before update on maintained for each row execute function suppress_redundant_updates_trigger();

-- rule: large-unpartitioned
-- fires: huge info
-- silent: small
create table huge (id bigint primary key);
insert into huge values (1);
update pg_class set reltuples = 200000000, relpages = 1000000 where relname = 'huge';
create table small (id bigint primary key);

-- rule: search-vector-trigger
-- fires: searched.words info
-- silent: generated.words
create table searched (id int primary key, body text, words tsvector);
create trigger searched_words before insert or update on searched for each row execute function tsvector_update_trigger(words, 'pg_catalog.english', body);
create table generated (id int primary key, body text, words tsvector generated always as (to_tsvector('english'::regconfig, body)) stored);

-- rule: type-varchar-everything
-- fires: *
create table forms_a (id int primary key, a varchar(255), b varchar(255), c varchar(255), d varchar(255), e varchar(255), f varchar(255), g varchar(255), h varchar(255), i varchar(255), j varchar(255), k varchar(255), l varchar(255));
create table forms_b (id int primary key, a varchar(255), b varchar(255), c varchar(255), d varchar(255), e varchar(255), f varchar(255), g varchar(255), h varchar(255), i varchar(255), j varchar(255), k varchar(255), l varchar(255));
create table forms_c (id int primary key, a varchar(255), b varchar(255), c varchar(255), d varchar(255), e varchar(255), f varchar(255), g varchar(255), h varchar(255), i varchar(255), j varchar(255), k varchar(255), l varchar(255));
create table forms_d (id int primary key, a varchar(255), b varchar(255), c varchar(255), d varchar(255), e varchar(255), f varchar(255), g varchar(255), h varchar(255), i varchar(255), j varchar(255), k varchar(255), l varchar(255));
create table forms_e (id int primary key, a varchar(255), b varchar(255), c varchar(255), d varchar(255), e varchar(255), f varchar(255), g varchar(255), h varchar(255), i varchar(255), j varchar(255), k varchar(255), l varchar(255));

-- rule: naming-mixed
-- fires: oddOne info
-- silent: short_name
create table "oddOne" (id int primary key);

-- rule: no-comments
-- fires: *
comment on table small is 'one of many';
