# Shared by the programs of this folder. Sourced, not run.

. "$(dirname "${BASH_SOURCE[0]}")/../scripts/lib.sh"

# Builds Knative's own queue-proxy from its Go module, once, and leaves its path in QUEUE_PROXY.
build_queue_proxy() {
    local module=$BATON_ROOT/integration/peers/queue-proxy
    QUEUE_PROXY=$BATON_ROOT/target/peers/queue-proxy
    if [ -x "$QUEUE_PROXY" ] && [ "$QUEUE_PROXY" -nt "$module/go.mod" ]; then
        return
    fi
    command -v go >/dev/null || die "Knative's queue-proxy is compiled from its Go module: install Go 1.26 or later"
    say "building Knative's queue-proxy ..."
    (cd "$module" && go build -o "$QUEUE_PROXY" knative.dev/serving/cmd/queue) || die "the Go build failed"
}

# Runs a command in a network of its own, where the sidecar's fixed ports are free and nothing outside is reached.
in_own_network() {
    local unshare=(unshare --net)
    [ "$(id -u)" = 0 ] || unshare+=(--map-root-user)
    # A shell that starts this in the background has it ignore SIGINT, and so would every sidecar.
    "${unshare[@]}" -- env --default-signal=INT bash -c 'ip link set lo up && exec "$@"' bash "$@"
}

# Compiles the client and the server of the benchmarks and leaves their folder in LOAD_TOOLS.
build_load() {
    local source=$BATON_ROOT/integration/load program compiler
    LOAD_TOOLS=$BATON_ROOT/target/load
    compiler=$(command -v cc || command -v gcc || command -v clang) || die "the load programs are in C: install a compiler"
    mkdir -p "$LOAD_TOOLS"
    for program in load backend; do
        if [ ! "$LOAD_TOOLS/$program" -nt "$source/$program.c" ] || [ ! "$LOAD_TOOLS/$program" -nt "$source/common.h" ]; then
            "$compiler" -O2 -Wall -o "$LOAD_TOOLS/$program" "$source/$program.c" || die "$program.c does not compile"
        fi
    done
}

# bench_proxy [--rounds N] [--only TEXT] [--plots FOLDER] [--dist FOLDER]...
bench_proxy() {
    build
    local rounds=5 only='' plots=$BATON_ROOT/target/plots contenders=()
    while [ $# -gt 0 ]; do
        [ $# -gt 1 ] || die "$1 needs a value; see --help"
        case $1 in
            --rounds)
                [[ $2 =~ ^[1-9][0-9]*$ ]] || die "--rounds needs a number"
                rounds=$2
                ;;
            --only) only=$2 ;;
            --plots) plots=$2 ;;
            --dist)
                [ -f "$2/baton.jar" ] && [ -f "$2/jvm.options" ] || die "$2 is no distribution folder"
                train "$2"
                contenders+=("${2##*/}=$2")
                ;;
            *) die "unknown option $1; see --help" ;;
        esac
        shift 2
    done
    PATH=$PATH:/usr/sbin:/sbin
    [ "$(nproc)" -gt 1 ] || die "the proxy and its load need a processor each"
    command -v h2load >/dev/null && command -v nghttpd >/dev/null || die "install nghttp2's client and server: h2load and nghttpd"
    train
    build_load
    build_queue_proxy
    contenders=(Baton="$BATON_DIST" ${contenders[@]+"${contenders[@]}"} go="$QUEUE_PROXY")
    if command -v haproxy >/dev/null; then
        contenders+=(haproxy="$(command -v haproxy)")
    fi
    "$JAVA_HOME/bin/java" -Xmx256m -XX:+UseSerialGC -cp "$BATON_ROOT/target/test-classes" dev.baton.bench.Duel \
        "$rounds" "$only" "$LOAD_TOOLS" "$plots" "${contenders[@]}"
}
