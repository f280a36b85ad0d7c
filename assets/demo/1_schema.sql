create table customers(a);
