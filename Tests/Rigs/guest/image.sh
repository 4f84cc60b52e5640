#!/bin/sh
# Makes what the guest starts from, a Debian kernel and a ramdisk, and prints the folder it is in:
#   image.sh CACHE
# Once for each recipe, which is this folder and the kernel's version.
set -eu
here=$(dirname "$0")
cache=$1

# The cloud kernel has no 9p, by which the guest sees this machine's files.
kernel=$(apt-cache depends linux-image-amd64 | sed -n 's/^ *Depends: //p' | head -n 1)
[ -n "$kernel" ] || { echo "image.sh: apt knows no linux-image-amd64" >&2; exit 1; }
version=$(apt-cache show --no-all-versions "$kernel" | sed -n 's/^SHA256: //p')
recipe=$({ cat "$here/image.sh" "$here/init" "$here/run-asked"; echo "$kernel $version"; } |
  sha256sum)
image=$cache/$(echo "$recipe" | cut -c 1-16)
if [ -d "$image" ]; then echo "$image"; exit 0; fi

mkdir -p "$cache"
work=$(mktemp -d "$cache/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
# As root apt would have another user do it, who may not write here.
(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$kernel" >&2)
dpkg-deb -x "$work"/linux-image-*.deb "$work/package"

disk=$work/ramdisk
mkdir -p "$disk/bin" "$disk/modules" "$disk/proc" "$disk/sys" "$disk/dev" "$disk/new"
cp /bin/busybox "$disk/bin/busybox"
cp "$here/init" "$here/run-asked" "$disk"
chmod 0755 "$disk/init"
# In the order in which one needs another.
number=10
virtio=drivers/virtio/virtio
for module in ${virtio}_ring $virtio ${virtio}_pci_modern_dev ${virtio}_pci_legacy_dev \
  ${virtio}_pci fs/netfs/netfs fs/fscache/fscache net/9p/9pnet net/9p/9pnet_virtio fs/9p/9p \
  fs/overlayfs/overlay crypto/crc32c_generic drivers/block/virtio_blk fs/mbcache lib/crc16 \
  fs/jbd2/jbd2 fs/ext4/ext4 drivers/block/loop drivers/net/veth; do
  name=$number-$(basename "$module").ko
  cp "$work"/package/lib/modules/*/kernel/"$module.ko" "$disk/modules/$name"
  number=$((number + 1))
done

mkdir "$work/image"
cp "$work"/package/boot/vmlinuz-* "$work/image/kernel"
(cd "$disk" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1) >"$work/image/ramdisk"
mv "$work/image" "$image" 2>/dev/null || [ -d "$image" ]
echo "$image"
