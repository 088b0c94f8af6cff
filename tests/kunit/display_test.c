// SPDX-License-Identifier: GPL-2.0-only
/* What the guest is told about outputs: commands, config space, events. */
#include <kunit/test.h>
#include <linux/err.h>
#include <linux/string.h>
#include <linux/vdpa.h>

#include "gpu/device.h"
#include "gpu/edid.h"
#include "gpu/vdgpu.h"
#include "mock_gpu.h"

#define NO_SCANOUT	VIRTIO_GPU_RESP_ERR_INVALID_SCANOUT_ID

static const struct vdpa_gpu_mode modes[] = {
	{ VDPA_GPU_MODE_CONNECTED, 0, 0, 1024, 768, 60000 },
	{ VDPA_GPU_MODE_CONNECTED, 1024, 5, 800, 600, 75000 },
	{ 0, 1824, 7, 640, 480, 60000 },
};

static struct mock_gpu *new_mock(struct kunit *test)
{
	struct vdgpu_config config;

	mock_gpu_config(&config);
	config.num_scanouts = ARRAY_SIZE(modes);
	memcpy(config.modes, modes, sizeof(modes));
	return mock_gpu(test, &config, 16);
}

static struct virtio_gpu_resp_display_info ask_info(struct mock_gpu *mock)
{
	const struct virtio_gpu_ctrl_hdr req = {
		.type = cpu_to_le32(VIRTIO_GPU_CMD_GET_DISPLAY_INFO),
	};
	struct kunit *test = mock->driver->guest.test;
	struct virtio_gpu_resp_display_info answer;

	KUNIT_EXPECT_EQ(test, sizeof(answer),
			mock_driver_request(mock->driver, 0, &req, sizeof(req),
					    &answer, sizeof(answer)));
	KUNIT_EXPECT_EQ(test, VIRTIO_GPU_RESP_OK_DISPLAY_INFO,
			le32_to_cpu(answer.hdr.type));
	return answer;
}

static u32 ask_edid(struct mock_gpu *mock, u32 scanout,
		    struct virtio_gpu_resp_edid *out_answer)
{
	const struct virtio_gpu_cmd_get_edid req = {
		.hdr.type = cpu_to_le32(VIRTIO_GPU_CMD_GET_EDID),
		.scanout = cpu_to_le32(scanout),
	};
	struct kunit *test = mock->driver->guest.test;
	int len;

	len = mock_driver_request(mock->driver, 0, &req, sizeof(req),
				  out_answer, sizeof(*out_answer));
	if (le32_to_cpu(out_answer->hdr.type) == VIRTIO_GPU_RESP_OK_EDID)
		KUNIT_EXPECT_EQ(test, sizeof(*out_answer), len);
	else
		KUNIT_EXPECT_EQ(test, sizeof(out_answer->hdr), len);
	return le32_to_cpu(out_answer->hdr.type);
}

static void expect_modes(struct kunit *test, struct mock_gpu *mock)
{
	const struct virtio_gpu_resp_display_info info = ask_info(mock);
	unsigned int i;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		const struct virtio_gpu_display_one *one = &info.pmodes[i];

		KUNIT_EXPECT_EQ(test, modes[i].x, le32_to_cpu(one->r.x));
		KUNIT_EXPECT_EQ(test, modes[i].y, le32_to_cpu(one->r.y));
		KUNIT_EXPECT_EQ(test, modes[i].width,
				le32_to_cpu(one->r.width));
		KUNIT_EXPECT_EQ(test, modes[i].height,
				le32_to_cpu(one->r.height));
		KUNIT_EXPECT_EQ(test, modes[i].flags,
				le32_to_cpu(one->enabled));
		KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(one->flags));
	}
	KUNIT_EXPECT_NULL(test, memchr_inv(&info.pmodes[i], 0,
					   sizeof(info.pmodes) -
					   i * sizeof(info.pmodes[0])));
}

/* GPU2D-REQ-5.DPY1..DPY3: the first command; and nothing of another answer. */
static void display_info(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	struct virtio_gpu_resp_edid edid;

	expect_modes(test, mock);
	KUNIT_EXPECT_EQ(test, VIRTIO_GPU_RESP_OK_EDID, ask_edid(mock, 0, &edid));
	expect_modes(test, mock);
}

static void display_info_of_sixteen(struct kunit *test)
{
	struct virtio_gpu_resp_display_info info;
	struct vdgpu_config config;
	struct mock_gpu *mock;

	vdgpu_config_init(&config);
	config.num_scanouts = VDPA_GPU_MAX_SCANOUTS;
	config.modes[15].flags = VDPA_GPU_MODE_CONNECTED;
	mock = mock_gpu(test, &config, 16);
	info = ask_info(mock);
	KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(info.pmodes[14].enabled));
	KUNIT_EXPECT_EQ(test, 1, le32_to_cpu(info.pmodes[15].enabled));
	KUNIT_EXPECT_EQ(test, 15 * 1920, le32_to_cpu(info.pmodes[15].r.x));
}

/* GPU2D-REQ-5.EDID1, EDID2; edid_test.c looks at the rest of the contents. */
static void edid_is_that_of_the_scanout(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	struct virtio_gpu_resp_edid answer;
	unsigned int i, j;
	u8 sum;

	for (i = 0; i < ARRAY_SIZE(modes); i++) {
		const u8 *timing = answer.edid + 54;
		u32 size;

		KUNIT_EXPECT_EQ(test, VIRTIO_GPU_RESP_OK_EDID,
				ask_edid(mock, i, &answer));
		size = le32_to_cpu(answer.size);
		KUNIT_EXPECT_EQ(test, VDGPU_EDID_BLOCK, size);
		KUNIT_EXPECT_EQ(test, 0, le32_to_cpu(answer.padding));
		for (sum = 0, j = 0; j < VDGPU_EDID_BLOCK; j++)
			sum += answer.edid[j];
		KUNIT_EXPECT_EQ(test, 0, sum);
		KUNIT_EXPECT_EQ(test, modes[i].width,
				timing[2] | (timing[4] & 0xf0) << 4);
		KUNIT_EXPECT_NULL(test,
				  memchr_inv(answer.edid + VDGPU_EDID_BLOCK, 0,
					     sizeof(answer.edid) -
					     VDGPU_EDID_BLOCK));
	}
	KUNIT_EXPECT_EQ(test, NO_SCANOUT,
			ask_edid(mock, ARRAY_SIZE(modes), &answer));
	KUNIT_EXPECT_EQ(test, NO_SCANOUT, ask_edid(mock, ~0u, &answer));
}

static u32 read_config(struct mock_gpu *mock, unsigned int offset)
{
	struct vdpa_device *vdpa = mock->driver->vdpa;
	__le32 value;

	vdpa->config->get_config(vdpa, offset, &value, sizeof(value));
	return le32_to_cpu(value);
}

static void write_config(struct mock_gpu *mock, unsigned int offset, u32 value)
{
	struct vdpa_device *vdpa = mock->driver->vdpa;
	__le32 wire = cpu_to_le32(value);

	vdpa->config->set_config(vdpa, offset, &wire, sizeof(wire));
}

#define EVENTS_READ	0
#define EVENTS_CLEAR	4
#define NUM_SCANOUTS	8
#define NUM_CAPSETS	12

static void resize(struct kunit *test, struct mock_gpu *mock, u32 width)
{
	struct vdpa_gpu_mode mode = modes[0];

	mode.width = width;
	KUNIT_EXPECT_EQ(test, 0, vdgpu_scanout_set_mode(mock->gpu, 0, &mode));
}

/* GPU2D-REQ-4, 4.c, 4.1 */
static void config_space(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	struct vdpa_device *vdpa = mock->driver->vdpa;
	unsigned int offset;

	KUNIT_EXPECT_EQ(test, 16, vdpa->config->get_config_size(vdpa));
	KUNIT_EXPECT_EQ(test, 0, read_config(mock, EVENTS_READ));
	for (offset = 0; offset < 16; offset += 4)
		write_config(mock, offset, ~0u);
	KUNIT_EXPECT_EQ(test, 0, read_config(mock, EVENTS_READ));
	KUNIT_EXPECT_EQ(test, 0, read_config(mock, EVENTS_CLEAR));
	KUNIT_EXPECT_EQ(test, 3, read_config(mock, NUM_SCANOUTS));
	KUNIT_EXPECT_EQ(test, 0, read_config(mock, NUM_CAPSETS));
}

/* GPU2D-REQ-4.a, 4.b, 4.d */
static void events(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);
	struct vdpa_device *vdpa = mock->driver->vdpa;
	u32 before = vdpa->config->get_generation(vdpa);

	resize(test, mock, modes[0].width);
	KUNIT_EXPECT_EQ(test, 0, read_config(mock, EVENTS_READ));
	KUNIT_EXPECT_EQ(test, before, vdpa->config->get_generation(vdpa));

	resize(test, mock, 1280);
	KUNIT_EXPECT_NE(test, 0,
			wait_for_completion_timeout(&mock->driver->config_interrupt,
						    30 * HZ));
	KUNIT_EXPECT_NE(test, before, vdpa->config->get_generation(vdpa));
	KUNIT_EXPECT_EQ(test, VIRTIO_GPU_EVENT_DISPLAY,
			read_config(mock, EVENTS_READ));
	KUNIT_EXPECT_EQ(test, 1280,
			le32_to_cpu(ask_info(mock).pmodes[0].r.width));
	/* Writes to events_read are nothing, and only its own bit clears it. */
	write_config(mock, EVENTS_READ, 0);
	write_config(mock, EVENTS_READ, ~0u);
	write_config(mock, EVENTS_CLEAR, ~VIRTIO_GPU_EVENT_DISPLAY);
	KUNIT_EXPECT_EQ(test, VIRTIO_GPU_EVENT_DISPLAY,
			read_config(mock, EVENTS_READ));
	write_config(mock, EVENTS_CLEAR, VIRTIO_GPU_EVENT_DISPLAY);
	KUNIT_EXPECT_EQ(test, 0, read_config(mock, EVENTS_READ));
	write_config(mock, EVENTS_CLEAR, 2);
	KUNIT_EXPECT_EQ(test, 0, read_config(mock, EVENTS_READ));
}

/* GPU2D-REQ-4.b: what the driver has not seen it cannot clear. */
static void no_event_is_lost(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);

	resize(test, mock, 1280);
	/* Other fields say nothing of events. */
	read_config(mock, NUM_SCANOUTS);
	read_config(mock, EVENTS_CLEAR);
	write_config(mock, EVENTS_CLEAR, 1);
	KUNIT_EXPECT_EQ(test, 1, read_config(mock, EVENTS_READ));
	/* Another one between its read and its write. */
	resize(test, mock, 1400);
	write_config(mock, EVENTS_CLEAR, 1);
	KUNIT_EXPECT_EQ(test, 1, read_config(mock, EVENTS_READ));
	write_config(mock, EVENTS_CLEAR, 1);
	KUNIT_EXPECT_EQ(test, 0, read_config(mock, EVENTS_READ));
}

/* GPU2D-REQ-5.RST1 */
static void reset_forgets_events(struct kunit *test)
{
	struct mock_gpu *mock = new_mock(test);

	resize(test, mock, 1280);
	vdpa_reset(mock->driver->vdpa, 0);
	KUNIT_EXPECT_EQ(test, 0, read_config(mock, EVENTS_READ));
	mock->driver->guest.next = 0;
	mock_driver_start(mock->driver, 0);
	KUNIT_EXPECT_EQ(test, 1280,
			le32_to_cpu(ask_info(mock).pmodes[0].r.width));
}

/* GPU2D-REQ-4.c, and features that the configuration has not. */
static void bad_devices_are_not_made(struct kunit *test)
{
	static struct vdpa_mgmt_dev mgmt;
	struct vdgpu_config config;

	vdgpu_config_init(&config);
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR_OR_ZERO(vdgpu_device_create(&mgmt, "bad", &config,
							    BIT_ULL(VIRTIO_GPU_F_RESOURCE_BLOB))));
	config.num_scanouts = 17;
	KUNIT_EXPECT_EQ(test, -EINVAL,
			PTR_ERR_OR_ZERO(vdgpu_device_create(&mgmt, "bad", &config,
							    0)));
}

static struct kunit_case display_cases[] = {
	KUNIT_CASE(display_info),
	KUNIT_CASE(display_info_of_sixteen),
	KUNIT_CASE(edid_is_that_of_the_scanout),
	KUNIT_CASE(config_space),
	KUNIT_CASE(events),
	KUNIT_CASE(no_event_is_lost),
	KUNIT_CASE(reset_forgets_events),
	KUNIT_CASE(bad_devices_are_not_made),
	{}
};

static struct kunit_suite display_suite = {
	.name = "vdgpu_display",
	.test_cases = display_cases,
};

kunit_test_suite(display_suite);
