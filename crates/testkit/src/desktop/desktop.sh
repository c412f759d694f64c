# A desktop without a screen: display, session bus, window manager and key ring, all of them the real ones. Process 1
# of a process namespace of its own, so everything that is started here ends with it; it lives as long as its
# standard input is open.
#
# Arguments: the desktop's folder, and the key ring's password (empty: this desktop has no key ring). Orders come by
# line on standard input; each is answered with the exit code of what was to be done, whose output is in the file
# `output`.
set -eu
dir=$1 password=$2
umask 022
mkdir -p "$dir/home" "$dir/services" "$dir/run"
chmod 700 "$dir/run"
export HOME="$dir/home" XDG_RUNTIME_DIR="$dir/run" XDG_DATA_HOME="$dir/home/.local/share" \
    XDG_CONFIG_HOME="$dir/home/.config" XDG_CACHE_HOME="$dir/home/.cache" \
    LANG=C.UTF-8 LANGUAGE=en TZ=UTC NO_AT_BRIDGE=1 GTK_USE_PORTAL=0
unset SSL_CERT_FILE SSL_CERT_DIR DISPLAY WAYLAND_DISPLAY 2>/dev/null || true
cd "$HOME"

# Waits until a command succeeds, for ten seconds at most.
soon() {
    for _ in $(seq 1000); do
        if "$@" 2>/dev/null; then return; fi
        sleep 0.01
    done
    echo "in vain: $*" >&2
    exit 1
}

# The server itself chooses a display that is free.
Xvfb -displayfd 3 -nolisten tcp -noreset -screen 0 1280x1024x24 3>"$dir/display" 2>"$dir/log/display.log" &
soon grep -q . "$dir/display"
DISPLAY=:$(cat "$dir/display")

# A bus that starts nothing by itself but the prompt of the key ring.
if [ -n "$password" ]; then cp /usr/share/dbus-1/services/org.gnome.keyring.*Prompter.service "$dir/services"; fi
cat >"$dir/bus.conf" <<END
<busconfig>
  <type>session</type>
  <listen>unix:path=$dir/run/bus</listen>
  <auth>EXTERNAL</auth>
  <servicedir>$dir/services</servicedir>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
END
DBUS_SESSION_BUS_ADDRESS=unix:path=$dir/run/bus
export DISPLAY DBUS_SESSION_BUS_ADDRESS
dbus-daemon --config-file="$dir/bus.conf" --nofork 2>"$dir/log/bus.log" &
soon test -S "$dir/run/bus"

cat >"$dir/jwmrc" <<END
<?xml version="1.0"?>
<JWM>
  <FocusModel>click</FocusModel>
  <Desktops width="1" height="1"/>
  <Key mask="A" key="F4">close</Key>
</JWM>
END
jwm -f "$dir/jwmrc" >"$dir/log/windows.log" 2>&1 &

if [ -n "$password" ]; then
    printf %s "$password" |
        gnome-keyring-daemon --foreground --unlock --components=secrets >"$dir/log/keyring.log" 2>&1 &
    # It is there once it has its name, and once the collection that it unlocks has its own.
    soon dbus-send --session --print-reply --dest=org.freedesktop.secrets \
        /org/freedesktop/secrets/collection/login org.freedesktop.DBus.Properties.Get \
        string:org.freedesktop.Secret.Collection string:Label >"$dir/log/keyring-is-up.log"
fi
echo up

number=0
while read -r order words; do
    code=0
    case $order in
    run) (eval "$words") </dev/null >"$dir/output" 2>&1 || code=$? ;;
    start)
        number=$((number + 1))
        (eval "exec $words") </dev/null >"$dir/log/started-$number.log" 2>&1 &
        ;;
    esac
    echo "$code"
done
