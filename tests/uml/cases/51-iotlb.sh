# shellcheck shell=sh
# SPDX-License-Identifier: GPL-2.0-only
# A stream of the IOMMU, with KASAN looking on: allocations on the way to it, to
# its table and to an answer fail one by one, and it does what it did before.

any_allocation_fails

# Each step until it was not hit any more; it works then, and is done once.
streams() {
	perl -e '
		use Fcntl; use POSIX;
		my ($OPEN, $SET_MEM) = (0xc010b903, 0x4010b904);
		my ($MISS, $FAIL) = (1, 4);

		# Its answer, with the nth allocation from here on failing
		sub nth { my ($n, $call) = @_;
			open my $f, "+<", "/proc/thread-self/fail-nth" or die;
			syswrite $f, $n;
			my $result = $call->();
			my $why = $!;
			sysseek $f, 0, 0;
			sysread $f, my $left, 16;
			syswrite $f, "0";
			return ($result, $left + 0, $why);
		}
		sub sweep { my ($what, $call, $undo) = @_;
			for my $n (1 .. 200) {
				my ($result, $left, $why) = nth($n, $call);
				if ($left) {
					die "$what: $why" unless defined $result;
					die "$what: hit nothing" if $n == 1;
					print "$what: $n rounds\n";
					return $result;
				}
				$undo->($result) if defined $result;
			}
			die "$what: no end";
		}
		sub message { pack "LLQQQCCx38", 2, 0, @_ }

		sysopen my $dev, "/dev/vdpa-iommu/iommu0", O_RDWR or die "open: $!";
		my $fd = sweep("a stream", sub {
			my $arg = pack "LLLl", 16, O_NONBLOCK, 8, -1;
			ioctl($dev, $OPEN, $arg) or return undef;
			return (unpack "LLLl", $arg)[3];
		}, sub { POSIX::close($_[0]) });
		open my $stream, "+<&=", $fd or die;
		my $regions = pack "Q4" x 512, map { ($_ * 8192, 4096, 1, 0) } 0 .. 511;
		my $table = pack "LLP", 16, 512, $regions;
		sweep("a table", sub { ioctl($stream, $SET_MEM, $table) },
			sub {});
		my $miss = message(4096, 0, 0, 1, $MISS);
		sweep("an answer", sub { syswrite $stream, $miss }, sub {
			sysread $stream, my $answer, 72;
		});
		sysread($stream, my $answer, 72) == 72 or die "read: $!";
		$answer eq message(4096, 1, 0, 1, $FAIL) or die "no failure";
		defined sysread $stream, $answer, 72 and die "too much";
		close $stream;'
}

load_modules
check "an IOMMU is made" iommu_add iommu0 endpoint:8
check "allocations of a stream fail" streams
check "it is deleted" iommu_del iommu0
