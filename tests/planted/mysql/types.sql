-- rule: wide-table
-- fires: broad notice
-- silent: narrow
create table broad (id int primary key, waa int, wab int, wac int, wad int, wae int, waf int, wag int, wah int, wai int, waj int, wak int, wal int, wam int, wan int, wao int, wap int, waq int, war int, was int, wat int, wau int, wav int, waw int, wax int, way int, waz int, wba int, wbb int, wbc int, wbd int, wbe int, wbf int, wbg int, wbh int, wbi int, wbj int, wbk int, wbl int, wbm int, wbn int, wbo int, wbp int, wbq int, wbr int, wbs int, wbt int, wbu int, wbv int, wbw int, wbx int, wby int, wbz int, wca int, wcb int, wcc int, wcd int, wce int, wcf int, wcg int, wch int, wci int, wcj int, wck int, wcl int, wcm int, wcn int, wco int, wcp int, wcq int, wcr int, wcs int, wct int, wcu int, wcv int, wcw int, wcx int, wcy int, wcz int, wda int, wdb int, wdc int, wdd int, wde int, wdf int, wdg int, wdh int, wdi int, wdj int, wdk int, wdl int, wdm int, wdn int, wdo int, wdp int, wdq int, wdr int, wds int, wdt int, wdu int, wdv int, wdw int);
create table narrow (id int primary key, a int);

-- rule: type-uuid-as-text
-- fires: texty.order_uuid notice
-- silent: bytes.order_uuid
create table texty (id int primary key, order_uuid char(36) not null);
create table bytes (id int primary key, order_uuid binary(16) not null);

-- rule: type-epoch-int
-- fires: epoch.created_at notice
-- silent: epoch.retry_time
create table epoch (id int primary key, created_at bigint not null, retry_time int not null);

-- rule: type-date-as-text
-- fires: texted.birthday warning
-- silent: dated.birthday
create table texted (id int primary key, birthday varchar(10));
create table dated (id int primary key, birthday date);

-- rule: type-datetime-y2038
-- for: mysql
-- fires: licence.expires_at info
-- silent: licence.bought_at
create table licence (id int primary key, expires_at timestamp null, bought_at timestamp null);

-- rule: type-money-float
-- fires: floaty.price notice
-- silent: floaty.weight
-- silent: floaty.total
create table floaty (id int primary key, price float not null, weight float, total decimal(12, 2));

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
create table oddOne (id int primary key);

-- rule: no-comments
-- fires: *
alter table short_name comment 'one of many';
