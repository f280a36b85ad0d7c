-- Walks every page of the file: about 0.5 s for a GB. Ends at the limit of a statement.
pragma quick_check(10);
