create schema extensions;
create extension pg_stat_statements schema extensions;
revoke create on schema public from public;
create table person (id bigint generated always as identity primary key, email text not null unique, born_on date, created_at timestamptz not null default now());
create table pet (id bigint generated always as identity primary key, owner_id bigint not null references person (id) on delete cascade, name text not null, created_at timestamptz not null default now());
create index pet_owner_id_idx on pet (owner_id);
insert into person (email) select 'p' || n || '@example.com' from generate_series(1, 2000) n;
insert into pet (owner_id, name) select n, 'pet ' || n from generate_series(1, 2000) n;
vacuum analyze;
