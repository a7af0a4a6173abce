# For the programs above this folder: a temporary folder, named packages in it, free ports, a server that counts what it gets.
set -euo pipefail
support=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
folder=$(mktemp -d)
chmod 755 "$folder"
cd "$folder"
pids=()
finish() {
    for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
    for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
    rm -rf "$folder"
}
trap finish EXIT

# fetch PACKAGE VERSION: unpacks it below root/, without installing anything
fetch() {
    if ! apt-get download "$1=$2" >apt.log 2>&1; then
        echo "apt-get does not offer version $2 of $1: $(tail -n 1 apt.log)" >&2
        exit 2
    fi
    dpkg -x "$1"_*.deb root
}

# modules NAME==VERSION…: installs packages of PyPI, without what they depend on, for the Python programs of this script alone
modules() {
    if ! python3 -m pip install --quiet --disable-pip-version-check --no-deps --target modules "$@" >pip.log 2>&1; then
        echo "pip does not offer $*: $(tail -n 1 pip.log)" >&2
        exit 2
    fi
    export PYTHONPATH=$folder/modules PYTHONDONTWRITEBYTECODE=1
}

free_port() { python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])'; }

# listens PORT: waits until somebody listens there
listens() { python3 "$support/left.py" wait "$1"; }

# starts the server that writes the request line of each request that it gets into `received`
upstream() {
    upstream=$(free_port)
    python3 "$support/left.py" serve "$upstream" received &
    pids+=($!)
    listens "$upstream"
}

# start COMMAND…: runs it until the end
start() {
    "$@" >output 2>&1 &
    pids+=($!)
}

# arrived PATTERN: how many requests with it were received, once their number stays the same for two seconds
arrived() {
    local before=-1 now=0
    while [[ $now != "$before" ]]; do
        before=$now
        sleep 2
        now=$(grep -ac "$1" received || true)
    done
    echo "$now"
}
