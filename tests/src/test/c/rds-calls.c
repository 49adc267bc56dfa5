/*
 * Makes calls on PF_RDS sockets and says what each answered: a number, or E and the errno. Runs in the guest of the
 * interoperability tests, which compares with what sockets of a node answer to the same words (CallRun).
 */
#include <errno.h>
#include <stdbool.h>
#include <unistd.h>

#include "rds-socket.h"

#define RDS_CANCEL_SENT_TO 1
#define MOST (4 << 20)

static const char *const explanation =
	"usage: rds-calls CALL...\n"
	"  s                      socket, the one for what follows\n"
	"  u N                    the Nth socket, from 0, for what follows\n"
	"  b ADDRESS PORT         bind\n"
	"  c ADDRESS PORT         connect; - 0 for AF_UNSPEC\n"
	"  t FLAGS ADDRESS PORT N sendmsg of N octets; - 0 for no name\n"
	"  r FLAGS N              recvmsg into N octets\n"
	"  o LEVEL NUMBER VALUE   setsockopt of an int\n"
	"  g LEVEL NUMBER         getsockopt of an int\n"
	"  x ADDRESS PORT         RDS_CANCEL_SENT_TO; - 0 for no address\n"
	"  n, p                   getsockname, getpeername: unspec, any or named\n"
	"  k                      close\n";

static char octets[MOST];

static void answer(long result)
{
	if (result < 0)
		printf("E%d ", errno);
	else
		printf("%ld ", result);
}

static long transfer(int fd, bool sends, int flags, const struct sockaddr_storage *to, socklen_t to_length, size_t length)
{
	struct iovec piece = { .iov_base = octets, .iov_len = length };
	struct msghdr message = { .msg_iov = &piece, .msg_iovlen = 1 };

	if (!sends)
		return recvmsg(fd, &message, flags);
	message.msg_name = (void *)to;
	message.msg_namelen = to_length;
	return sendmsg(fd, &message, flags);
}

static void name(int result, const struct sockaddr_storage *is)
{
	static const struct in6_addr any;
	bool is_any = is->ss_family == AF_INET ? ((const struct sockaddr_in *)is)->sin_addr.s_addr == 0
		: memcmp(&((const struct sockaddr_in6 *)is)->sin6_addr, &any, sizeof any) == 0;

	if (result < 0)
		answer(result);
	else
		printf("%s ", is->ss_family == AF_UNSPEC ? "unspec" : is_any ? "any" : "named");
}

static int words_of(char call)
{
	return call == 'u' ? 1 : strchr("bcrgx", call) ? 2 : call == 'o' ? 3 : call == 't' ? 4 : strchr("snpk", call) ? 0 : -1;
}

int main(int count, char **words)
{
	int sockets[64];
	int last = -1, fd = -1;

	for (int i = 1; i < count;) {
		char **w = words + i + 1;
		int more = strlen(words[i]) == 1 ? words_of(words[i][0]) : -1;
		struct sockaddr_storage to;
		socklen_t length = sizeof to;
		int value = 0;

		if (more < 0 || i + more >= count || last == 63) {
			fputs(explanation, stderr);
			return 2;
		}
		memset(&to, 0, sizeof to);
		switch (words[i][0]) {
		case 's':
			fd = sockets[++last] = socket(RDS_FAMILY, SOCK_SEQPACKET, 0);
			if (fd < 0)
				answer(fd);
			break;
		case 'u':
			fd = sockets[atoi(w[0])];
			break;
		case 'b':
			length = parse(w[0], w[1], &to);
			answer(bind(fd, (struct sockaddr *)&to, length));
			break;
		case 'c':
			length = parse(w[0], w[1], &to);
			answer(connect(fd, (struct sockaddr *)&to, length));
			break;
		case 't':
			length = parse(w[1], w[2], &to);
			answer(transfer(fd, true, atoi(w[0]), strcmp(w[1], "-") == 0 ? NULL : &to,
				strcmp(w[1], "-") == 0 ? 0 : length, atoi(w[3])));
			break;
		case 'r':
			answer(transfer(fd, false, atoi(w[0]), NULL, 0, atoi(w[1])));
			break;
		case 'o':
			value = atoi(w[2]);
			answer(setsockopt(fd, atoi(w[0]), atoi(w[1]), &value, sizeof value));
			break;
		case 'g':
			length = sizeof value;
			if (getsockopt(fd, atoi(w[0]), atoi(w[1]), &value, &length) < 0)
				answer(-1);
			else
				printf("%d ", value);
			break;
		case 'x':
			length = parse(w[0], w[1], &to);
			answer(setsockopt(fd, SOL_RDS, RDS_CANCEL_SENT_TO, &to, strcmp(w[0], "-") == 0 ? 0 : length));
			break;
		case 'n':
			name(getsockname(fd, (struct sockaddr *)&to, &length), &to);
			break;
		case 'p':
			name(getpeername(fd, (struct sockaddr *)&to, &length), &to);
			break;
		default:
			answer(close(fd));
		}
		i += 1 + more;
	}
	putchar('\n');
	return 0;
}
