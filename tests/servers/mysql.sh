# MySQL and MariaDB.
# shellcheck shell=bash

launch_mysql() { # NAME PORT
    local name=$1 dir=$RUN/$1 program
    program=$(program_of "$(software_of "$name")")
    [ -e "$dir/prepared" ] || prepare_mysql "$name" "$program"
    printf '%s\n' "$(variable_of "$name")=mysql://root@127.0.0.1:$2/mysql" \
        "$(variable_of "$name")_SOCKET=$dir/mysql.sock" >"$dir/env"
    become_server KILL "$program" --defaults-file="$dir/my.cnf" --port="$2" --init-file="$dir/roles.sql"
}

ready_mysql() { grep -q 'ready for connections' "$RUN/$1/log"; }

prepare_mysql() { # NAME PROGRAM
    local name=$1 program=$2 dir=$RUN/$1 base share
    base=${program%/sbin/*}
    base=${base%/libexec/*}
    share=$base/share/mysql
    [ -d "$share/charsets" ] || share=$base/share/mariadb
    mkdir -p "$dir/tmp"
    install -m 600 "$TLS"/{ca.pem,server.pem,server.key} "$dir"
    common_settings "$dir" "$base" "$share" >"$dir/my.cnf"
    case $name in
    mysql*) mysql_settings ;;
    maria*) mariadb_settings "$name" ;;
    esac >>"$dir/my.cnf"
    roles_sql "$name" >"$dir/roles.sql"
    give_to_server "$dir"
    case $name in
    mysql*) make_mysql_data "$dir" "$program" ;;
    maria*) make_mariadb_data "$dir" "$program" "$share" ;;
    esac
    touch "$dir/prepared"
}

common_settings() { # DIRECTORY BASE SHARE
    cat <<END
[mysqld]
basedir = $2
lc-messages-dir = $3
character-sets-dir = $3/charsets
plugin-dir = $2/lib/mysql/plugin
datadir = $1/data
tmpdir = $1/tmp
socket = $1/mysql.sock
pid-file = $1/pid
bind-address = 127.0.0.1
skip-name-resolve
secure-file-priv =
max-connections = 100
ssl-ca = $1/ca.pem
ssl-cert = $1/server.pem
ssl-key = $1/server.key

# nothing here has to survive anything
skip-log-bin
innodb-buffer-pool-size = 32M
innodb-flush-log-at-trx-commit = 0
innodb-doublewrite = OFF
innodb-use-native-aio = OFF
key-buffer-size = 4M
END
}

mysql_settings() {
    cat <<END
performance-schema = ON
mysqlx = OFF
innodb-flush-method = nosync
innodb-redo-log-capacity = 32M
END
}

# One MariaDB keeps the performance schema off, which is what MariaDB comes with.
mariadb_settings() { # NAME
    case $1 in
    maria10*) printf '%s\n' 'performance-schema = OFF' 'innodb-flush-method = nosync' ;;
    *) echo 'performance-schema = ON' ;;
    esac
    printf '%s\n' 'innodb-log-file-size = 16M' 'aria-pagecache-buffer-size = 8M'
}

# Run at every start, so every statement bears repetition; each is on a line of its own.
roles_sql() { # NAME
    echo "create user if not exists root@'127.0.0.1';"
    echo "grant all privileges on *.* to root@'127.0.0.1' with grant option;"
    case $1 in
    maria105) grep -v 'on sys' "$here/roles/mariadb.sql" ;; # it has no sys
    maria*) cat "$here/roles/mariadb.sql" ;;
    mysql*) cat "$here/roles/mysql.sql" ;;
    esac
}

# Making MySQL's data takes 4 seconds, copying it a tenth of one: the cache keeps a copy of each version.
make_mysql_data() { # DIRECTORY PROGRAM
    local dir=$1 program=$2 version template
    version=$("$program" --no-defaults --version | sed -nE 's/.*Ver ([^ ]+).*/\1/p')
    template=$CACHE/templates/mysql-$version
    if [ ! -d "$template" ]; then
        as_server "$program" --defaults-file="$dir/my.cnf" --initialize-insecure
        # without auto.cnf: every server makes an identity of its own
        mkdir -p "$CACHE/templates"
        rm -rf "$template.$$"
        cp -a "$dir/data" "$template.$$"
        rm -f "$template.$$/auto.cnf"
        mv -T "$template.$$" "$template" 2>/dev/null || rm -rf "$template.$$"
    else
        cp -a "$template" "$dir/data"
        give_to_server "$dir/data"
    fi
}

# What mariadb-install-db does, which the server package does not have.
make_mariadb_data() { # DIRECTORY PROGRAM SHARE
    local dir=$1 program=$2 share=$3 prefix=mysql file
    [ -e "$share/mysql_system_tables.sql" ] || prefix=mariadb
    as_server mkdir "$dir/data"
    {
        printf '%s\n' 'create database if not exists mysql;' 'use mysql;' \
            'set @auth_root_socket = NULL;' 'set @skip_auth_anonymous = 1;'
        for file in "${prefix}"_{system_tables,performance_tables,system_tables_data} \
            maria_add_gis_sp_bootstrap "${prefix}"_sys_schema; do
            [ ! -e "$share/$file.sql" ] || cat "$share/$file.sql"
        done
    } | as_server "$program" --defaults-file="$dir/my.cnf" --bootstrap
}
