#!/usr/bin/env bash
# The root file system of the image out of this machine's C library, for engines that import one:
#   scripts/deploy/container/make_root.sh dist/falcod ROOT
#   tar -C ROOT -c . | podman import --change 'ENTRYPOINT ["/usr/bin/falcod"]' --change 'CMD ["run"]' \
#     --change 'ENV HOST_ROOT=/host' - falcod
set -euo pipefail
[ $# -eq 2 ] || { echo "usage: make_root.sh FALCOD ROOT" >&2; exit 1; }
falcod=$1 root=$2
[ -x "$falcod" ] || { echo "$falcod is not there: deno task build makes it" >&2; exit 1; }
[ ! -e "$root" ] || { echo "$root is there already" >&2; exit 1; }
mkdir -p "$root"/{usr/bin,etc/ssl/certs,tmp,var/lib/falcod,proc,sys,dev,run}
chmod 1777 "$root/tmp"
# Configuration and rules where Falco's image has them.
here=$(dirname "$(readlink -f "$0")") sources=$(cd "$(dirname "$0")/../../.." && pwd)
mkdir -p "$root"/etc/{falco/{config,rules}.d,falcod/rules.d}
install -m 0644 "$here/falco.yaml" "$sources"/rules/{falco_rules,k8s_audit_rules,falco_rules.local}.yaml "$root/etc/falco/"
install -m 0755 "$falcod" "$root/usr/bin/falcod"
# What the loader finds for it, at the places where it finds it; the resolver's parts are loaded by name.
libraries=$(ldd "$falcod" | grep -o '/[^ ]*')
folder=$(dirname "$(readlink -f "$(grep -m1 'libc\.so' <<<"$libraries")")")
for library in $libraries "$folder"/libnss_{dns,files}.so.2 "$folder/libresolv.so.2"; do
  [ -e "$library" ] || continue
  install -D -m 0755 "$(readlink -f "$library")" "$root$library"
done
printf 'root:x:0:0:root:/root:/sbin/nologin\nnonroot:x:65532:65532:nonroot:/tmp:/sbin/nologin\n' >"$root/etc/passwd"
printf 'root:x:0:\nnonroot:x:65532:\n' >"$root/etc/group"
printf 'hosts: files dns\n' >"$root/etc/nsswitch.conf"
authorities=/etc/ssl/certs/ca-certificates.crt
if [ -e "$authorities" ]; then install -m 0644 "$authorities" "$root$authorities"; fi
