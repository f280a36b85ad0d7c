-- rule: wide-table
-- fires: broad notice
-- silent: narrow
create table broad (id int primary key, waa int, wab int, wac int, wad int, wae int, waf int, wag int, wah int, wai int, waj int, wak int, wal int, wam int, wan int, wao int, wap int, waq int, war int, was int, wat int, wau int, wav int, waw int, wax int, way int, waz int, wba int, wbb int, wbc int, wbd int, wbe int, wbf int, wbg int, wbh int, wbi int, wbj int, wbk int, wbl int, wbm int, wbn int, wbo int, wbp int, wbq int, wbr int, wbs int, wbt int, wbu int, wbv int, wbw int, wbx int, wby int, wbz int, wca int, wcb int, wcc int, wcd int, wce int, wcf int, wcg int, wch int, wci int, wcj int, wck int, wcl int, wcm int, wcn int, wco int, wcp int, wcq int, wcr int, wcs int, wct int, wcu int, wcv int, wcw int, wcx int, wcy int, wcz int, wda int, wdb int, wdc int, wdd int, wde int, wdf int, wdg int, wdh int, wdi int, wdj int, wdk int, wdl int, wdm int, wdn int, wdo int, wdp int, wdq int, wdr int, wds int, wdt int, wdu int, wdv int, wdw int);
create table narrow (id integer primary key, a int);

-- rule: type-money-float
-- fires: floaty.price notice
-- silent: floaty.weight
create table floaty (id integer primary key, price real not null, weight real);

-- rule: repeated-columns
-- fires: article.tag1,tag2,tag3 info
-- silent: address
create table article (id integer primary key, tag1 text, tag2 text, tag3 text);
create table address (id integer primary key, line1 text, line2 text, line3 text);

-- rule: updated-at-not-maintained
-- fires: forgotten.updated_at info
-- silent: maintained.updated_at
create table forgotten (id integer primary key, updated_at text not null);
create table maintained (id integer primary key, updated_at text not null);
create trigger maintained_stamp after update on maintained begin update maintained set updated_at = datetime('now') where id = new.id; end;

-- rule: naming-mixed
-- fires: oddOne info
-- silent: short_name
create table short_name (id integer primary key);
create table other_name (id integer primary key);
create table third_name (id integer primary key);
create table fourth_name (id integer primary key);
create table fifth_name (id integer primary key);
create table sixth_name (id integer primary key);
create table seventh_name (id integer primary key);
create table eighth_name (id integer primary key);
create table ninth_name (id integer primary key);
create table tenth_name (id integer primary key);
create table oddOne (id integer primary key);
