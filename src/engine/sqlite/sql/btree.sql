-- Pages and unused bytes of one b-tree, the sum made by SQLite: cheap, but it cannot be stopped inside.
select pgsize as bytes, unused from dbstat where aggregate = 1 and name = ?1;
