#include "secure-channel.h"

#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/sockios.h>
#include <linux/tcp.h>
#include <linux/tls.h>
#include <openssl/err.h>
#include <openssl/hmac.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#ifndef SOL_TLS
#define SOL_TLS 282
#endif
#ifndef TCP_ULP
#define TCP_ULP 31
#endif

static const char exporter_label[] = "EXPERIMENTAL rds-tcp tls13 v1";
static const unsigned char key_update[] = { 24, 0, 0, 1, 0 };	/* the last octet is 1 when it asks for one in return */

void fail(const char *what)
{
	printf("failed: %s: %s\n", what, errno ? strerror(errno) : "no error of the system");
	exit(1);
}

static void fail_tls(const char *what)
{
	char text[256];

	ERR_error_string_n(ERR_get_error(), text, sizeof text);
	printf("failed: %s: %s\n", what, text);
	exit(1);
}

/* --- Keys ------------------------------------------------------------------------------------------------------------- */

/* HKDF-Expand-Label with SHA-256, an empty context and at most one block of output (RFC 8446, section 7.1). */
static void expand_label(const unsigned char *secret, const char *label, unsigned char *to, int length)
{
	unsigned char info[64] = { 0, length }, block[EVP_MAX_MD_SIZE];
	int n = sprintf((char *)info + 3, "tls13 %s", label);

	info[2] = n;
	info[3 + n] = 0;
	info[4 + n] = 1;
	HMAC(EVP_sha256(), secret, SECRET_LENGTH, info, 5 + n, block, NULL);
	memcpy(to, block, length);
}

static void derive(struct direction *d, int key_length)
{
	expand_label(d->secret, "key", d->key, key_length);
	expand_label(d->secret, "iv", d->iv, IV_LENGTH);
	d->number = 0;
}

static void take_next_key(struct direction *d, int key_length)
{
	unsigned char next[SECRET_LENGTH];

	expand_label(d->secret, "traffic upd", next, sizeof next);
	memcpy(d->secret, next, sizeof next);
	derive(d, key_length);
	d->key_changes++;
}

/* --- Records of libcrypto --------------------------------------------------------------------------------------------- */

static void nonce_of(const struct direction *d, unsigned char nonce[IV_LENGTH])
{
	memcpy(nonce, d->iv, IV_LENGTH);
	for (int i = 0; i < 8; i++)
		nonce[IV_LENGTH - 1 - i] ^= d->number >> 8 * i;
}

static void start_cipher(struct direction *d, int key_length, bool is_out)
{
	unsigned char nonce[IV_LENGTH];

	nonce_of(d, nonce);
	if (!EVP_CipherInit_ex(d->cipher, key_length == 16 ? EVP_aes_128_gcm() : EVP_aes_256_gcm(), NULL, d->key, nonce, is_out))
		fail_tls("cipher");
	d->number++;
	d->records++;
}

static void seal(struct channel *c, unsigned char type, const void *content, size_t length)
{
	unsigned char *header = c->sealed, *text = c->sealed + RECORD_HEADER;
	int body = length + 1 + TAG_LENGTH, n;

	memcpy(header, (unsigned char[]){ DATA, 3, 3, body >> 8, body }, RECORD_HEADER);
	start_cipher(&c->out, c->key_length, true);
	if (!EVP_CipherUpdate(c->out.cipher, NULL, &n, header, RECORD_HEADER)
		|| !EVP_CipherUpdate(c->out.cipher, text, &n, content, length)
		|| !EVP_CipherUpdate(c->out.cipher, text + length, &n, &type, 1)
		|| !EVP_CipherFinal_ex(c->out.cipher, text + length + 1, &n)
		|| !EVP_CIPHER_CTX_ctrl(c->out.cipher, EVP_CTRL_AEAD_GET_TAG, TAG_LENGTH, text + length + 1))
		fail_tls("seal");
	c->sealed_length = RECORD_HEADER + body;
	c->sealed_at = 0;
}

/* Opens the record that is there; answers the length of its content, or -1. */
static ssize_t open_record(struct channel *c, unsigned char *type, unsigned char *to)
{
	unsigned char *text = c->opened + RECORD_HEADER;
	int length = c->opened_filled - RECORD_HEADER - TAG_LENGTH, n;

	start_cipher(&c->in, c->key_length, false);
	if (!EVP_CipherUpdate(c->in.cipher, NULL, &n, c->opened, RECORD_HEADER)
		|| !EVP_CipherUpdate(c->in.cipher, to, &n, text, length)
		|| !EVP_CIPHER_CTX_ctrl(c->in.cipher, EVP_CTRL_AEAD_SET_TAG, TAG_LENGTH, text + length)
		|| !EVP_CipherFinal_ex(c->in.cipher, to + length, &n)) {
		errno = EBADMSG;
		return -1;
	}
	while (length > 0 && to[length - 1] == 0)
		length--;
	if (length == 0) {
		errno = EPROTO;
		return -1;
	}
	*type = to[length - 1];
	return length - 1;
}

/* --- Records of the kernel -------------------------------------------------------------------------------------------- */

union crypto_info {
	struct tls_crypto_info info;
	struct tls12_crypto_info_aes_gcm_128 gcm_128;
	struct tls12_crypto_info_aes_gcm_256 gcm_256;
};

static socklen_t info_length(int key_length)
{
	return key_length == 16 ? sizeof(struct tls12_crypto_info_aes_gcm_128) : sizeof(struct tls12_crypto_info_aes_gcm_256);
}

/* The kernel's names: salt is the first 4 octets of the IV, iv the other 8. */
#define FILL_INFO(of, d, key_length) do { \
	memcpy((of).iv, (d)->iv + sizeof (of).salt, sizeof (of).iv); \
	memcpy((of).salt, (d)->iv, sizeof (of).salt); \
	memcpy((of).key, (d)->key, key_length); \
	memcpy((of).rec_seq, &number, sizeof (of).rec_seq); \
} while (0)

static int set_keys(int fd, int option, const struct direction *d, int key_length)
{
	union crypto_info all = { .info = { .version = TLS_1_3_VERSION } };
	uint64_t number = htobe64(d->number);

	if (key_length == 16) {
		all.info.cipher_type = TLS_CIPHER_AES_GCM_128;
		FILL_INFO(all.gcm_128, d, key_length);
	} else {
		all.info.cipher_type = TLS_CIPHER_AES_GCM_256;
		FILL_INFO(all.gcm_256, d, key_length);
	}
	return setsockopt(fd, SOL_TLS, option, &all, info_length(key_length));
}

static void hand_to_kernel(struct channel *c, struct direction *d, int option)
{
	if (d->is_wrong)
		d->key[0] ^= 1;
	if (set_keys(c->fd, option, d, c->key_length))
		fail(option == TLS_TX ? "TLS_TX" : "TLS_RX");
	d->is_kernels = true;
}

static bool is_due_to_kernel(const struct direction *d)
{
	return !d->is_kernels && d->records >= d->kernel_from;
}

int key_change_error(void)
{
	struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t length = sizeof own;
	struct direction d = { 0 };
	int listener = socket(AF_INET, SOCK_STREAM, 0), fd = socket(AF_INET, SOCK_STREAM, 0), error;

	if (bind(listener, (struct sockaddr *)&own, length) || listen(listener, 1)
		|| getsockname(listener, (struct sockaddr *)&own, &length) || connect(fd, (struct sockaddr *)&own, length)
		|| setsockopt(fd, IPPROTO_TCP, TCP_ULP, "tls", sizeof "tls") || set_keys(fd, TLS_TX, &d, 16))
		fail("kTLS");
	error = set_keys(fd, TLS_TX, &d, 16) ? errno : 0;
	close(fd);
	close(listener);
	return error;
}

static ssize_t send_by_kernel(struct channel *c, unsigned char type, const void *content, size_t length)
{
	struct iovec part = { .iov_base = (void *)content, .iov_len = length };
	union { char octets[CMSG_SPACE(1)]; struct cmsghdr aligned; } control = { { 0 } };
	struct msghdr m = { .msg_iov = &part, .msg_iovlen = 1 };

	if (type != DATA) {
		m.msg_control = control.octets;
		m.msg_controllen = sizeof control.octets;
		struct cmsghdr *header = CMSG_FIRSTHDR(&m);
		header->cmsg_level = SOL_TLS;
		header->cmsg_type = TLS_SET_RECORD_TYPE;
		header->cmsg_len = CMSG_LEN(1);
		*CMSG_DATA(header) = type;
	}
	ssize_t n = sendmsg(c->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	if (n >= 0 && (size_t)n != length) {
		printf("failed: the kernel took %zd of a record's %zu octets\n", n, length);
		exit(1);
	}
	if (n >= 0) {
		c->out.number++;
		c->out.records++;
	}
	return n;
}

static ssize_t receive_by_kernel(struct channel *c, unsigned char *type, void *to, size_t room)
{
	struct iovec part = { .iov_base = to, .iov_len = room };
	union { char octets[CMSG_SPACE(1)]; struct cmsghdr aligned; } control = { { 0 } };
	struct msghdr m = {
		.msg_iov = &part, .msg_iovlen = 1, .msg_control = control.octets, .msg_controllen = sizeof control.octets };
	ssize_t n = recvmsg(c->fd, &m, MSG_DONTWAIT);
	struct cmsghdr *header = n > 0 ? CMSG_FIRSTHDR(&m) : NULL;

	*type = header && header->cmsg_level == SOL_TLS && header->cmsg_type == TLS_GET_RECORD_TYPE ? *CMSG_DATA(header) : DATA;
	return n;
}

/* --- Both --------------------------------------------------------------------------------------------------------------- */

static int would_block(ssize_t result)
{
	return result < 0 && (errno == EAGAIN || errno == EWOULDBLOCK);
}

int channel_flush(struct channel *c)
{
	while (c->sealed_at < c->sealed_length) {
		ssize_t n = send(c->fd, c->sealed + c->sealed_at, c->sealed_length - c->sealed_at, MSG_DONTWAIT | MSG_NOSIGNAL);

		if (n < 0)
			return would_block(n) ? 0 : -1;
		c->sealed_at += n;
	}
	return 1;
}

int channel_send(struct channel *c, unsigned char type, const void *content, size_t length)
{
	int flushed = channel_flush(c);

	if (flushed <= 0)
		return flushed;
	if (is_due_to_kernel(&c->out))
		hand_to_kernel(c, &c->out, TLS_TX);
	if (c->out.is_kernels) {
		ssize_t n = send_by_kernel(c, type, content, length);
		if (n < 0)
			return would_block(n) ? 0 : -1;
	} else {
		seal(c, type, content, length);
		if (channel_flush(c) < 0)
			return -1;
	}
	c->written += length + RECORD_OVERHEAD;
	return 1;
}

int channel_update_keys(struct channel *c)
{
	if (c->key_change_error && (c->out.is_kernels || is_due_to_kernel(&c->out))) {
		errno = c->key_change_error;
		return -1;
	}
	int result = channel_send(c, HANDSHAKE, key_update, sizeof key_update);
	if (result <= 0)
		return result;
	c->is_asked = false;
	take_next_key(&c->out, c->key_length);
	return c->out.is_kernels && set_keys(c->fd, TLS_TX, &c->out, c->key_length) ? -1 : 1;
}

/* Reads up to the end of the header, then up to the end of the record: what follows may be the kernel's. */
static ssize_t receive_by_libcrypto(struct channel *c, unsigned char *type, void *to)
{
	while (true) {
		size_t want = c->opened_filled < RECORD_HEADER
			? RECORD_HEADER : RECORD_HEADER + (c->opened[3] << 8 | c->opened[4]);
		if (want > MOST_RECORD || (c->opened_filled >= RECORD_HEADER && want < RECORD_OVERHEAD)) {
			errno = EMSGSIZE;
			return -1;
		}
		if (c->opened_filled >= RECORD_HEADER && c->opened_filled == want)
			break;
		ssize_t n = recv(c->fd, c->opened + c->opened_filled, want - c->opened_filled, MSG_DONTWAIT);
		if (n <= 0)
			return n;
		c->opened_filled += n;
	}
	ssize_t length = open_record(c, type, to);
	c->opened_filled = 0;
	return length;
}

static bool is_key_update(const unsigned char *content, size_t length)
{
	return length == sizeof key_update && !memcmp(content, key_update, length - 1) && content[length - 1] <= 1;
}

static int obey_key_update(struct channel *c, bool is_asking)
{
	c->is_asked |= is_asking;
	take_next_key(&c->in, c->key_length);
	return c->in.is_kernels && !c->in.is_kept ? set_keys(c->fd, TLS_RX, &c->in, c->key_length) : 0;
}

ssize_t channel_receive(struct channel *c, unsigned char *type, void *to, size_t room)
{
	ssize_t n;

	if (is_due_to_kernel(&c->in) && c->opened_filled == 0)
		hand_to_kernel(c, &c->in, TLS_RX);
	n = c->in.is_kernels ? receive_by_kernel(c, type, to, room) : receive_by_libcrypto(c, type, to);
	if (n > 0 && *type == HANDSHAKE && is_key_update(to, n) && obey_key_update(c, ((unsigned char *)to)[n - 1]))
		return -1;
	return n;
}

static struct tcp_info info_of(int fd)
{
	struct tcp_info info = { 0 };
	socklen_t length = sizeof info;

	if (getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length))
		fail("TCP_INFO");
	return info;
}

uint64_t channel_acknowledged(const struct channel *c)
{
	uint64_t acknowledged = info_of(c->fd).tcpi_bytes_acked;

	return acknowledged < c->acknowledged_before ? 0 : acknowledged - c->acknowledged_before;
}

uint64_t channel_number(const struct channel *c, bool is_out)
{
	const struct direction *d = is_out ? &c->out : &c->in;
	union crypto_info all;
	socklen_t length = info_length(c->key_length);
	uint64_t number;

	if (!d->is_kernels)
		return d->number;
	if (getsockopt(c->fd, SOL_TLS, is_out ? TLS_TX : TLS_RX, &all, &length))
		fail("getsockopt of TLS");
	memcpy(&number, c->key_length == 16 ? all.gcm_128.rec_seq : all.gcm_256.rec_seq, sizeof number);
	return be64toh(number);
}

void channel_close(struct channel *c)
{
	EVP_CIPHER_CTX_free(c->out.cipher);
	EVP_CIPHER_CTX_free(c->in.cipher);
	OPENSSL_cleanse(&c->out, sizeof c->out);
	OPENSSL_cleanse(&c->in, sizeof c->in);
	close(c->fd);
}

/* --- The handshake ------------------------------------------------------------------------------------------------------ */

static SSL_CTX *context_of(const struct channel_settings *s)
{
	SSL_CTX *context = SSL_CTX_new(TLS_method());
	char chain[256], key[256], trust[256];

	snprintf(chain, sizeof chain, "%s/node.pem", s->directory);
	snprintf(key, sizeof key, "%s/node.key", s->directory);
	snprintf(trust, sizeof trust, "%s/trust.pem", s->directory);
	if (!SSL_CTX_set_min_proto_version(context, TLS1_3_VERSION) || !SSL_CTX_set_num_tickets(context, s->tickets)
		|| SSL_CTX_use_certificate_chain_file(context, chain) != 1
		|| SSL_CTX_use_PrivateKey_file(context, key, SSL_FILETYPE_PEM) != 1
		|| SSL_CTX_load_verify_locations(context, trust, NULL) != 1)
		fail_tls(s->directory);
	SSL_CTX_set_verify(context, SSL_VERIFY_PEER | SSL_VERIFY_FAIL_IF_NO_PEER_CERT, NULL);
	return context;
}

/* OpenSSL has checked the chain: now the one name. */
static void check_name(SSL *ssl, const char *wanted)
{
	X509 *certificate = SSL_get1_peer_certificate(ssl);
	GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
	int uris = 0, right = 0;

	for (int i = 0; i < sk_GENERAL_NAME_num(names); i++) {
		const GENERAL_NAME *name = sk_GENERAL_NAME_value(names, i);
		if (name->type != GEN_URI)
			continue;
		uris++;
		right += ASN1_STRING_length(name->d.uniformResourceIdentifier) == (int)strlen(wanted)
			&& !memcmp(ASN1_STRING_get0_data(name->d.uniformResourceIdentifier), wanted, strlen(wanted));
	}
	if (uris != 1 || right != 1) {
		printf("failed: the peer is not %s\n", wanted);
		exit(1);
	}
	GENERAL_NAMES_free(names);
	X509_free(certificate);
}

static void read_marker(SSL *ssl, unsigned char marker[MARKER_LENGTH])
{
	if (SSL_read(ssl, marker, MARKER_LENGTH) != MARKER_LENGTH)
		fail_tls("the peer's marker");
	if (SSL_has_pending(ssl) || memcmp(marker, "RDS1", 4)) {
		printf("failed: the peer's marker is no marker, or more follows\n");
		exit(1);
	}
}

static void write_marker(SSL *ssl, const unsigned char marker[MARKER_LENGTH])
{
	if (SSL_write(ssl, marker, MARKER_LENGTH) != MARKER_LENGTH)
		fail_tls("our marker");
}

/* The markers: lane, index and flags stand behind "RDS1"; octet 7 has the flags, octets 8 to 15 are random. */
static void exchange_markers(SSL *ssl, bool is_client, unsigned char client[MARKER_LENGTH], unsigned char server[MARKER_LENGTH],
	unsigned char flags)
{
	if (is_client) {
		write_marker(ssl, client);
		read_marker(ssl, server);
		if (memcmp(server, client, 6)) {
			printf("failed: the peer's marker is for another path\n");
			exit(1);
		}
		return;
	}
	read_marker(ssl, client);
	memcpy(server, client, MARKER_LENGTH);
	server[6] = 1;
	server[7] = flags;
	getentropy(server + 8, 8);
	write_marker(ssl, server);
}

static void take_keys(struct channel *c, SSL *ssl, bool is_client, const unsigned char client_marker[MARKER_LENGTH])
{
	unsigned char secrets[2 * SECRET_LENGTH];

	if (SSL_export_keying_material(ssl, secrets, sizeof secrets, exporter_label, sizeof exporter_label - 1,
		client_marker, MARKER_LENGTH, 1) != 1)
		fail_tls("exporter");
	memcpy(c->out.secret, secrets + (is_client ? 0 : SECRET_LENGTH), SECRET_LENGTH);
	memcpy(c->in.secret, secrets + (is_client ? SECRET_LENGTH : 0), SECRET_LENGTH);
	OPENSSL_cleanse(secrets, sizeof secrets);
	derive(&c->out, c->key_length);
	derive(&c->in, c->key_length);
}

static void begin_records(struct channel *c, const struct channel_settings *s)
{
	int unacknowledged;

	c->out.cipher = EVP_CIPHER_CTX_new();
	c->in.cipher = EVP_CIPHER_CTX_new();
	c->key_change_error = s->key_change_error;
	c->out.kernel_from = s->kernel_sends_from;
	c->in.kernel_from = s->kernel_receives_from;
	c->out.is_wrong = !strcmp(s->fault, "send-key");
	c->in.is_wrong = !strcmp(s->fault, "receive-key");
	c->in.is_kept = !strcmp(s->fault, "one-key");
	if (ioctl(c->fd, SIOCOUTQ, &unacknowledged))
		fail("SIOCOUTQ");
	c->acknowledged_before = info_of(c->fd).tcpi_bytes_acked + unacknowledged;
	if (setsockopt(c->fd, IPPROTO_TCP, TCP_ULP, "tls", sizeof "tls"))
		fail("TCP_ULP");
	fcntl(c->fd, F_SETFL, O_NONBLOCK);
}

void channel_open(struct channel *c, const struct channel_settings *s, int fd, bool is_client, unsigned char marker[MARKER_LENGTH],
	unsigned char flags)
{
	SSL_CTX *context = context_of(s);
	SSL *ssl = SSL_new(context);
	unsigned char answer[MARKER_LENGTH];

	memset(c, 0, sizeof *c);
	c->fd = fd;
	SSL_set_fd(ssl, fd);
	if ((is_client ? SSL_connect(ssl) : SSL_accept(ssl)) != 1)
		fail_tls("handshake");
	check_name(ssl, s->peer_name);
	exchange_markers(ssl, is_client, marker, answer, flags);
	c->key_length = ((marker[7] | answer[7]) & FLAG_AES_256) != 0 ? 32 : 16;
	take_keys(c, ssl, is_client, marker);
	printf("handshake: %s, AES-%d\n", SSL_get_cipher(ssl), 8 * c->key_length);
	SSL_set_quiet_shutdown(ssl, 1);
	SSL_free(ssl);
	SSL_CTX_free(context);
	begin_records(c, s);
}
