# PostgreSQL, its streaming standby, and PgBouncer before it.
# shellcheck shell=bash

launch_postgres() { # NAME PORT
    local dir=$RUN/$1 bin
    bin=$(program_of "$1")
    [ -e "$dir/prepared" ] || prepare_postgres "$1" "$bin"
    printf '%s\n' "$(variable_of "$1")=postgres://postgres@127.0.0.1:$2/postgres" \
        "$(variable_of "$1")_SOCKET=$dir" "$(variable_of "$1")_BIN=$bin" >"$dir/env"
    # immediate shutdown: nobody will ever start this data directory again
    become_server QUIT "$bin/postgres" -D "$dir/data" -p "$2"
}

prepare_postgres() { # NAME BIN
    local name=$1 bin=$2 dir=$RUN/$1 data=$RUN/$1/data
    as_server "$bin/initdb" -D "$data" -U postgres -A trust -E UTF8 --no-locale --no-sync
    cat >>"$data/postgresql.conf" <<END
listen_addresses = '127.0.0.1'
unix_socket_directories = '$dir'
max_connections = 100
shared_buffers = 16MB
# in the data directory, so that it goes with it
dynamic_shared_memory_type = mmap
jit = off
timezone = 'UTC'
log_timezone = 'UTC'

# nothing here has to survive anything
fsync = off
full_page_writes = off
synchronous_commit = off
max_wal_size = 256MB
# statistics change only when a test wants it
autovacuum_naptime = 1d

shared_preload_libraries = 'pg_stat_statements'
pg_stat_statements.track = all
track_io_timing = on
track_functions = all

wal_level = logical
max_wal_senders = 4
max_prepared_transactions = 8
max_replication_slots = 4
wal_retrieve_retry_interval = 100ms

ssl = on
ssl_ca_file = 'ca.pem'
ssl_cert_file = 'server.pem'
ssl_key_file = 'server.key'
END
    # the first line that fits decides
    cat >"$data/pg_hba.conf" <<END
local   all,replication all               trust
hostssl all             tls_only 127.0.0.1/32 scram-sha-256
hostssl all             tls_cert 127.0.0.1/32 cert
host    all             tls_only,tls_cert 127.0.0.1/32 reject
host    all,replication postgres 127.0.0.1/32 trust
host    all             all      127.0.0.1/32 scram-sha-256
END
    install -m 600 "$TLS"/{ca.pem,server.pem,server.key} "$data"
    give_to_server "$data"

    # Single-user mode: not every source of PostgreSQL has a client. It ends with 0 whatever the
    # statements did.
    {
        echo "set password_encryption = 'scram-sha-256'"
        cat "$here/roles/postgres.sql"
    } | as_server "$bin/postgres" --single -D "$data" postgres >"$dir/roles" 2>&1
    ! grep -E 'ERROR|FATAL' "$dir/roles"

    if is_wanted "${name}_standby"; then
        as_server "$bin/postgres" --single -D "$data" postgres >"$dir/slot" 2>&1 <<<"select pg_create_physical_replication_slot('standby1')"
        ! grep -E 'ERROR|FATAL' "$dir/slot"
        # a copy of a server at rest is a base backup, and needs no client either
        cp -a "$data" "$RUN/${name}_standby/copy"
        mv "$RUN/${name}_standby/copy" "$RUN/${name}_standby/data"
    fi
    touch "$dir/prepared"
}

ready_postgres() { # NAME: the eighth line of postmaster.pid is its state
    [ "$(sed -n '8s/ *$//p' "$RUN/$1/data/postmaster.pid" 2>/dev/null)" = ready ]
}

launch_standby() { # NAME PORT
    local name=$1 dir=$RUN/$1 base bin
    base=$(base_of "$name")
    bin=$(program_of "$base")
    wait_until_ready "$base"
    if [ ! -e "$dir/prepared" ]; then
        rm -rf "$dir/data/pg_replslot/standby1"
        cat >>"$dir/data/postgresql.conf" <<END
unix_socket_directories = '$dir'
primary_conninfo = 'host=127.0.0.1 port=$(cat "$RUN/$base/ready") user=postgres application_name=standby1'
primary_slot_name = 'standby1'
END
        touch "$dir/data/standby.signal"
        give_to_server "$dir/data"
        touch "$dir/prepared"
    fi
    printf '%s\n' "$(variable_of "$name")=postgres://postgres@127.0.0.1:$2/postgres" \
        "$(variable_of "$name")_SOCKET=$dir" >"$dir/env"
    become_server QUIT "$bin/postgres" -D "$dir/data" -p "$2"
}

ready_standby() { ready_postgres "$1"; }

# Transaction pooling with two server connections: enough clients to share them, too few to keep one.
# No ignore_startup_parameters: a pooler that refuses some is what people meet.
launch_pgbouncer() { # NAME PORT
    local name=$1 dir=$RUN/$1 base
    base=$(base_of "$name")
    wait_until_ready "$base"
    printf '"%s" "%s"\n' postgres '' mon mon plain plain >"$dir/users"
    cat >"$dir/pgbouncer.ini" <<END
[databases]
* = host=127.0.0.1 port=$(cat "$RUN/$base/ready")
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = $2
unix_socket_dir =
auth_type = trust
auth_file = $dir/users
admin_users = postgres
pool_mode = transaction
default_pool_size = 2
END
    echo "$(variable_of "$name")=postgres://postgres@127.0.0.1:$2/postgres" >"$dir/env"
    become_server KILL "$(program_of pgbouncer)" "$dir/pgbouncer.ini"
}

ready_pgbouncer() { grep -q 'process up' "$RUN/$1/log"; }
