create table customer (
  id integer not null primary key,
  email varchar(80) not null,
  name varchar(40),
  note varchar(20) default 'none',
  constraint customer_email_key unique (email)
);
create table orders (
  id bigint not null,
  line int not null,
  customer_id bigint not null,
  qty int not null default 1,
  primary key (id, line),
  constraint orders_customer_fkey foreign key (customer_id) references customer (id) on delete cascade on update restrict,
  constraint orders_qty_check check (qty > 0)
);
create index orders_customer_idx on orders (customer_id);
create table shipment (
  id integer not null primary key,
  order_id bigint,
  order_line int,
  parent_id bigint,
  constraint shipment_order_fkey foreign key (order_id, order_line) references orders (id, line)
    on delete set null on update restrict,
  constraint shipment_parent_fkey foreign key (parent_id) references shipment (id) on delete restrict on update restrict
);
create index shipment_order_idx on shipment (order_line, order_id);
create index shipment_parent_idx on shipment (parent_id);
create unique index shipment_pair_idx on shipment (order_id, id desc);
create view customer_names as select id, name from customer where name is not null;
create trigger customer_touch after update on customer begin select 1; end;
