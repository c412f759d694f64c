# Owns one small disk: a file system in memory, mounted where only processes of this mount namespace see it. It lives as
# long as its standard input is open.
#
# Arguments: a folder for its own files, the folder to mount it on. Orders are how many pages of 4,096 bytes are to be
# free; each is answered with one line.
set -eu
place=$2
mount -t tmpfs -o "size=64m,mode=700,uid=$(stat -c %u "$place"),gid=$(stat -c %g "$place")" tmpfs "$place"

# /proc is still that of the outer namespace, so this is the number by which the test knows this process.
read -r outer _ </proc/self/stat
echo "$outer"

while read -r free; do
    used=$(df --block-size=4096 --output=used "$place" | tail -n 1)
    mount -o "remount,size=$(((used + free) * 4096))" "$place"
    echo done
done
