-- What this account may do.
SHOW GRANTS
