#!/bin/sh
# Makes the disk of a machine, bootable as those of clouds are, and prints the file that it is:
#   image.sh CACHE lite|cloud
# Once for each recipe, which is this folder and the kernel's version. `lite` is up in seconds also
# where every instruction is emulated; `cloud` has systemd and cloud-init, as what people rent.
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cache=$1
kind=$2

kernel=$(apt-cache depends linux-image-cloud-amd64 | sed -n 's/^ *Depends: //p' | head -n 1)
[ -n "$kernel" ] || { echo "image.sh: apt knows no linux-image-cloud-amd64" >&2; exit 1; }
version=$(apt-cache show --no-all-versions "$kernel" | sed -n 's/^SHA256: //p')
recipe=$({ cat "$here"/*; echo "$kernel $version"; } | sha256sum | cut -c 1-16)
image=$cache/machine-$kind-$recipe.qcow2
if [ -f "$image" ]; then echo "$image"; exit 0; fi

mkdir -p "$cache"
work=$(mktemp -d "$cache/making.XXXXXX")
trap 'rm -rf "$work"' EXIT
root=$work/root

packages=openssh-server,iproute2
case $kind in
  lite) size=1 ;;
  cloud)
    # kmod, else the seed's file system is never loaded; the two of python3 a virtual package hides.
    packages=$packages,systemd,systemd-sysv,dbus,cloud-init,cloud-guest-utils,fdisk,kmod,locales
    packages=$packages,python3-cffi-backend,python3-cryptography,ifupdown,isc-dhcp-client,netbase
    size=2
    ;;
  *) echo "image.sh: no kind is named '$kind'" >&2; exit 2 ;;
esac
debootstrap --variant=minbase --include="$packages" bookworm "$root" >"$work/log" 2>&1 ||
  { tail -n 20 "$work/log" >&2; exit 1; }
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/*

(cd "$work" && apt-get -qq -o APT::Sandbox::User=root download "$kernel" >&2)
dpkg-deb -x "$work"/linux-image-*.deb "$work/package"
modules=$(echo "$work"/package/lib/modules/*/kernel)
cp "$work"/package/boot/vmlinuz-* "$root/boot/vmlinuz"

# What stands before the disk's own first process: modules, and the disk.
ramdisk=$work/ramdisk
mkdir -p "$ramdisk/bin" "$ramdisk/modules" "$ramdisk/proc" "$ramdisk/dev" "$ramdisk/new"
cp /bin/busybox "$ramdisk/bin/busybox"
cp "$here/init-ramdisk" "$ramdisk/init"
chmod 0755 "$ramdisk/init"
virtio=drivers/virtio/virtio
number=10
# In the order in which one needs another.
for module in ${virtio}_ring $virtio ${virtio}_pci_modern_dev ${virtio}_pci_legacy_dev \
  ${virtio}_pci net/core/failover drivers/net/net_failover drivers/net/virtio_net \
  drivers/block/virtio_blk drivers/cdrom/cdrom fs/isofs/isofs drivers/input/evdev \
  drivers/acpi/button; do
  cp "$modules/$module.ko" "$ramdisk/modules/$number-$(basename "$module").ko"
  number=$((number + 1))
done
(cd "$ramdisk" && find . | busybox cpio -o -H newc 2>/dev/null | gzip -1) >"$root/boot/ramdisk"

rm -f "$root"/etc/ssh/ssh_host_*
if [ "$kind" = lite ]; then
  cc -O2 -static -std=gnu17 -Wall -Wextra -Werror -o "$root/sbin/way-in" "$here/way-in.c"
  cp /bin/busybox "$root/bin/busybox"
  for script in init-lite network rehearsal; do
    cp "$here/$script" "$root/sbin/$script"
    chmod 0755 "$root/sbin/$script"
  done
  first=/sbin/init-lite
else
  mkdir -p "$root/lib/modules"
  cp -a "$work"/package/lib/modules/* "$root/lib/modules/"
  for heavy in sound drivers/gpu drivers/infiniband drivers/media drivers/scsi fs/ocfs2 fs/nfs \
    fs/xfs fs/btrfs; do
    rm -rf "$root"/lib/modules/*/kernel/"$heavy"
  done
  printf 'auto lo\niface lo inet loopback\nsource /etc/network/interfaces.d/*\n' \
    >"$root/etc/network/interfaces"
  # The two that are asked for, and no wait for clouds that are not there.
  printf 'datasource_list: [NoCloud, None]\nssh_genkeytypes: [ed25519]\nlocale: false\n' \
    >"$root/etc/cloud/cloud.cfg.d/90_machine.cfg"
  ln -sf /dev/null "$root/etc/systemd/system/systemd-udev-settle.service"
  for timer in apt-daily apt-daily-upgrade dpkg-db-backup e2scrub_all fstrim; do
    ln -sf /dev/null "$root/etc/systemd/system/$timer.timer"
  done
  echo '/dev/vda1 / ext4 defaults 0 1' >"$root/etc/fstab"
  first=/sbin/init
fi

# A partition of the whole disk but its first MiB, where what loads the kernel stands.
disk=$work/disk
truncate -s "${size}G" "$disk"
mkfs.ext4 -q -O ^metadata_csum -E lazy_itable_init=1,offset=1048576 -d "$root" "$disk" \
  "$((size * 1048576 - 1024))"
cat >"$work/grub.cfg" <<END
set root=(hd0,msdos1)
linux /boot/vmlinuz console=ttyS0 quiet mitigations=off panic=-1 tsc=reliable first=$first
initrd /boot/ramdisk
boot
END
grub-mkimage -O i386-pc -p /boot -c "$work/grub.cfg" -o "$work/core" \
  biosdisk part_msdos ext2 linux normal
# Its one row: active, Linux, from sector 2048 to the end; and the mark of such tables.
row='import struct, sys; sys.stdout.buffer.write(struct.pack("<4B4BII48x2s", 128, 0, 0, 0,
  131, 0, 0, 0, 2048, int(sys.argv[1]) - 2048, bytes((85, 170))))'
python3 -c "$row" "$((size * 2097152))" >"$work/row"
{ head -c 446 /usr/lib/grub/i386-pc/boot.img; cat "$work/row"; } |
  dd of="$disk" conv=notrunc bs=512 iflag=fullblock status=none
dd if="$work/core" of="$disk" conv=notrunc bs=512 seek=1 status=none

qemu-img convert -O qcow2 "$disk" "$work/image.qcow2"
mv "$work/image.qcow2" "$image"
echo "$image"
