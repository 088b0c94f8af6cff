# shellcheck shell=bash
# SPDX-License-Identifier: GPL-2.0-only
#
# The UML kernel that tests/kunit and tests/uml run on. Source this file, then:
#
#   uml_source   unpack Debian's linux-source-6.12, patched, into $UML_SRC
#   uml_base     build it without our code into $UML_BASE
#   uml_kunit    make $UML_KUNIT, a copy of that build for kunit.py to continue
#   uml_lock     hold the tree: one clone at a time links itself into it
#   uml_boot     run such a kernel on the machine's own root, read-only
#
# Everything lies in the cache and is named by what it was made from: the
# package's version, the patch below, the configuration, the compiler. Entries
# appear by rename, so a killed run leaves nothing that looks finished.

UML_CACHE=${VDPA_SOFT_CACHE:-$HOME/.cache/vdpa-soft}
UML_TOP=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
UML_CONFIG=$UML_TOP/tests/kunit/uml-6.12.kunitconfig
UML_PACKAGE='linux-source-6.12'
UML_JOBS=${JOBS:-$(nproc)}

export CCACHE_DIR=$UML_CACHE/ccache CCACHE_MAXSIZE=2G
# constant, or ccache never hits
export KBUILD_BUILD_TIMESTAMP='2025-01-01' KBUILD_BUILD_USER=uml KBUILD_BUILD_HOST=uml
UML_MAKE=(ARCH=um "CC=ccache gcc")

uml_say() { printf '# %s\n' "$*" >&2; }
uml_die() { printf 'Bail out! %s\n' "$*"; exit 1; }

# What stands between a stock 6.12 and a clean run; nothing that our code sees.
uml_patch() {
	# A signal frame holds the CPU's whole xstate: 2696 bytes are reserved,
	# 11008 needed with AMX, and the first program dies with "ptrace set fp
	# regs failed, errno = 14". 7.2 sizes it at run time. Needs
	# CONFIG_KERNEL_STACK_ORDER=4.
	uml_edit arch/x86/um/user-offsets.c \
		's/HOST_FP_SIZE, 2696)/HOST_FP_SIZE, 11264)/' &&
	# It reads the new CRTC state after hw_done, when the next commit may
	# have freed it: KASAN reports a page flip followed by DIRTYFB.
	# virtio_gpu has no vblank to wait for.
	uml_edit drivers/gpu/drm/drm_atomic_helper.c \
		'/^drm_atomic_helper_wait_for_vblanks(/,/^}/ s/if (old_state->legacy_cursor_update)/if (old_state->legacy_cursor_update || !drm_dev_has_vblank(dev))/' &&
	# One cache name for all cards: DEBUG_VM warns of the second device.
	uml_edit drivers/gpu/drm/virtio/virtgpu_vq.c \
		's/kmem_cache_create("virtio-gpu-vbufs"/kmem_cache_create(dev_name(\&vgdev->vdev->dev)/'
}

# uml_edit FILE SCRIPT: fails when it changes nothing
uml_edit() {
	cp "$1" "$1.orig" && sed -i "$2" "$1" && ! cmp -s "$1" "$1.orig" &&
		rm "$1.orig"
}

uml_hash() { sha256sum | cut -c1-8; }

# The version apt offers; without package lists, the newest unpacked one.
uml_version() {
	local version

	version=$(apt-cache show --no-all-versions $UML_PACKAGE 2>/dev/null |
		sed -n 's/^Version: //p')
	if [ -z "$version" ] && [ "$(id -u)" = 0 ]; then
		apt-get update -qq >&2
		version=$(apt-cache show --no-all-versions $UML_PACKAGE \
			2>/dev/null | sed -n 's/^Version: //p')
	fi
	printf '%s\n' "$version"
}

uml_lock() {
	mkdir -p "$UML_CACHE"
	exec 9>"$UML_CACHE/uml.lock"
	flock -n 9 && return
	uml_say "waiting for another run to let go of the UML tree"
	flock -w "${UML_LOCK_WAIT:-1800}" 9 ||
		uml_die "$UML_CACHE/uml.lock is still held"
}

uml_unlock() { exec 9>&-; }

# Caller holds the lock.
uml_source() {
	local version patch tmp

	"$UML_TOP/tests/lib/deps.sh" base kernel uml ||
		uml_die "packages are missing"
	version=$(uml_version)
	[ -n "$version" ] || uml_die "apt offers no $UML_PACKAGE"
	patch=$(declare -f uml_patch | uml_hash)
	UML_SRC=$UML_CACHE/linux/${version//[^A-Za-z0-9.+-]/_}-$patch
	[ -d "$UML_SRC" ] && return

	tmp=$UML_CACHE/linux/.part
	rm -rf "$tmp"
	mkdir -p "$tmp/deb"
	uml_say "fetching $UML_PACKAGE $version"
	(cd "$tmp/deb" && apt-get download -qq "$UML_PACKAGE=$version" 2>&1 >&2 |
		grep -v unsandboxed >&2
	dpkg-deb -x ./*.deb . && tar -xf usr/src/$UML_PACKAGE.tar.xz -C "$tmp") ||
		uml_die "cannot fetch and unpack $UML_PACKAGE"
	(cd "$tmp/$UML_PACKAGE" && uml_patch) ||
		uml_die "the patch does not fit $UML_PACKAGE $version"
	mv "$tmp/$UML_PACKAGE" "$UML_SRC"
	rm -rf "$tmp"
}

uml_kunit_py() {
	(cd "$UML_SRC" && nice -n "${UML_NICE:-10}" \
		python3 tools/testing/kunit/kunit.py "$@")
}

# Entries that nobody used for two weeks go.
uml_prune() {
	touch "$UML_SRC" "$UML_BASE"
	[ ! -d "$UML_KUNIT" ] || touch "$UML_KUNIT"
	find "$UML_CACHE/uml" "$UML_CACHE/linux" -mindepth 1 -maxdepth 1 \
		-type d -mtime +14 -exec rm -rf {} +
}

# Caller holds the lock.
uml_base() {
	local key

	uml_source
	key=$( (cat "$UML_CONFIG"; gcc --version) | uml_hash)
	UML_BASE=$UML_CACHE/uml/${UML_SRC##*/}-$key
	UML_KUNIT=$UML_BASE.kunit
	if [ -d "$UML_BASE" ]; then
		uml_prune
		return
	fi

	rm -rf "$UML_CACHE/uml/.part"
	mkdir -p "$UML_CACHE/uml/.part"
	"$UML_TOP/tools/overlay.sh" "$UML_SRC" --undo
	uml_say "building the UML kernel in $UML_CACHE/uml (minutes when cold)"
	uml_kunit_py build --arch=um --jobs="$UML_JOBS" \
		--make_options "${UML_MAKE[1]}" --kunitconfig="$UML_CONFIG" \
		--build_dir="$UML_CACHE/uml/.part" \
		>"$UML_CACHE/uml/build.log" 2>&1 || {
		tail -n 30 "$UML_CACHE/uml/build.log" >&2
		uml_die "the UML kernel does not build: $UML_CACHE/uml/build.log"
	}
	mv "$UML_CACHE/uml/.part" "$UML_BASE"
}

# Caller holds the lock. ".busy" marks a build that may have been cut short.
uml_kunit() {
	uml_base
	if [ -e "$UML_KUNIT.busy" ] || [ ! -d "$UML_KUNIT" ]; then
		rm -rf "$UML_KUNIT"
		cp -a "$UML_BASE" "$UML_KUNIT.part$$" &&
			mv "$UML_KUNIT.part$$" "$UML_KUNIT" ||
			uml_die "cannot copy the UML build"
		rm -f "$UML_KUNIT.busy"
	fi
}

# uml_boot SECONDS LINUX INIT ARGUMENT...: status 137 when it took too long
#
# A PID namespace of its own and a death signal down the chain: however the
# caller ends, nothing of UML stays behind. UML must not be process 1 there: it
# ends a panic by a signal to itself, which process 1 would never get.
uml_boot() {
	local limit=$1 linux=$2 init=$3; shift 3

	exec setpriv --pdeathsig KILL timeout -s KILL "$limit" \
		setpriv --pdeathsig KILL unshare --mount-proc --pid --fork \
		--kill-child sh -c '"$@"; exit $?' sh "$linux" mem=1536M \
		root=/dev/root rootfstype=hostfs rootflags=/ ro init="$init" \
		con=null con0=fd:0,fd:1 "$@" </dev/null
}
