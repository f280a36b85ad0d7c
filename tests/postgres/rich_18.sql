-- What came with PostgreSQL 16 to 18.
create table shop.v18 (
    n integer constraint n_must_be not null,
    doubled integer generated always as (n * 2) virtual,
    m integer not null,
    constraint v18_not_enforced check (n > 0) not enforced
);
alter table shop.v18 add column late integer;
alter table shop.v18 add constraint late_nn not null late not valid;
create table shop.v18_identity (id bigint generated always as identity, at date) partition by range (at);
create table shop.v18_identity_1 partition of shop.v18_identity for values from ('2024-01-01') to ('2025-01-01');
