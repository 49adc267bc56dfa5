/*
 * A peer of a node that is no node: RDS over TCP (one path, the default lane) in TLS 1.3 records of the kernel or of libcrypto, with
 * OpenSSL's handshake before. Exchanges the messages of rds-exchange; runs in the guest of the interoperability tests. The host with
 * the smaller address dials, which is the client of TLS.
 */
#include "checked-messages.h"
#include "secure-channel.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

enum {
	RDS_TCP_PORT = 16385,
	DEFAULT_LANE = 2,
	HEADER_LENGTH = 48,
	MAP_LENGTH = 8192,
	PING_PORT = 0,
	PROBE_PORT = 1,
	FLAG_MAP = 1,
	FLAG_RETRANSMITTED = 4,
	/* what is made ready to be cut into records */
	AHEAD = 64 << 10,
};

static const char *const explanation =
	"usage: rds-ktls OWN PORT PEER PORT [NAME=VALUE...]\n"
	"       rds-ktls kernel    says whether this kernel takes a second key\n"
	"  name=URI            the peer's\n"
	"  files=DIRECTORY     of node.pem, node.key and trust.pem (/tmp)\n"
	"  send=N receive=N seed=N size=N|mixed wait=S linger=S   as of rds-exchange\n"
	"  connections=N       connections that may carry the exchange, one after the other (1)\n"
	"  cipher=256          asks for AES-256 in the marker\n"
	"  tickets=N           session tickets that a server of TLS sends before its marker (0)\n"
	"  tx=N|user rx=N|user number of the first record of each direction that is the kernel's (0), or none\n"
	"  rekey=N             changes its own key after each N records (0: never)\n"
	"  fixed=1             says in the marker that keys stay\n"
	"  rekeyed=1           expects that the peer changes its key, and may ask for ours\n"
	"  pause=MS            between the handshake and the first record (0)\n"
	"  alert=N             says this alert at the end, instead of close_notify (0)\n"
	"  fault=send-key|receive-key   gives the kernel a wrong key\n"
	"  fault=one-key       gives the kernel no other key to receive with\n"
	"With rekey and rekeyed, libcrypto does what a kernel cannot do that takes no second key.\n";

struct settings {
	uint64_t send, receive, seed, wait, linger, connections, cipher, rekey, rekeyed, fixed, pause, alert;
	struct sizes sizes;
	struct channel_settings channel;
};

/* Ends of a record: of its content in the stream of messages, and of itself in the stream of records. */
struct cut {
	uint64_t content, record;
};

struct peer {
	const struct settings *settings;
	struct sockaddr_in own, remote;
	uint16_t own_port, remote_port;
	bool is_dialer;
	uint32_t generation;
	int listener;

	/* what is sent: numbers of messages */
	uint64_t made, acknowledged, ever_made;
	uint64_t next_sequence, *sequence_of, *end_of;
	/* what is received */
	uint64_t came, octets, expected_sequence, repeated;
	unsigned char congestion[MAP_LENGTH];

	/* of one connection */
	struct channel channel;
	bool is_opened, is_peer_closed;
	unsigned char *out;
	size_t out_start, out_end;
	uint64_t content_made, content_sent;
	struct cut *cuts;
	size_t cut_count, cut_room;
	uint64_t records_under_key;
	unsigned char header[HEADER_LENGTH], *in, *wanted;
	size_t in_filled;

	double last;			/* when something moved */
	const char *end;		/* how a connection ended, or null */
	int error;
};

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void wrong(const struct peer *p, const char *what)
{
	printf("wrong: %s, behind %" PRIu64 " messages\n", what, p->came);
	exit(1);
}

/* --- Settings ----------------------------------------------------------------------------------------------------------- */

static bool set_text(struct settings *s, const char *argument)
{
	const struct { const char *name; const char **value; } all[] = {
		{ "name=", &s->channel.peer_name }, { "files=", &s->channel.directory }, { "fault=", &s->channel.fault },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		if (!strncmp(argument, all[i].name, strlen(all[i].name))) {
			*all[i].value = argument + strlen(all[i].name);
			return true;
		}
	}
	return !strncmp(argument, "size=", 5) && parse_sizes(argument + 5, &s->sizes);
}

static bool set_number(struct settings *s, const char *argument)
{
	uint64_t tickets = s->channel.tickets;
	const struct { const char *name; uint64_t *value; } all[] = {
		{ "send=", &s->send }, { "receive=", &s->receive }, { "seed=", &s->seed }, { "wait=", &s->wait },
		{ "linger=", &s->linger }, { "connections=", &s->connections }, { "cipher=", &s->cipher }, { "rekey=", &s->rekey },
		{ "rekeyed=", &s->rekeyed }, { "fixed=", &s->fixed }, { "pause=", &s->pause }, { "alert=", &s->alert },
		{ "tickets=", &tickets },
		{ "tx=", &s->channel.kernel_sends_from }, { "rx=", &s->channel.kernel_receives_from },
	};

	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		const char *value = argument + strlen(all[i].name);

		if (!strncmp(argument, all[i].name, strlen(all[i].name))) {
			*all[i].value = strcmp(value, "user") ? strtoull(value, NULL, 10) : NO_KERNEL;
			s->channel.tickets = tickets;
			return true;
		}
	}
	return false;
}

static struct sockaddr_in parse(const char *host)
{
	struct sockaddr_in address = { .sin_family = AF_INET };

	if (inet_pton(AF_INET, host, &address.sin_addr) != 1) {
		fprintf(stderr, "%s is no address\n", host);
		exit(2);
	}
	return address;
}

static int look_at_kernel(void)
{
	int error = key_change_error();

	printf("second TLS_TX: %s\n", error ? strerrorname_np(error) : "taken");
	return error;
}

/* A kernel that takes no second key would have to be left, which it cannot be: so it does not get the direction. */
static void share_with_kernel(struct settings *s)
{
	int error = s->channel.key_change_error = look_at_kernel();

	if (error && (s->rekey || s->rekeyed))
		s->channel.kernel_sends_from = NO_KERNEL;
	if (error && s->rekeyed)
		s->channel.kernel_receives_from = NO_KERNEL;
}

/* --- What goes out ------------------------------------------------------------------------------------------------------ */

static void put(struct peer *p, const void *octets, size_t length)
{
	memcpy(p->out + p->out_end, octets, length);
	p->out_end += length;
	p->content_made += length;
}

static void put_header(struct peer *p, uint64_t sequence, uint32_t length, uint16_t from, uint16_t to, uint8_t flags,
	const unsigned char extensions[16])
{
	unsigned char header[HEADER_LENGTH] = { 0 };

	sequence = htobe64(sequence);
	length = htobe32(length);
	memcpy(header, &sequence, 8);
	memcpy(header + 16, &length, 4);
	memcpy(header + 20, (unsigned char[]){ from >> 8, from, to >> 8, to, flags }, 5);
	if (extensions)
		memcpy(header + 32, extensions, 16);
	put(p, header, sizeof header);
}

/* One path, this life's number, and that the TCP port would tell the path's index. */
static void put_probe(struct peer *p, uint64_t sequence, uint16_t from, uint16_t to)
{
	unsigned char extensions[16] = { 5, 0, 1, 6, p->generation >> 24, p->generation >> 16, p->generation >> 8, p->generation, 8 };

	put_header(p, sequence, 0, from, to, p->ever_made > 0 ? FLAG_RETRANSMITTED : 0, extensions);
}

static void put_map(struct peer *p)
{
	static const unsigned char nobody[MAP_LENGTH];

	put_header(p, 0, MAP_LENGTH, 0, 0, FLAG_MAP, NULL);
	put(p, nobody, sizeof nobody);
}

static bool may_make(const struct peer *p)
{
	return p->is_opened && !p->is_peer_closed && p->made < p->settings->send
		&& !(p->congestion[p->remote_port >> 3] >> (p->remote_port & 7) & 1);
}

static void put_message(struct peer *p)
{
	const struct settings *s = p->settings;
	uint64_t number = p->made++;
	uint32_t length = length_of(&s->sizes, s->seed, number);
	bool is_again = number < p->ever_made;

	if (!is_again) {
		p->sequence_of[number] = p->next_sequence++;
		p->ever_made++;
	}
	put_header(p, p->sequence_of[number], length, p->own_port, p->remote_port, is_again ? FLAG_RETRANSMITTED : 0, NULL);
	fill(p->out + p->out_end, s->seed, number, length);
	p->out_end += length;
	p->content_made += length;
	p->end_of[number] = p->content_made;
}

/* The octets that wait for a record move to the start, so that a longest message has room behind what is ahead. */
static void make_ready(struct peer *p)
{
	memmove(p->out, p->out + p->out_start, p->out_end - p->out_start);
	p->out_end -= p->out_start;
	p->out_start = 0;
	while (p->out_end < AHEAD && may_make(p))
		put_message(p);
}

static void remember_cut(struct peer *p)
{
	if (p->cut_count == p->cut_room) {
		p->cut_room = p->cut_room * 2 + 1024;
		p->cuts = realloc(p->cuts, p->cut_room * sizeof *p->cuts);
	}
	p->cuts[p->cut_count++] = (struct cut){ .content = p->content_sent, .record = p->channel.written };
}

/* Records are cut anywhere: every other one is full, the rest of any length. */
static size_t cut_length(const struct peer *p)
{
	size_t most = p->channel.out.records % 2 ? 1 + mix(p->channel.out.records) % MOST_CONTENT : MOST_CONTENT;
	size_t have = p->out_end - p->out_start;

	return have < most ? have : most;
}

static bool is_key_due(const struct peer *p)
{
	return p->channel.is_asked || (p->settings->rekey && p->records_under_key >= p->settings->rekey);
}

/* Nothing more can be done on the connection; the peer has a right to know why. */
static void break_off(struct peer *p, const char *what)
{
	unsigned char alert[] = { 2, errno == EBADMSG ? BAD_RECORD_MAC : INTERNAL_ERROR };
	int pending;
	socklen_t length = sizeof pending;

	p->end = what;
	p->error = errno;
	getsockopt(p->channel.fd, SOL_SOCKET, SO_ERROR, &pending, &length);	/* the kernel sends nothing while it stands */
	if (p->error != ECONNRESET && p->error != EPIPE && p->error != ETIMEDOUT)
		channel_send(&p->channel, ALERT, alert, sizeof alert);
}

/* True when a record left. */
static bool send_record(struct peer *p)
{
	bool is_update = is_key_due(p);
	size_t length = cut_length(p);
	int result = is_update ? channel_update_keys(&p->channel)
		: channel_send(&p->channel, DATA, p->out + p->out_start, length);

	if (result < 0)
		break_off(p, "send");
	if (result <= 0)
		return false;
	p->records_under_key = is_update ? 0 : p->records_under_key + 1;
	if (!is_update) {
		p->out_start += length;
		p->content_sent += length;
		remember_cut(p);
	}
	return true;
}

static bool send_ready(struct peer *p)
{
	bool moved = false;

	if (p->out_end - p->out_start < AHEAD / 2)
		make_ready(p);
	while (!p->end && (p->out_start < p->out_end || p->channel.is_asked) && send_record(p))
		moved = true;
	if (!p->end && channel_flush(&p->channel) < 0)
		break_off(p, "send");
	return moved;
}

/* A message is acknowledged when the last record that holds something of it is. */
static void take_acknowledgements(struct peer *p)
{
	uint64_t records = channel_acknowledged(&p->channel), content = 0;

	for (size_t i = p->cut_count; i-- > 0 && content == 0;)
		content = p->cuts[i].record <= records ? p->cuts[i].content : 0;
	while (p->acknowledged < p->made && p->end_of[p->acknowledged] <= content)
		p->acknowledged++;
}

/* --- What comes in ------------------------------------------------------------------------------------------------------ */

static uint32_t get(const unsigned char *at, int octets)
{
	uint32_t value = 0;

	while (octets-- > 0)
		value = value << 8 | *at++;
	return value;
}

static void on_probe(struct peer *p, bool is_ping)
{
	if (p->header[32] != 5 || p->header[35] != 6 || get(p->header + 36, 4) == 0)
		wrong(p, "a probe without a count of paths and a generation");
	if (is_ping)
		put_probe(p, p->is_opened || p->is_dialer ? p->next_sequence++ : 0, PING_PORT, PROBE_PORT);
	if (!p->is_opened && is_ping != p->is_dialer) {
		p->is_opened = true;
		put_map(p);
	}
}

static void on_message(struct peer *p, uint32_t length)
{
	const struct settings *s = p->settings;

	if (p->came == s->receive)
		wrong(p, "one message more than there are");
	if (length != length_of(&s->sizes, s->seed ^ 1, p->came))
		wrong(p, "a message of the wrong length");
	fill(p->wanted, s->seed ^ 1, p->came, length);
	if (memcmp(p->in, p->wanted, length) != 0)
		wrong(p, "a message is damaged");
	if (p->came++ == 0)
		printf("first\n");
	p->octets += length;
}

static void on_frame(struct peer *p)
{
	uint64_t sequence = (uint64_t)get(p->header, 4) << 32 | get(p->header + 4, 4);
	uint32_t length = get(p->header + 16, 4);
	uint16_t from = get(p->header + 20, 2), to = get(p->header + 22, 2);
	uint8_t flags = p->header[24];
	bool is_probe = (from == PROBE_PORT && to == PING_PORT) || (from == PING_PORT && to == PROBE_PORT);

	if (flags == FLAG_MAP) {
		if (length != MAP_LENGTH)
			wrong(p, "a map of the wrong length");
		memcpy(p->congestion, p->in, MAP_LENGTH);
		return;
	}
	if (is_probe)
		on_probe(p, from == PROBE_PORT);
	if (sequence < p->expected_sequence && (flags & FLAG_RETRANSMITTED)) {
		p->repeated += !is_probe;
		return;
	}
	if (sequence < p->expected_sequence && !is_probe)
		wrong(p, "an old number on a message that was not sent before");
	p->expected_sequence = sequence + 1;
	if (is_probe)
		return;
	if (from != p->remote_port || to != p->own_port)
		wrong(p, "a message for another port");
	on_message(p, length);
}

static void on_octets(struct peer *p, const unsigned char *octets, size_t length)
{
	while (length > 0) {
		bool in_header = p->in_filled < HEADER_LENGTH;
		size_t whole = HEADER_LENGTH + (in_header ? 0 : get(p->header + 16, 4));
		size_t part = whole - p->in_filled < length ? whole - p->in_filled : length;

		memcpy(in_header ? p->header + p->in_filled : p->in + p->in_filled - HEADER_LENGTH, octets, part);
		p->in_filled += part;
		octets += part;
		length -= part;
		if (in_header && p->in_filled == HEADER_LENGTH) {
			whole += get(p->header + 16, 4);
			if (whole > HEADER_LENGTH + MOST)
				wrong(p, "a message that is too long");
		}
		if (p->in_filled >= HEADER_LENGTH && p->in_filled == whole) {
			on_frame(p);
			p->in_filled = 0;
		}
	}
}

static void on_alert(struct peer *p, const unsigned char *alert)
{
	printf("alert: level %d, %d\n", alert[0], alert[1]);
	p->is_peer_closed = true;
}

/* True when something came. */
static bool receive(struct peer *p)
{
	static unsigned char buffer[4 * MOST_RECORD];
	unsigned char type;
	ssize_t n = channel_receive(&p->channel, &type, buffer, sizeof buffer);

	if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
		return false;
	if (n < 0)
		break_off(p, "receive");
	else if (n == 0)
		p->end = p->is_peer_closed ? "closed" : "cut off";
	else if (type == ALERT && n == 2)
		on_alert(p, buffer);
	else if (type == HANDSHAKE)
		return true;
	else if (type == DATA)
		on_octets(p, buffer, n);
	else
		wrong(p, "a record of a strange type");
	return n > 0;
}

/* --- A connection ------------------------------------------------------------------------------------------------------- */

static int dial(const struct peer *p)
{
	for (double start = now(); now() - start < p->settings->wait; usleep(50000)) {
		int fd = socket(AF_INET, SOCK_STREAM, 0);

		if (bind(fd, (const struct sockaddr *)&p->own, sizeof p->own))
			fail("bind");
		if (!connect(fd, (const struct sockaddr *)&p->remote, sizeof p->remote))
			return fd;
		close(fd);
	}
	fail("connect");
	return -1;
}

static int accept_from(const struct peer *p)
{
	struct pollfd ready = { .fd = p->listener, .events = POLLIN };

	while (poll(&ready, 1, p->settings->wait * 1000) == 1) {
		struct sockaddr_in from;
		socklen_t length = sizeof from;
		int fd = accept(p->listener, (struct sockaddr *)&from, &length);

		if (fd >= 0 && from.sin_addr.s_addr == p->remote.sin_addr.s_addr)
			return fd;
		close(fd);
	}
	fail("accept");
	return -1;
}

static void listen_for(struct peer *p)
{
	struct sockaddr_in address = p->own;
	int on = 1;

	address.sin_port = htons(RDS_TCP_PORT);
	p->listener = socket(AF_INET, SOCK_STREAM, 0);
	setsockopt(p->listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(p->listener, (struct sockaddr *)&address, sizeof address) || listen(p->listener, 8))
		fail("listen");
}

static void begin_connection(struct peer *p)
{
	const struct settings *s = p->settings;
	unsigned char flags = (s->cipher == 256 ? FLAG_AES_256 : 0) | (s->fixed ? FLAG_KEYS_STAY : 0);
	unsigned char marker[MARKER_LENGTH] = { 'R', 'D', 'S', '1', DEFAULT_LANE, 0, 1, flags };
	int fd = p->is_dialer ? dial(p) : accept_from(p), on = 1;

	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
	getentropy(marker + 8, 8);
	channel_open(&p->channel, &s->channel, fd, p->is_dialer, marker, flags);
	p->is_opened = p->is_peer_closed = false;
	p->out_start = p->out_end = p->cut_count = p->in_filled = 0;
	p->content_made = p->content_sent = p->records_under_key = 0;
	p->made = p->acknowledged;
	p->end = NULL;
	p->error = 0;
	memset(p->congestion, 0, sizeof p->congestion);
	usleep(s->pause * 1000);
	if (p->is_dialer)
		put_probe(p, 1, PROBE_PORT, PING_PORT);	/* whoever dials says nothing else before the answer */
}

static bool is_done(struct peer *p)
{
	if (p->came < p->settings->receive || p->made < p->settings->send || p->out_start < p->out_end)
		return false;
	take_acknowledgements(p);
	return p->acknowledged == p->settings->send && channel_acknowledged(&p->channel) >= p->channel.written;
}

static void wait_for_more(struct peer *p)
{
	bool is_full = p->out_start < p->out_end || p->channel.sealed_at < p->channel.sealed_length;
	struct pollfd ready = { .fd = p->channel.fd, .events = POLLIN | (is_full ? POLLOUT : 0) };

	poll(&ready, 1, 10);
}

static void look_at_time(const struct peer *p)
{
	if (now() - p->last <= p->settings->wait)
		return;
	printf("silence: sent %" PRIu64 " of which acknowledged %" PRIu64 ", came %" PRIu64 "\n", p->made, p->acknowledged, p->came);
	exit(1);
}

/* Moves records until the connection ends, or everything is done. */
static void exchange(struct peer *p)
{
	p->last = now();
	while (!p->end && !p->is_peer_closed && !is_done(p)) {
		if (receive(p) | (!p->end && send_ready(p)))
			p->last = now();
		else if (!p->end)
			wait_for_more(p);
		look_at_time(p);
	}
}

/* Ends our side in good order, and receives what the peer still has until its end. */
static void end_connection(struct peer *p)
{
	unsigned char alert[] = { p->settings->alert ? 2 : 1, p->settings->alert };
	int sent = 0;

	p->last = now();
	while (!p->end) {
		if (sent == 0)
			sent = channel_send(&p->channel, ALERT, alert, sizeof alert);
		if (sent == 1 && channel_flush(&p->channel) == 1) {
			shutdown(p->channel.fd, SHUT_WR);
			sent = 2;
		}
		if (receive(p))
			p->last = now();
		else if (!p->end)
			wait_for_more(p);
		look_at_time(p);
	}
	take_acknowledgements(p);
}

/* Closing a socket that has unread octets resets it, and takes an alert with it that is still under way. */
static void let_alert_arrive(const struct peer *p)
{
	double start = now();

	shutdown(p->channel.fd, SHUT_WR);
	while (p->error != ECONNRESET && p->error != EPIPE && channel_acknowledged(&p->channel) < p->channel.written && now() - start < 1)
		usleep(1000);
}

static void linger(struct peer *p)
{
	double start = now();

	while (!p->end && !p->is_peer_closed && now() - start < p->settings->linger)
		if (!receive(p) && !p->end)
			wait_for_more(p);
}

static void tell_records(const struct peer *p, const char *name, bool is_out)
{
	const struct direction *d = is_out ? &p->channel.out : &p->channel.in;

	printf("%s: by the %s, number %" PRIu64 ", key changes %" PRIu64 "\n", name, d->is_kernels ? "kernel" : "library",
		channel_number(&p->channel, is_out), d->key_changes);
}

static bool serve(struct peer *p)
{
	begin_connection(p);
	exchange(p);
	bool is_over = !p->end && is_done(p);
	if (!p->end) {
		tell_records(p, "tx", true);
		tell_records(p, "rx", false);
	}
	if (is_over) {
		printf("done: sent %" PRIu64 ", came %" PRIu64 ", octets %" PRIu64 ", repeated %" PRIu64 ", records %" PRIu64 "\n",
			p->made, p->came, p->octets, p->repeated, p->channel.out.records);
		linger(p);
	}
	end_connection(p);
	printf("end: %s%s%s\n", p->end, p->error ? " " : "", p->error ? strerrorname_np(p->error) : "");
	let_alert_arrive(p);
	channel_close(&p->channel);
	return is_over;
}

int main(int argc, char **argv)
{
	struct settings s = { .wait = 60, .connections = 1, .sizes.mixed = true,
		.channel = { .directory = "/tmp", .peer_name = "", .fault = "" } };
	struct peer p = { .settings = &s };

	if (argc == 2 && !strcmp(argv[1], "kernel")) {
		look_at_kernel();
		return 0;
	}
	if (argc < 5) {
		fputs(explanation, stderr);
		return 2;
	}
	for (int i = 5; i < argc; i++) {
		if (!set_text(&s, argv[i]) && !set_number(&s, argv[i])) {
			fprintf(stderr, "cannot use %s\n%s", argv[i], explanation);
			return 2;
		}
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	p.own = parse(argv[1]);
	p.own_port = atoi(argv[2]);
	p.remote = parse(argv[3]);
	p.remote.sin_port = htons(RDS_TCP_PORT);
	p.remote_port = atoi(argv[4]);
	p.is_dialer = ntohl(p.own.sin_addr.s_addr) < ntohl(p.remote.sin_addr.s_addr);
	p.next_sequence = p.is_dialer ? 2 : 1;
	getentropy(&p.generation, sizeof p.generation);
	p.generation |= 1;
	p.sequence_of = calloc(s.send + 1, sizeof *p.sequence_of);
	p.end_of = calloc(s.send + 1, sizeof *p.end_of);
	p.out = malloc(2 * AHEAD + HEADER_LENGTH + MOST + 8);
	p.in = malloc(MOST + 8);
	p.wanted = malloc(MOST + 8);
	share_with_kernel(&s);
	if (!p.is_dialer)
		listen_for(&p);
	printf("bound\n");
	for (uint64_t i = 0; i < s.connections; i++)
		if (serve(&p))
			return 0;
	return 1;
}
