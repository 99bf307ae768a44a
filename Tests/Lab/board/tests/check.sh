# shellcheck shell=sh

# check NAME COMMAND… : one line that says whether the command went well.
check() {
    name=$1
    shift
    if "$@" > /tmp/check.log 2>&1; then
        echo "ok   $name"
    else
        echo "FAIL $name"
        sed 's/^/      | /' /tmp/check.log | head -n 4
    fi
}
