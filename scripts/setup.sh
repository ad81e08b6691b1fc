#!/bin/sh
# Install what uv.lock says into ./.venv with a uv of our own in ./.tools; nothing outside the checkout is written.
#   setup.sh [options of `uv sync`]        PYTHON names the Python to use; the first one that is new enough otherwise
set -eu
cd "$(dirname "$0")/.."

uv_version=0.13.8 # the Dockerfile names it too
uv=.tools/uv-$uv_version

fail() {
    printf 'setup: %s\n' "$1" >&2
    exit 1
}

is_new_enough() {
    "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

find_python() {
    if [ -n "${PYTHON:-}" ]; then
        is_new_enough "$PYTHON" || fail "PYTHON=$PYTHON is no Python 3.11 or newer; name another, or unset PYTHON"
        python=$PYTHON
        return
    fi
    for python in python3 python3.14 python3.13 python3.12 python3.11 python; do
        is_new_enough "$python" && return
    done
    fail 'no Python 3.11 or newer found; install one (Debian: apt install python3 python3-venv) or name it with PYTHON='
}

# pip fetches uv once; a Python without ensurepip (Debian without python3-venv) uses the pip it has.
# People's pip settings about where to install are put aside, those about where to fetch from are kept.
install_uv() {
    new=.tools/new-$$
    trap 'rm -rf "$new"' EXIT
    trap 'exit 1' HUP INT TERM
    mkdir -p "$new"
    unset PIP_USER PIP_TARGET PIP_PREFIX PIP_REQUIRE_VIRTUALENV
    export PIP_ROOT_USER_ACTION=ignore
    if "$python" -m venv "$new/env" >/dev/null 2>&1; then
        set -- "$new/env/bin/python"
        found=$new/env/bin/uv
    elif "$python" -m pip --version >/dev/null 2>&1; then
        set -- "$python"
        found=$new/lib/bin/uv
    else
        fail "$python has neither venv nor pip, one is needed to fetch uv; Debian: apt install python3-venv"
    fi
    echo "Fetching uv $uv_version"
    set -- "$@" -m pip install --quiet --no-cache-dir --disable-pip-version-check --no-input --only-binary :all:
    [ "$found" = "$new/env/bin/uv" ] || set -- "$@" --target "$new/lib"
    "$@" "uv==$uv_version" || fail "uv $uv_version could not be fetched from PyPI (see above); is there a network?"
    mv "$found" "$uv"
    rm -rf "$new"
    trap - EXIT HUP INT TERM
}

# Scripts in a virtualenv name its own path: one that was made elsewhere would quietly run the other checkout's code.
if [ -f .venv/.made-in ] && [ "$(cat .venv/.made-in)" != "$(pwd -P)" ]; then
    rm -rf .venv
fi

export UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=.venv
export UV_CACHE_DIR="${UV_CACHE_DIR:-.tools/cache}"
unset VIRTUAL_ENV UV_PYTHON

if [ -n "${PYTHON:-}" ] || [ ! -x .venv/bin/python ] || [ ! -x "$uv" ]; then
    find_python
    [ -x "$uv" ] || install_uv
fi
if [ -n "${PYTHON:-}" ] || [ ! -x .venv/bin/python ]; then
    set -- "$@" --python "$("$python" -c 'import sys; print(sys.executable)')"
fi
# What was fetched before is enough most of the time: then no network is asked.
if [ ! -d "$UV_CACHE_DIR" ] || ! "./$uv" sync --frozen --quiet --offline "$@" 2>/dev/null; then
    echo 'Installing what uv.lock says into .venv'
    "./$uv" sync --frozen --quiet "$@" || fail 'uv could not install what uv.lock says (see above); is there a network?'
fi
pwd -P >.venv/.made-in
