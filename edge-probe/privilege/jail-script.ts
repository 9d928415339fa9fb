/**
 * Makes a root directory out of nothing and what it is told to put there, and runs a command in it. To be run as root
 * in a mount namespace of its own, in which all of it goes with the last process.
 * Arguments: the root, `UID:GID`, then pairs until `--`, then the command.
 * `ro PATH`, `rw PATH`: the file or directory as it is, without set-user-ID and devices. `copy PATH`: a file's copy that
 * only UID can read. `dir PATH`: an empty directory. `own PATH`: what it holds belongs to UID from now on. `tmp PATH`: an empty directory for everybody.
 * `proc PATH`: only the processes' own entries.
 */
export const JAIL_SCRIPT = `
set -eu
root=$1; owner=$2; shift 2
mount -t tmpfs -o size=16m,mode=0755,nosuid,nodev skirmish "$root"
put() {
  if [ -d "$1" ]; then mkdir -p "$root$1"; else mkdir -p "$root\${1%/*}"; : > "$root$1"; fi
}
while [ "$1" != -- ]; do
  kind=$1; path=$2; shift 2
  case $kind in
    ro) put "$path"; mount --bind "$path" "$root$path"; mount -o remount,bind,ro,nosuid "$root$path" ;;
    rw) put "$path"; mount --bind "$path" "$root$path"; mount -o remount,bind,nosuid,nodev "$root$path" ;;
    dir) mkdir -p "$root$path" ;;
    own) chown -hR "$owner" "$path" ;;
    copy) mkdir -p "$root\${path%/*}"; cp "$path" "$root$path"; chown "$owner" "$root$path"; chmod 0400 "$root$path" ;;
    tmp) mkdir -p "$root$path"
      mount -t tmpfs -o size=64m,mode=1777,nosuid,nodev,noexec tmp "$root$path" ;;
    proc) mkdir -p "$root$path"
      mount -t proc -o nosuid,nodev,noexec,hidepid=2,subset=pid proc "$root$path" 2>/dev/null ||
        { mount --bind /proc "$root$path"; mount -o remount,bind,ro,nosuid,nodev,noexec "$root$path"; } ;;
    *) echo "jail: $kind $path" >&2; exit 1 ;;
  esac
done
shift
mount -o remount,ro "$root"
exec chroot "$root" "$@"
`;
