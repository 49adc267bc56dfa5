/*
 * Exchanges messages that can be checked with one peer over PF_RDS; runs in the guest of the interoperability tests, against
 * the same program in Java (ExchangeRun). Both know from seed and number what each message must be: how long it is, and every
 * octet. So a message that is lost, doubled, reordered or damaged shows itself at the receiver.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <stdbool.h>
#include <time.h>
#include <unistd.h>

#include "checked-messages.h"
#include "rds-socket.h"

#define BUFFER (4 << 20)

static const char *const explanation =
	"usage: rds-exchange OWN PORT PEER PORT [NAME=VALUE...]\n"
	"  send=N receive=N   messages of each direction (0)\n"
	"  seed=N             of what is sent; the peer has it with the last bit turned over (0)\n"
	"  size=N|mixed       octets of each message (mixed: 0 to 1 MiB, few of them large)\n"
	"  loose=1            messages may be missing; says which came, and calls repeated or late ones wrong\n"
	"  wait=S             longest silence in seconds while something is missing (60)\n"
	"  delay=MS           milliseconds from binding to the first send (0)\n"
	"  gap=US             microseconds between two sends (0)\n"
	"  deaf=S             seconds for which nothing is read, from the first send or the binding on (0)\n"
	"  linger=S           seconds for which the socket stays open at the end (0)\n"
	"  blocking=1         sends wait in the kernel, rather than being tried again\n"
	"  sndbuf=N rcvbuf=N  octets of the buffers (4 MiB)\n";

struct settings {
	uint64_t send, receive, seed, loose, wait, delay, gap, deaf, linger, blocking, sndbuf, rcvbuf;
	struct sizes sizes;
};

static unsigned char *out, *in, *wanted;

static double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return t.tv_sec + t.tv_nsec * 1e-9;
}

static void fail(const char *what)
{
	printf("failed: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void set(struct settings *s, const char *argument)
{
	const struct { const char *name; uint64_t *value; } all[] = {
		{ "send=", &s->send }, { "receive=", &s->receive }, { "seed=", &s->seed }, { "loose=", &s->loose },
		{ "wait=", &s->wait }, { "delay=", &s->delay }, { "gap=", &s->gap }, { "deaf=", &s->deaf }, { "linger=", &s->linger },
		{ "blocking=", &s->blocking }, { "sndbuf=", &s->sndbuf }, { "rcvbuf=", &s->rcvbuf },
	};

	if (!strncmp(argument, "size=", 5) && parse_sizes(argument + 5, &s->sizes))
		return;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++) {
		size_t n = strlen(all[i].name);

		if (!strncmp(argument, all[i].name, n)) {
			*all[i].value = strtoull(argument + n, NULL, 10);
			return;
		}
	}
	fprintf(stderr, "cannot use %s\n%s", argument, explanation);
	exit(2);
}

static int open_socket(const struct settings *s, const char *host, const char *port)
{
	struct sockaddr_storage own;
	socklen_t length = parse(host, port, &own);
	int fd = socket(RDS_FAMILY, SOCK_SEQPACKET, 0);
	int sndbuf = s->sndbuf, rcvbuf = s->rcvbuf;

	if (fd < 0)
		fail("socket");
	if (bind(fd, (struct sockaddr *)&own, length))
		fail("bind");
	setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &sndbuf, sizeof sndbuf);
	setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &rcvbuf, sizeof rcvbuf);
	return fd;
}

struct progress {
	uint64_t sent, came, octets, refused, full;
	uint64_t next;		/* number that the next message must have, or may have at least */
	double last;		/* when something moved */
};

static bool prepared;

/* True when a message left. */
static bool send_one(int fd, const struct settings *s, struct progress *p, const struct sockaddr_storage *to, socklen_t tolen)
{
	uint32_t length = length_of(&s->sizes, s->seed, p->sent);

	if (!prepared)
		fill(out, s->seed, p->sent, length);
	prepared = true;
	if (sendto(fd, out, length, s->blocking ? 0 : MSG_DONTWAIT, (const struct sockaddr *)to, tolen) == (ssize_t)length) {
		prepared = false;
		p->sent++;
		p->last = now();
		return true;
	}
	if (errno == ENOBUFS)
		p->refused++;
	else if (errno == EAGAIN)
		p->full++;
	else
		fail("sendto");
	return false;
}

static void wrong(const struct progress *p, const char *what, uint64_t number, ssize_t length)
{
	printf("wrong: message %" PRIu64 " is %s: number %" PRIu64 ", %zd octets\n", p->came, what, number, length);
	exit(1);
}

/* Prints which messages came, as ranges. */
static void came(uint64_t number, bool last)
{
	static uint64_t first, next;

	if (!last && next == number && next > 0) {
		next++;
		return;
	}
	if (next > first)
		printf("came %" PRIu64 "-%" PRIu64 "\n", first, next - 1);
	first = number;
	next = number + 1;
}

/* True when a message came. */
static bool receive_one(int fd, const struct settings *s, struct progress *p, const struct sockaddr_storage *peer)
{
	struct sockaddr_storage from;
	socklen_t fromlen = sizeof from;
	ssize_t length = recvfrom(fd, in, MOST + 8, MSG_DONTWAIT, (struct sockaddr *)&from, &fromlen);
	uint64_t number = p->next;

	if (length < 0) {
		if (errno != EAGAIN)
			fail("recvfrom");
		return false;
	}
	if (memcmp(&from, peer, fromlen) != 0)
		wrong(p, "from a stranger", number, length);
	if (s->loose && length >= 8)
		memcpy(&number, in, 8);
	if (number < p->next)
		wrong(p, "late or repeated", number, length);
	if ((uint64_t)length != length_of(&s->sizes, s->seed ^ 1, number))
		wrong(p, "of the wrong length", number, length);
	fill(wanted, s->seed ^ 1, number, length);
	if (memcmp(in, wanted, length) != 0)
		wrong(p, "damaged", number, length);
	if (s->loose)
		came(number, false);
	if (p->came == 0)
		printf("first\n");
	p->next = number + 1;
	p->came++;
	p->octets += length;
	p->last = now();
	return true;
}

int main(int argc, char **argv)
{
	struct settings s = { .wait = 60, .sizes.mixed = true, .sndbuf = BUFFER, .rcvbuf = BUFFER };
	struct sockaddr_storage peer;

	if (argc < 5) {
		fputs(explanation, stderr);
		return 2;
	}
	for (int i = 5; i < argc; i++)
		set(&s, argv[i]);
	setvbuf(stdout, NULL, _IOLBF, 0);
	out = malloc(MOST + 8);
	in = malloc(MOST + 8);
	wanted = malloc(MOST + 8);

	int fd = open_socket(&s, argv[1], argv[2]);
	socklen_t peerlen = parse(argv[3], argv[4], &peer);
	struct progress p = { .last = now() };
	double start = now(), next_send = start + s.delay * 1e-3;

	printf("bound\n");
	while (p.sent < s.send || p.next < s.receive) {
		bool deaf = now() - start < s.deaf, moved = false;

		if (p.sent < s.send && now() >= next_send && send_one(fd, &s, &p, &peer, peerlen)) {
			moved = true;
			next_send = now() + s.gap * 1e-6;
		}
		if (!deaf && p.next < s.receive)
			moved |= receive_one(fd, &s, &p, &peer);
		if (now() - p.last > s.wait + (deaf ? s.deaf : 0)) {
			printf("silence: sent %" PRIu64 ", came %" PRIu64 ", refused %" PRIu64 ", full %" PRIu64 "\n",
				p.sent, p.came, p.refused, p.full);
			return 1;
		}
		if (!moved) {
			struct pollfd ready = { .fd = fd, .events = deaf ? 0 : POLLIN };

			poll(&ready, 1, 1);
		}
	}
	if (s.loose)
		came(0, true);
	printf("done: sent %" PRIu64 ", came %" PRIu64 ", octets %" PRIu64 ", refused %" PRIu64 ", full %" PRIu64 ", ms %.0f\n",
		p.sent, p.came, p.octets, p.refused, p.full, (p.last - start) * 1e3);
	sleep(s.linger);	/* with the socket go its messages that the peer does not have yet */
	return 0;
}
