# SPDX-License-Identifier: GPL-2.0-only
#
# Doors for people; `make help` lists them. Kbuild is for kbuild.

KDIR	?= /lib/modules/$(shell uname -r)/build
PREFIX	?= /usr/local
top	:= $(CURDIR)

help:
	@echo 'On a bare Debian 12 or 13 (x86-64, root; neither KVM nor loadable modules needed):'
	@echo '  make demo      a guest draws a desktop through the modules: out/demo.png'
	@echo '  make check     all tests (STAGES="static kunit" for some of them)'
	@echo 'On a KVM host, with the headers of its kernel:'
	@echo '  make modules   build the modules for the running kernel'
	@echo '  make install   install modules and programs'
	@echo '  make dkms      let DKMS build the modules for every kernel'
	@echo 'For work on it:'
	@echo '  make user      build the programs'
	@echo '  make kunit     KUnit suites on User Mode Linux'
	@echo '  make uml       end to end inside User Mode Linux'
	@echo '  make e2e       end to end on the bench, a KVM host in a VM (CASES="...")'
	@echo '  make bench     benchmarks on the bench: out/bench.json'
	@echo '  make conform   every clause, as out/conform.json'
	@echo '  make conform-peers  the same cases against QEMU'"'"'s own device'
	@echo '  make clean     remove what was built; the cache is ~/.cache/vdpa-soft'

demo:
	@tests/e2e/demo.sh

check:
	@tests/check.sh $(STAGES)

kunit uml e2e:
	@tests/$@/run.sh $(CASES)

bench:
	@tests/bench/run.sh

conform:
	@tests/e2e/conform.sh

conform-peers:
	@tests/e2e/peers.sh

modules:
	$(MAKE) -C $(KDIR) M=$(top) modules

user:
	$(MAKE) -C userspace
	$(MAKE) -C tools/conform

# The distribution's key is not here to sign with, its compressor may not be.
install: modules user
	$(MAKE) -C $(KDIR) M=$(top) CONFIG_MODULE_SIG_ALL= \
		CONFIG_MODULE_COMPRESS_ALL= modules_install
	depmod "$$($(MAKE) --no-print-directory -s -C $(KDIR) kernelrelease)"
	$(MAKE) -C userspace install PREFIX=$(PREFIX)
	install -D -m 755 tools/viot/vdpa-viot $(DESTDIR)$(PREFIX)/bin/vdpa-viot
	install -D -m 644 tools/viot/vdpa-viot.1 \
		$(DESTDIR)$(PREFIX)/share/man/man1/vdpa-viot.1

dkms:
	tools/install-dkms

clean:
	$(MAKE) -C userspace clean
	$(MAKE) -C tools/conform clean
	$(MAKE) -C tools/bench clean
	rm -rf out
	find Kbuild kernel uapi \( -name '*.o' -o -name '*.ko' -o -name '*.mod' \
		-o -name '*.mod.c' -o -name '.*.cmd' -o -name '*.o.d' \) -delete
	rm -f Module.symvers modules.order .module-common.o .*.cmd

.PHONY: help demo check kunit uml e2e bench conform conform-peers modules user install dkms clean
