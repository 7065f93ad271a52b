# Shared by the scripts of this folder: finds the JDK, builds, trains the AOT cache. Sourced, not run.
# Needs bash, coreutils and a JDK; everything else comes through the Maven wrapper.

BATON_ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd -P)
BATON_DIST=$BATON_ROOT/target/baton
JDK_MAJOR=25

say() { printf '%s: %s\n' "${0##*/}" "$*" >&2; }

die() {
    say "$*"
    exit 2
}

# The comment block at the head of a script is its help text.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p;}' "$0"; }

# Whether a folder holds the JDK that the build needs: the release file says so without starting a JVM.
is_jdk() { [ -x "$1/bin/javac" ] && grep -qs "^JAVA_VERSION=\"$JDK_MAJOR[.\"]" "$1/release"; }

jdk_of_path() {
    local tool
    tool=$(command -v javac) && dirname "$(dirname "$(readlink -f "$tool")")"
}

# Exports JAVA_HOME and puts its bin folder first in PATH.
use_jdk() {
    local home
    for home in "${JAVA_HOME:-}" "$(jdk_of_path)" /usr/lib/jvm/* /usr/java/* /usr/local/lib/jvm/* /opt/* /opt/java/* /opt/jdk/* \
        "${HOME:-}"/.sdkman/candidates/java/* "${HOME:-}"/.jdks/* "${HOME:-}"/.asdf/installs/java/* "${HOME:-}"/.local/share/mise/installs/java/* \
        /home/linuxbrew/.linuxbrew/opt/openjdk@$JDK_MAJOR/libexec /Library/Java/JavaVirtualMachines/*/Contents/Home; do
        if [ -n "$home" ] && is_jdk "$home"; then
            export JAVA_HOME=$home PATH=$home/bin:$PATH
            return
        fi
    done
    die "no JDK $JDK_MAJOR found (looked at JAVA_HOME, PATH, /usr/lib/jvm, /opt, ~/.sdkman, ~/.jdks and others). Install one, such as" \
        "Eclipse Temurin $JDK_MAJOR from https://adoptium.net, or set JAVA_HOME to the folder of one that is elsewhere."
}

# Maven by its wrapper, in the repository's folder. BATON_M2=<folder> keeps all that Maven downloads there.
maven() (
    cd "$BATON_ROOT" || exit
    if [ -n "${BATON_M2:-}" ]; then
        export MAVEN_USER_HOME=$BATON_M2
        set -- -Dmaven.repo.local="$BATON_M2/repository" "$@"
    fi
    exec ./mvnw --batch-mode --no-transfer-progress "$@"
)

# Brings target/baton and the test classes up to date with the sources.
build() {
    [ "$(uname -s)" = Linux ] || die "a sidecar runs on Linux only"
    use_jdk
    local built=$BATON_ROOT/target/baton.built log=$BATON_ROOT/target/build.log
    if [ -e "$built" ] && [ -z "$(cd "$BATON_ROOT" && find pom.xml .mvn NOTICE src integration -newer "$built" -print -quit)" ]; then
        return
    fi
    if [ -e "${BATON_M2:-$HOME/.m2}/wrapper" ]; then
        say "building ..."
    else
        say "building; downloads Maven and the libraries first ..."
    fi
    mkdir -p "$BATON_ROOT/target"
    if ! maven package -DskipTests >"$log" 2>&1; then
        grep -E '^\[(ERROR|WARNING)\]' "$log" >&2 || tail -n 30 "$log" >&2
        die "the build failed; its whole output is in $log"
    fi
}

# Trains the AOT cache when there is none for this jar, these flags and this JDK. Without one a sidecar starts slower; it
# does not fail. A training that failed is not tried again until something changes.
# train [FOLDER]: another distribution folder than target/baton.
train() {
    local dist=${1:-$BATON_DIST} log=$BATON_ROOT/target/train.log
    local cache=$dist/baton.aot mark=$dist/.trained
    if [ -e "$mark" ] && [ "$mark" -nt "$dist/baton.jar" ] && [ "$mark" -nt "$dist/jvm.options" ] \
        && cmp -s "$mark" "$JAVA_HOME/release"; then
        return
    fi
    say "training the AOT cache ..."
    rm -f "$cache"
    if ! java -cp "$BATON_ROOT/target/test-classes" dev.baton.tools.TrainCache "$dist" >"$log" 2>&1; then
        rm -f "$cache"
        say "no AOT cache: sidecars start slower (see $log)"
    fi
    cp "$JAVA_HOME/release" "$mark"
}

# Builds, trains, and leaves in the array SIDECAR the command that starts a sidecar in the folder $BATON_DIST, and in
# WASM_SIDECAR the one for a sidecar that runs functions in Wasm.
# prepare_sidecar [no]: without the AOT cache.
prepare_sidecar() {
    build
    SIDECAR=("$JAVA_HOME/bin/java")
    if [ "${1:-yes}" = yes ]; then
        train
        if [ -e "$BATON_DIST/baton.aot" ]; then
            SIDECAR+=(-XX:AOTCache=baton.aot)
        fi
    fi
    # The profile for Wasm functions: a larger heap, the second compiler.
    WASM_SIDECAR=("${SIDECAR[@]}" @wasm.options)
    if [ -n "${BATON_FUNCTIONS_DIR:-}${BATON_FUNCTIONS_URL:-}" ]; then
        SIDECAR+=(@wasm.options)
    else
        SIDECAR+=(@jvm.options)
    fi
}
