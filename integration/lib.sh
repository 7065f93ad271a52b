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
    "${unshare[@]}" -- bash -c 'ip link set lo up && exec "$@"' bash "$@"
}
