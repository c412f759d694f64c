# Owns one FTP server: process 1 of a mount and a process namespace of its own. The kernel ends everything in
# the process namespace with it, and the mounts are seen by nobody else. It lives as long as its standard
# input is open, so however the test ends, nothing is left behind.
#
# Arguments: the instance's folder, bytes of disk space (0: no limit), owner of the served files, then the
# server's command. Orders come by line on standard input; each is answered with one line.
set -eu
dir=$1 disk=$2 owner=$3
shift 3
umask 022
export LANG=C.UTF-8 LC_ALL=C.UTF-8
chmod 755 "$dir"

# The server logs in a user that this system does not have: that of the test, or nobody when root runs it.
uid=$(stat -c %u "$dir") gid=$(stat -c %g "$dir")
[ "$uid" != 0 ] || uid=65534 gid=65534
cat >"$dir/etc/passwd" <<END
root:x:0:0::/root:/bin/sh
slipway-test:x:$uid:$gid::$dir/root:/bin/sh
nobody:x:65534:65534::/nonexistent:/usr/sbin/nologin
END
cat >"$dir/etc/group" <<END
root:x:0:
slipway-test:x:$gid:
nogroup:x:65534:
END
# The password is that of Daemon::password, hashed with `openssl passwd -6 -salt slipway`.
cat >"$dir/etc/shadow" <<'END'
root:*:19000:0:99999:7:::
slipway-test:$6$slipway$PAqAvoGmasF.G8bnDnbKMqLvtMLUTRkGOj4464LiukcC2m7MGLuaqY8ZRcktZ087vLJ/k.63BAAzAh52Nn1dl.:19000:0:99999:7:::
END
chmod 600 "$dir/etc/shadow"
cat >"$dir/etc/pam.d/slipway-test" <<'END'
auth required pam_unix.so nodelay
account required pam_unix.so
session required pam_permit.so
END
# vsftpd wants its own to be root's.
chown root "$dir"/etc/*.conf 2>/dev/null || true
for name in passwd group shadow pam.d; do
    mount --bind "$dir/etc/$name" "/etc/$name"
done
[ "$disk" = 0 ] || mount -t tmpfs -o "size=$disk" tmpfs "$dir/root"
chown "$owner:$owner" "$dir/root"
chmod 755 "$dir/root"

# /proc is still that of the outer namespace, so this is the number by which the test knows this process.
read -r outer _ </proc/self/stat
echo "$outer"

while read -r order; do
    case $order in
    start)
        rm -f "$dir/exited"
        (
            "$@" </dev/null >>"$dir/log/output.log" 2>&1 || echo "exit code $?" >>"$dir/log/output.log"
            : >"$dir/exited"
        ) &
        ;;
    stop)
        # -1 is everything in this namespace but this process. Each sleep also reaps.
        while kill -KILL -1 2>/dev/null; do sleep 0.01; done
        ;;
    show) chmod -R a+rX "$dir/log" ;;
    own) chown -R "$owner:$owner" "$dir/root" ;;
    esac
    echo done
done
