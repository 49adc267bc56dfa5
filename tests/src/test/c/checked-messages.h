/*
 * Messages that can be checked: from seed and number follow the length and every octet of each, so that one lost, doubled,
 * reordered or damaged shows itself at the receiver. CheckedMessages is the same in Java.
 *
 * The message numbered k of the stream with seed s is the first octets of a row of 64-bit words, little endian: word 0 is k, and
 * word j is mix(mix(s) + k + j * GOLDEN). How long it is, see length_of.
 */
#ifndef CHECKED_MESSAGES_H
#define CHECKED_MESSAGES_H

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define MOST (1u << 20)
#define GOLDEN UINT64_C(0x9e3779b97f4a7c15)

struct sizes {
	bool mixed;
	uint32_t size;		/* of each message, unless they are mixed */
};

static bool parse_sizes(const char *text, struct sizes *sizes)
{
	sizes->mixed = !strcmp(text, "mixed");
	sizes->size = sizes->mixed ? 0 : strtoul(text, NULL, 10);
	return sizes->size <= MOST;
}

static uint64_t mix(uint64_t z)
{
	z = (z ^ (z >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ (z >> 27)) * UINT64_C(0x94d049bb133111eb);
	return z ^ (z >> 31);
}

/* One in 256 of the mixed ones is of any length up to the limit, every 5000th just there, the others are below 16 KiB. */
static uint32_t length_of(const struct sizes *s, uint64_t seed, uint64_t number)
{
	uint64_t r = mix(mix(seed ^ GOLDEN) + number);

	if (!s->mixed)
		return s->size;
	if (number % 5000 == 4999)
		return MOST;
	if ((r & 0xff) == 0)
		return (r >> 8) % (MOST + 1);
	return (r >> 16) % (UINT64_C(1) << ((r >> 8) % 15));
}

static void fill(unsigned char *to, uint64_t seed, uint64_t number, uint32_t length)
{
	uint64_t base = mix(seed) + number;

	for (uint32_t at = 0; at < length; at += 8) {
		uint64_t word = at == 0 ? number : mix(base + at / 8 * GOLDEN);

		memcpy(to + at, &word, sizeof word);	/* the buffers have room for a whole last word */
	}
}

#endif
