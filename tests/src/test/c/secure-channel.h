/*
 * One TCP connection with a node, encrypted: OpenSSL makes the handshake (TLS 1.3, certificates both ways), each side ends it with
 * a marker of 16 octets, and from then on records are under keys of the TLS exporter. In each direction they go through libcrypto,
 * or through the kernel (kTLS, Documentation/networking/tls.rst), or first through the one and then through the other.
 */
#ifndef SECURE_CHANNEL_H
#define SECURE_CHANNEL_H

#include <openssl/evp.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
	MARKER_LENGTH = 16,
	SECRET_LENGTH = 32,
	IV_LENGTH = 12,
	TAG_LENGTH = 16,
	RECORD_HEADER = 5,
	RECORD_OVERHEAD = RECORD_HEADER + 1 + TAG_LENGTH,
	MOST_CONTENT = 1 << 14,
	MOST_RECORD = RECORD_HEADER + MOST_CONTENT + 256,
	/* of markers, in octet 7 */
	FLAG_AES_256 = 1,
	FLAG_KEYS_STAY = 2,
	/* of records */
	ALERT = 21,
	HANDSHAKE = 22,
	DATA = 23,
	/* of alerts */
	CLOSE_NOTIFY = 0,
	BAD_RECORD_MAC = 20,
	INTERNAL_ERROR = 80,
};

/* Never: libcrypto does all records of the direction. */
#define NO_KERNEL UINT64_MAX

struct channel_settings {
	const char *directory;		/* of node.pem, node.key and trust.pem */
	const char *peer_name;		/* the one URI that the peer's certificate must have */
	unsigned tickets;		/* session tickets that a server sends before its marker */
	uint64_t kernel_sends_from;	/* number of the first record, or NO_KERNEL */
	uint64_t kernel_receives_from;
	int key_change_error;		/* of key_change_error() */
	const char *fault;		/* see rds-ktls, or "" */
};

struct direction {
	unsigned char secret[SECRET_LENGTH], key[32], iv[IV_LENGTH];
	EVP_CIPHER_CTX *cipher;
	uint64_t number;		/* of the next record under this key */
	uint64_t records;		/* under all keys */
	uint64_t key_changes;
	uint64_t kernel_from;
	bool is_kernels;
	bool is_wrong;			/* the kernel gets a wrong key */
	bool is_kept;			/* it gets no other one */
};

struct channel {
	int fd;
	int key_length, key_change_error;
	struct direction out, in;
	bool is_asked;			/* the peer wants another key of ours */
	unsigned char sealed[MOST_RECORD], opened[MOST_RECORD];
	size_t sealed_length, sealed_at, opened_filled;
	uint64_t written;		/* octets of all records */
	uint64_t acknowledged_before;	/* octets of the stream that are not records */
};

/* Prints the reason and ends the program. */
void fail(const char *what);

/* Whether this kernel lets a socket change the keys it has: 0, or the error of the second TLS_TX. */
int key_change_error(void);

/*
 * Makes the handshake on a connected socket. The client's marker is given; the server's is the client's with its own flags and other
 * random octets. Afterwards the socket does not block.
 */
void channel_open(struct channel *c, const struct channel_settings *s, int fd, bool is_client, unsigned char marker[MARKER_LENGTH],
	unsigned char flags);

/* Sends one record: 1 when it is taken, 0 when there is no room, -1 with errno. */
int channel_send(struct channel *c, unsigned char type, const void *content, size_t length);

/*
 * Says KeyUpdate and takes the next key for what follows; answers as channel_send. Without a word when the kernel has the direction
 * and would refuse: EBUSY.
 */
int channel_update_keys(struct channel *c);

/* Hands to TCP what is left of a record: 1 when nothing is left, 0 when there is no room, -1 with errno. */
int channel_flush(struct channel *c);

/*
 * Receives octets of one type; a KeyUpdate is obeyed before it is handed on. Answers how many, 0 at the end of the stream, or -1
 * with errno: EAGAIN when nothing is there, EBADMSG when a record is not authentic, EBUSY when the kernel refuses another key.
 */
ssize_t channel_receive(struct channel *c, unsigned char *type, void *to, size_t room);

/* Octets of records that the peer's TCP has acknowledged. */
uint64_t channel_acknowledged(const struct channel *c);

/* The number of the kernel's next record in a direction, or that of libcrypto. */
uint64_t channel_number(const struct channel *c, bool is_out);

void channel_close(struct channel *c);

#endif
