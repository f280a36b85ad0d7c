-- Opens one view or virtual table, ?1; the error says what it lacks.
select count(*) from pragma_table_xinfo(?1, 'main');
