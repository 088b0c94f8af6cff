// SPDX-License-Identifier: GPL-2.0-only
/*
 * A network card of vhost behind our IOMMU: the guest's two drivers and its VMM
 * in one program. Says what it saw as lines of TAP without numbers.
 *
 *	iotlb-net VHOST-VDPA IOMMU ENDPOINT
 */
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "guest.h"
#include "iommu.h"
#include "net.h"

#define R	VIRTIO_IOMMU_MAP_F_READ
#define RW	(R | VIRTIO_IOMMU_MAP_F_WRITE)

/* Pages of guest memory, and where the card sees them. */
#define RING	8
#define RING_IOVA	(GUEST_GPA + RING * PAGE)	/* for bypass */
#define ONE	16
#define TWO	17
#define THREE	18
#define FRAME_IOVA	0x7ffff000ull

static const char *iommu_path;
static uint32_t endpoint;
static int vhost;
static bool failed;

static void check(const char *name, bool good)
{
	printf("%s - %s\n", good ? "ok" : "not ok", name);
	failed |= !good;
}

static void same(const char *name, int want, int got)
{
	check(name, want == got);
	if (want != got)
		printf("# wanted %d, got %d\n", want, got);
}

static pid_t start_pump(void)
{
	char fd[16], ep[16], memory[80];
	pid_t pid;

	snprintf(fd, sizeof(fd), "%d", vhost);
	snprintf(ep, sizeof(ep), "%u", endpoint);
	snprintf(memory, sizeof(memory), "%#llx,%#llx,%p",
		 (unsigned long long)GUEST_GPA, (unsigned long long)GUEST_SIZE,
		 (void *)guest_memory);
	fflush(stdout);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (pid)
		return pid;
	execlp("vdpa-iotlb", "vdpa-iotlb", "--vhost", fd, "--iommu",
	       iommu_path, "--endpoint", ep, "--memory", memory, "--verbose",
	       NULL);
	_exit(127);
}

/* How it ended: its exit status, or 128 and the signal. */
static int end_of(pid_t pid)
{
	int status;

	if (waitpid(pid, &status, 0) != pid)
		die("wait");
	return WIFEXITED(status) ? WEXITSTATUS(status) :
				   128 + WTERMSIG(status);
}

static void expect_fault(const char *name, uint8_t reason, uint64_t iova)
{
	struct virtio_iommu_fault fault = {};
	bool good = iommu_fault(&fault);

	check(name, good && fault.reason == reason &&
	      fault.endpoint == endpoint && fault.address == iova &&
	      fault.flags & VIRTIO_IOMMU_FAULT_F_READ);
	if (good)
		printf("# reason %u endpoint %u address %#llx flags %#x\n",
		       fault.reason, fault.endpoint,
		       (unsigned long long)fault.address, fault.flags);
}

/* Since somebody may have asked twice. */
static void forget_faults(void)
{
	struct virtio_iommu_fault fault;

	while (iommu_has_fault())
		iommu_fault(&fault);
}

static void map_and_send(void)
{
	same("the card is attached", 0, iommu_attach(endpoint));
	same("its ring is mapped", 0, iommu_map(RING_IOVA, guest_gpa(RING),
						RW));
	same("its frame is mapped", 0, iommu_map(FRAME_IOVA, guest_gpa(ONE),
						 R));
	net_start(RING, RING_IOVA);
	net_send(FRAME_IOVA);
	same("what the guest has mapped is sent", 'A', net_receive());
	check("nothing was blocked", !iommu_has_fault());
}

/*
 * A frame that is sent must come before the next one. So if the first that
 * comes is the next one, the other never was.
 */
static void unmap_and_send(void)
{
	same("it is unmapped", 0, iommu_unmap(FRAME_IOVA));
	net_send(FRAME_IOVA);
	expect_fault("what is unmapped is a fault",
		     VIRTIO_IOMMU_FAULT_R_MAPPING, FRAME_IOVA);
	same("and is not sent", -1, net_received());
	same("it is mapped elsewhere", 0, iommu_map(FRAME_IOVA, guest_gpa(TWO),
						    R));
	net_kick();
	same("then that is sent", 'B', net_receive());
}

/* Many times, and the card asks each time: an answer too early would show. */
static void remap_often(void)
{
	const unsigned int pages[] = { ONE, TWO };
	unsigned int wrong = 0;

	for (unsigned int i = 0; i < 100 && !wrong; i++) {
		if (iommu_unmap(FRAME_IOVA) ||
		    iommu_map(FRAME_IOVA, guest_gpa(pages[i % 2]), R))
			wrong++;
		net_send(FRAME_IOVA);
		if (net_receive() != "AB"[i % 2])
			wrong++;
	}
	same("whatever is mapped at the moment is sent", 0, wrong);
}

static void detach_and_bypass(void)
{
	forget_faults();
	same("it is detached", 0, iommu_detach(endpoint));
	net_send(guest_gpa(THREE));
	expect_fault("the ring is gone with the domain",
		     VIRTIO_IOMMU_FAULT_R_DOMAIN, RING_IOVA);
	same("nothing is sent", -1, net_received());
	iommu_set_bypass(1);
	net_kick();
	same("what passes is sent", 'C', net_receive());
}

static void reset_and_begin_anew(void)
{
	iommu_set_bypass(0);
	iommu_reset();
	iommu_set_up();
	net_send(FRAME_IOVA);
	expect_fault("a reset takes all away", VIRTIO_IOMMU_FAULT_R_DOMAIN,
		     RING_IOVA);
	same("the card is attached again", 0, iommu_attach(endpoint));
	same("its ring is mapped again", 0, iommu_map(RING_IOVA,
						      guest_gpa(RING), RW));
	same("its frame is mapped again", 0, iommu_map(FRAME_IOVA,
						       guest_gpa(ONE), R));
	net_kick();
	same("and it goes on", 'A', net_receive());
}

static void stop_pump(pid_t pump)
{
	kill(pump, SIGSTOP);
	same("an unmap is answered when nobody acknowledges", 0,
	     iommu_unmap(FRAME_IOVA));
	same("and so are others", 0, iommu_map(FRAME_IOVA, guest_gpa(ONE), R));
	kill(pump, SIGCONT);
	same("who did not acknowledge is cut off", 1, end_of(pump));
}

static void start_again(void)
{
	pid_t pump = start_pump();

	net_send(FRAME_IOVA);
	same("another one takes over", 'A', net_receive());
	kill(pump, SIGTERM);
	same("it ends in order", 0, end_of(pump));
}

int main(int argc, char **argv)
{
	pid_t pump;

	if (argc != 4)
		die("usage: iotlb-net VHOST-VDPA IOMMU ENDPOINT");
	iommu_path = argv[2];
	endpoint = strtoul(argv[3], NULL, 0);
	/* So that it is known how far it got. */
	setvbuf(stdout, NULL, _IOLBF, 0);
	guest_init();
	net_write_frame(ONE, 'A');
	net_write_frame(TWO, 'B');
	net_write_frame(THREE, 'C');
	iommu_start(argv[1]);
	vhost = net_open();
	pump = start_pump();
	map_and_send();
	unmap_and_send();
	remap_often();
	detach_and_bypass();
	reset_and_begin_anew();
	stop_pump(pump);
	start_again();
	return failed;
}
