-- Seconds since the start, and what protects this session's line.
SHOW SESSION STATUS WHERE Variable_name IN ('Uptime', 'Ssl_version')
