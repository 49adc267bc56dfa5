/* What the guest's programs have in common: PF_RDS, and addresses as words. */
#ifndef RDS_SOCKET_H
#define RDS_SOCKET_H

#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#define RDS_FAMILY 21
#define SOL_RDS 276

/* Of either family; "-" is the family AF_UNSPEC. */
static socklen_t parse(const char *host, const char *port, struct sockaddr_storage *to)
{
	struct sockaddr_in *four = (struct sockaddr_in *)to;
	struct sockaddr_in6 *six = (struct sockaddr_in6 *)to;

	memset(to, 0, sizeof *to);
	if (strcmp(host, "-") == 0)
		return sizeof *four;
	if (inet_pton(AF_INET, host, &four->sin_addr) == 1) {
		four->sin_family = AF_INET;
		four->sin_port = htons(atoi(port));
		return sizeof *four;
	}
	if (inet_pton(AF_INET6, host, &six->sin6_addr) == 1) {
		six->sin6_family = AF_INET6;
		six->sin6_port = htons(atoi(port));
		return sizeof *six;
	}
	fprintf(stderr, "%s is no address\n", host);
	exit(2);
}

#endif
