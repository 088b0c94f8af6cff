#!/bin/sh
# SPDX-License-Identifier: GPL-2.0-only
# shellcheck disable=SC3043 # local: dash and busybox have it
#
# The Debian roots that the tests stand on, made with mmdebstrap and cached.
# usage: tests/lib/roots.sh build-6.12|build-sid|bench   (prints the directory)
#
# build-6.12	chroot: Debian 13, compiler, headers and (unpacked under
#		/kernel) the stock kernel that the bench boots
# build-sid	chroot: Debian sid, compiler and headers of its newest kernel
# bench		files: rootfs.ext4, vmlinuz, initrd, release. One image for the
#		test host L1 and, read-only, for its guests L2; root/ is what
#		it was made from, and a chroot for the QEMU that runs L1
#
# Kernel and headers come from one download, so that they always match.
set -eu
. "$(dirname "$0")/common.sh"

build_packages=make,gcc,g++,libc6-dev,sparse,kmod,pkg-config,libpng-dev,libdrm-dev
bench_packages=busybox-static,kmod,iproute2,udev,procps,strace
bench_packages=$bench_packages,qemu-system-x86,libgl1-mesa-dri
bench_packages=$bench_packages,weston,seatd,libdrm-tests,libpng16-16t64,fonts-dejavu-core
bench_packages=$bench_packages,acpica-tools

# What L1 and L2 need before they see their root; and an IOMMU's driver, which
# some guests want early.
boot_modules='virtio_iommu virtio_pci virtio_mmio virtio_blk ext4 overlay 9p 9pnet_virtio'

# repository LABEL: where the machine's own apt gets Debian's packages from.
repository() {
	apt-get indextargets --format '$(REPO_URI)' 'Created-By: Packages' \
		'Origin: Debian' "Label: $1" 2>/dev/null | grep '^http' | head -n 1
}

# The sources of SUITE by the machine's own mirror, one a line; none where it has
# none, and then mmdebstrap's own choice holds.
sources() { # SUITE
	local main security
	# What apt knows of a repository comes with its lists.
	[ -n "$(repository Debian)" ] || apt-get -qq update >&2 || :
	main=$(repository Debian)
	[ -n "$main" ] || return 0
	echo "deb $main $1 main"
	[ "$1" != unstable ] || return 0
	echo "deb $main $1-updates main"
	security=$(repository Debian-Security)
	[ -z "$security" ] || echo "deb $security $1-security main"
}

strap() { # SUITE PACKAGES DIR [MMDEBSTRAP-OPTION...]
	local suite="$1" pkgs="$2" dir="$3" opt; shift 3
	"$top/tests/lib/deps.sh" base bench
	while read -r opt; do
		set -- "$@" --aptopt="$opt"
	done <<-END
	$(apt-config dump 2>/dev/null | grep -E '^Acquire::(Check-|http::Proxy|https::Proxy)' || :)
	END
	set -- "$@" "$suite" "$dir"
	while read -r opt; do
		[ -z "$opt" ] || set -- "$@" "$opt"
	done <<-END
	$(sources "$suite")
	END
	mmdebstrap --quiet --mode=root --variant=apt --include="$pkgs" \
		--aptopt='APT::Install-Recommends "false"' \
		--aptopt='Acquire::Languages "none"' \
		--aptopt='Acquire::Retries "3"' \
		--dpkgopt='force-unsafe-io' \
		--dpkgopt='path-exclude=/usr/share/doc/*' \
		--dpkgopt='path-exclude=/usr/share/man/*' \
		--dpkgopt='path-exclude=/usr/share/locale/*' \
		"$@"
}

# The image is unpacked only: installed, it would pull in and run initramfs-tools.
# shellcheck disable=SC2016
make_build_612() {
	strap trixie "$build_packages,linux-headers-amd64" "$1" --customize-hook='
		set -e
		cd "$1/tmp"
		release=$(basename "$(ls -d "$1"/usr/src/linux-headers-*-amd64)")
		chroot "$1" sh -c "cd /tmp && apt-get -q download linux-image-${release#linux-headers-}"
		mkdir "$1/kernel"
		dpkg-deb -x linux-image-*.deb "$1/kernel"
		rm linux-image-*.deb'
}

make_build_sid() {
	strap unstable "$build_packages,linux-headers-amd64" "$1"
}

make_initrd() { # ROOT RELEASE FILE
	local stage m ko name
	stage=$(mktemp -d)
	mkdir -p "$stage/bin" "$stage/lib/modules/$2" "$stage/dev" \
		"$stage/proc" "$stage/sys" "$stage/root"
	cp "$1/usr/bin/busybox" "$stage/bin/busybox"
	ln -s busybox "$stage/bin/sh"
	for m in $boot_modules; do
		modprobe --dirname "$1" --set-version "$2" --show-depends "$m"
	done | awk '$1 == "insmod" && !seen[$2]++ { print $2 }' |
	while read -r ko; do
		name=$(basename "${ko%.xz}")
		case $ko in
		*.xz)	xz -dc "$ko" > "$stage/lib/modules/$name" ;;
		*)	cp "$ko" "$stage/lib/modules/$name" ;;
		esac
		echo "$name" >> "$stage/lib/modules/order"
	done
	install -m 755 "$top/tests/e2e/init" "$stage/init"
	(cd "$stage" && find . | cpio --quiet -o -H newc -R 0:0) | gzip -1 > "$3"
	rm -rf "$stage"
}

make_bench() { # BUILD-ROOT DIR
	local build="$1" dir="$2" kver skip
	kver=$(basename "$(ls -d "$build"/kernel/usr/lib/modules/*)")
	strap trixie "$bench_packages" "$dir/root"
	rm -rf "$dir/root/var/cache/apt" "$dir/root/var/lib/apt/lists"
	mkdir -p "$dir/root/share" "$dir/root/usr/lib/modules" "$dir/root/boot"
	cp -a "$build/kernel/usr/lib/modules/$kver" "$dir/root/usr/lib/modules/"
	for skip in net/wireless net/ethernet media infiniband scsi sound staging \
		     iio hwmon usb gpu/drm/amd gpu/drm/i915 gpu/drm/xe \
		     gpu/drm/nouveau gpu/drm/radeon; do
		rm -rf "$dir/root/usr/lib/modules/$kver/kernel/drivers/$skip"
	done
	rm -rf "$dir/root/usr/lib/modules/$kver/kernel/sound"
	depmod --basedir "$dir/root" "$kver"
	make_initrd "$dir/root" "$kver" "$dir/initrd"
	cp "$build/kernel/boot/vmlinuz-$kver" "$dir/vmlinuz"
	cp "$dir/vmlinuz" "$dir/initrd" "$dir/root/boot/"
	echo "$kver" > "$dir/release"
	mke2fs -q -t ext4 -O ^has_journal -m 0 -d "$dir/root" "$dir/rootfs.ext4" 3G
}

# A new point release makes a new kernel: once a week is soon enough to look.
week=$(($(date +%s) / 604800))
recipe=$(key_of "$top/tests/lib/roots.sh")

# A maker runs in a process of its own: errexit is off inside a condition.
case "${1:-}" in
build-6.12)	cached "build-6.12-$recipe-$week" "$0" make-build-6.12 ;;
build-sid)	cached "build-sid-$recipe-$week" "$0" make-build-sid ;;
bench)
	build=$("$0" build-6.12)
	cached "bench-$(key_of "$top/tests/lib/roots.sh" "$top/tests/e2e/init")-$week" \
		"$0" make-bench "$build" ;;
make-build-6.12)	make_build_612 "$2" ;;
make-build-sid)	make_build_sid "$2" ;;
make-bench)	make_bench "$2" "$3" ;;
*)	die "usage: roots.sh build-6.12|build-sid|bench" ;;
esac
