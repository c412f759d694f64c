#!/usr/bin/env bash
# Installs a deb in a new, minimal Debian and starts the app there: try-deb.sh DEB FOLDER
# FOLDER keeps the bare system between runs, and gets window.png. Needs root.
set -euo pipefail

# In namespaces of its own: however this ends, nothing stays mounted and nothing runs on.
if [[ ${1:-} != inside ]]; then
  exec unshare --mount --pid --fork --kill-child --mount-proc -- "$BASH" "$0" inside "$@"
fi
deb=$(realpath "$2") folder=$3
release=bookworm
patience=60
mkdir -p "$folder"
cd "$folder"
rm -rf root window.png

if [[ ! -e bare/complete ]]; then
  rm -rf bare
  debootstrap --variant=minbase "$release" bare
  touch bare/complete
fi
cp -a bare root
mount -t proc proc root/proc
mount -t sysfs -o ro sys root/sys
mount --rbind /dev root/dev
cp /etc/resolv.conf root/etc/
cp "$deb" root/slipway.deb

inside() {
  chroot root /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
    DEBIAN_FRONTEND=noninteractive "$@"
}
inside apt-get update --quiet
inside apt-get install --quiet --yes --no-install-recommends /slipway.deb
inside slipway --version
inside sh -ec 'for file in $(dpkg-query --listfiles slipway); do test -e "$file"; done'

# Screen and bus are this system's: in the new one there is only what the package brought.
mount -t tmpfs -o mode=1777 tmpfs /tmp
mkdir -m 1777 /tmp/.X11-unix
mount --rbind /tmp root/tmp
export DISPLAY=:7
Xvfb "$DISPLAY" -screen 0 1280x800x24 -ac -nolisten tcp &
dbus-daemon --session --address=unix:path=/tmp/bus --nofork &
deadline=$((SECONDS + patience))
until [[ -S /tmp/.X11-unix/X7 && -S /tmp/bus ]]; do
  ((SECONDS < deadline)) || { echo "no screen or no bus" >&2; exit 1; }
  sleep 0.1
done

inside DISPLAY="$DISPLAY" DBUS_SESSION_BUS_ADDRESS=unix:path=/tmp/bus slipway-app &
app=$!
deadline=$((SECONDS + patience))
# A blank page has a handful of colours. What is shown is complete when it no longer changes.
before=
while ((SECONDS < deadline)) && kill -0 "$app"; do
  sleep 1
  xdotool search --onlyvisible --name Slipway >/dev/null 2>&1 || continue
  import -window root window.png
  now=$(identify -format '%k %#' window.png)
  if ((${now% *} > 50)) && [[ $now == "$before" ]]; then
    echo "shown after $((SECONDS + patience - deadline)) s"
    kill "$app"
    exit 0
  fi
  before=$now
done
echo "the window was not shown; see $PWD/window.png" >&2
exit 1
