# Shared by tests/run and tests/servers/keeper: words to the user, paths, users, ports, processes.
# shellcheck shell=bash

say() { printf 'tests/run: %s\n' "$*" >&2; }
die() {
    say "$*"
    exit 1
}

REPO=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
TLS=$REPO/tests/fixtures/tls

# As root not below /root: the servers run as nobody and must be able to read their programs.
if [ -n "${DBLENS_TEST_CACHE:-}" ]; then
    CACHE=$DBLENS_TEST_CACHE
elif [ "$(id -u)" = 0 ]; then
    CACHE=/var/cache/dblens-tests
else
    CACHE=${XDG_CACHE_HOME:-$HOME/.cache}/dblens-tests
fi

# ---- names -------------------------------------------------------------------------------------

# "mysql" is whatever MySQL Debian has today; it gets its real name from the program (real_name).
DEFAULT_SERVERS="pg13 pg15 pg18 pg18_standby pgbouncer15 maria1011 maria118 mysql"
KNOWN_SERVERS="pg13 pg14 pg15 pg16 pg17 pg18 maria105 maria1011 maria118 mysql"

# The software a server needs: pg18_standby -> pg18, pgbouncer15 -> pgbouncer, mysql97 -> mysql.
software_of() {
    case $1 in
    pgbouncer*) echo pgbouncer ;;
    mysql*) echo mysql ;;
    *_standby) echo "${1%_standby}" ;;
    *) echo "$1" ;;
    esac
}

# The server that must run as well: a primary for its standby, a PostgreSQL behind its PgBouncer.
base_of() {
    case $1 in
    pgbouncer*) echo "pg${1#pgbouncer}" ;;
    *_standby) echo "${1%_standby}" ;;
    esac
}

kind_of() {
    case $1 in
    pgbouncer*) echo pgbouncer ;;
    *_standby) echo standby ;;
    pg*) echo postgres ;;
    *) echo mysql ;;
    esac
}

engine_of() {
    case $1 in
    pg*) echo postgres ;;
    maria*) echo mariadb ;;
    mysql*) echo mysql ;;
    esac
}

is_known() {
    local software
    software=$(software_of "$1")
    [ "$software" = pgbouncer ] && software=$(base_of "$1")
    case " $KNOWN_SERVERS " in *" $software "*) return 0 ;; esac
    return 1
}

# DBLENS_TEST_ + this is the variable with the server's address.
variable_of() { echo "DBLENS_TEST_${1^^}"; }

# ---- the user the servers run as ---------------------------------------------------------------

# No database server wants to be root.
if [ "$(id -u)" = 0 ]; then
    AS_SERVER=(setpriv --reuid=nobody --regid="$(id -g nobody)" --clear-groups)
else
    AS_SERVER=(setpriv)
fi
CLEAN_ENV=(env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/ LC_ALL=C)

as_server() { "${AS_SERVER[@]}" "${CLEAN_ENV[@]}" "$@"; }

# Replaces a child of the keeper by a server, which the kernel ends when the keeper is gone, however it
# went; unless it is gone already.
become_server() { # SIGNAL COMMAND…
    local signal=$1 me=$BASHPID
    shift
    read_stat 4 "$me" && [ "$FIELD" = $$ ] || exit 1
    exec "${AS_SERVER[@]}" --pdeathsig "$signal" "${CLEAN_ENV[@]}" "$@"
}

give_to_server() { [ "$(id -u)" != 0 ] || chown -R "nobody:$(id -g nobody)" "$@"; }

# ---- ports -------------------------------------------------------------------------------------

# Sets PORT to a port of 127.0.0.1 on which nobody listens. Below the range that the kernel gives to
# outgoing connections. Random, so that two runs at the same time hardly ever want the same one; if
# they do, the server that comes second fails to bind, and the keeper tries another port.
pick_port() {
    local from=${DBLENS_TEST_PORTS%-*} to=${DBLENS_TEST_PORTS#*-} tries
    for ((tries = 0; tries < 1000; tries++)); do
        PORT=$((from + SRANDOM % (to - from + 1)))
        case " $USED_PORTS " in *" $PORT "*) continue ;; esac
        (exec 3<>"/dev/tcp/127.0.0.1/$PORT") 2>/dev/null && continue
        USED_PORTS="$USED_PORTS $PORT"
        return 0
    done
    return 1
}
: "${DBLENS_TEST_PORTS:=20000-31999}"
USED_PORTS=

# ---- processes ---------------------------------------------------------------------------------

# Sets FIELD to a field of /proc/PID/stat as "man proc" counts them: 3 is the state, 4 the parent, 22
# the time of birth. A variable, because a subshell for every process of the system would take seconds.
read_stat() { # NUMBER PID
    local line fields
    read -r line 2>/dev/null <"/proc/$2/stat" || return 1
    # the second field is a name with anything in it, in parentheses
    read -ra fields <<<"${line##*) }"
    FIELD=${fields[$1 - 3]}
}

# A zombie is gone: where pid 1 does not reap, it stays in the table for ever.
alive() { read_stat 3 "$1" && [ "$FIELD" != Z ]; }

# When a process began, in clock ticks since boot: with it a pid names one process for ever.
birth_of() { read_stat 22 "$1" && echo "$FIELD"; }

# Sets TREE to these processes and everything below them.
read_tree() { # PID…
    local pid up
    local -A parents=()
    for pid in /proc/[0-9]*; do
        pid=${pid#/proc/}
        read_stat 4 "$pid" && parents[$pid]=$FIELD
    done
    TREE=()
    for pid in "${!parents[@]}"; do
        for ((up = pid; up > 1; up = ${parents[$up]:-0})); do
            case " $* " in *" $up "*) TREE+=("$pid") && break ;; esac
        done
    done
}

# Ends these processes and everything below them: asks, waits two seconds, insists.
end_trees() { # PID…
    local tries pid
    [ $# -gt 0 ] || return 0
    read_tree "$@"
    kill -TERM "${TREE[@]}" 2>/dev/null
    for ((tries = 0; tries < 40; tries++)); do
        for pid in "${TREE[@]}"; do alive "$pid" && sleep 0.05 && continue 2; done
        return 0
    done
    kill -KILL "${TREE[@]}" 2>/dev/null
    return 0
}

seconds_since() { awk -v a="$1" -v b="$EPOCHREALTIME" 'BEGIN { printf "%.1f", b - a }'; }
