# Shared by the third-party suites and the floods. Sourced, not run.

. "$(dirname "${BASH_SOURCE[0]}")/lib.sh"

# install_go_tool NAME MODULE: builds a program from its Go module, once, and leaves its path in TOOL.
install_go_tool() {
    TOOL=$BATON_ROOT/target/suites/$1
    if [ -x "$TOOL" ]; then
        return
    fi
    command -v go >/dev/null || die "$1 is compiled from its Go module: install Go 1.24 or later"
    say "building $1 ..."
    mkdir -p "$BATON_ROOT/target/suites"
    GOBIN=$BATON_ROOT/target/suites go install "$2" || die "$1 cannot be built"
}

# Builds the user's program of the suites, once.
build_backend() {
    BACKEND=$BATON_ROOT/target/suites/backend
    if [ -x "$BACKEND" ] && [ "$BACKEND" -nt "$BATON_ROOT/integration/backend/main.go" ]; then
        return
    fi
    command -v go >/dev/null || die "the user's program of the suites is in Go: install Go 1.24 or later"
    mkdir -p "$BATON_ROOT/target/suites"
    (cd "$BATON_ROOT/integration/backend" && go build -o "$BACKEND" .) || die "the Go build failed"
}

# Starts a sidecar in front of 127.0.0.1:8080 and waits until it serves; for use in a network of its own. Both it and what the
# caller adds to the array STARTED are ended with the script. Its process id is left in SIDECAR_PID.
# start_sidecar [NAME=VALUE...]: further environment. SIDECAR_PREFIX: a command that starts it.
STARTED=()
SIDECAR_PREFIX=()
start_sidecar() {
    local log=$BATON_ROOT/target/suites/sidecar.log
    mkdir -p "$BATON_ROOT/target/suites"
    prepare_sidecar
    trap 'stop_started' EXIT
    (
        cd "$BATON_DIST" || exit
        exec env CONTAINER_CONCURRENCY=0 QUEUE_SERVING_PORT=8012 QUEUE_SERVING_TLS_PORT=8112 USER_PORT=8080 \
            REVISION_TIMEOUT_SECONDS=300 SERVING_LOGGING_CONFIG= SERVING_LOGGING_LEVEL=error SERVING_NAMESPACE=suites \
            SERVING_CONFIGURATION=suites SERVING_REVISION=suites-00001 SERVING_POD=suites-00001-pod SERVING_POD_IP=127.0.0.1 \
            "$@" ${SIDECAR_PREFIX[@]+"${SIDECAR_PREFIX[@]}"} "${SIDECAR[@]}"
    ) >"$log" 2>&1 &
    SIDECAR_PID=$!
    STARTED+=("$SIDECAR_PID")
    await_port 8012 || {
        cat "$log" >&2
        die "the sidecar has not come up"
    }
}

# await_port PORT: until somebody listens, for at most ten seconds.
await_port() {
    local i
    for i in $(seq 100); do
        if (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; then
            return
        fi
        sleep 0.1
    done
    return 1
}

# start_backend: the user's program, on the port where the sidecar looks for it.
start_backend() {
    "$BACKEND" 127.0.0.1:8080 &
    STARTED+=($!)
    await_port 8080 || die "the user's program has not come up"
}

# Without a drain: there is nothing that would have to end in peace.
stop_started() {
    [ ${#STARTED[@]} -eq 0 ] || kill -KILL "${STARTED[@]}" 2>/dev/null
    wait 2>/dev/null
}
