/* DPDK's log, kept in memory: a library must not write on its user's console, and the lines make good error messages. */
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/types.h>

#include <rte_log.h>

#include "native.h"

#define LOG_CAPACITY 8192

static pthread_mutex_t log_mutex = PTHREAD_MUTEX_INITIALIZER;
static char log_text[LOG_CAPACITY];
static size_t log_length;

static void append(const char *data, size_t size)
{
    if (size > LOG_CAPACITY) {
        data += size - LOG_CAPACITY;
        size = LOG_CAPACITY;
    }
    if (log_length + size > LOG_CAPACITY) {
        log_length = 0; /* nobody asked for the older lines */
    }
    memcpy(log_text + log_length, data, size);
    log_length += size;
}

static ssize_t on_write(void *cookie, const char *data, size_t size)
{
    (void) cookie;
    pthread_mutex_lock(&log_mutex);
    append(data, size);
    pthread_mutex_unlock(&log_mutex);
    return (ssize_t) size;
}

int log_capture(void)
{
    const cookie_io_functions_t functions = { .write = on_write };
    FILE *stream = fopencookie(NULL, "w", functions);
    return stream == NULL ? -1 : rte_openlog_stream(stream);
}

size_t log_take(char *text, size_t capacity)
{
    pthread_mutex_lock(&log_mutex);
    const size_t length = log_length < capacity - 1 ? log_length : capacity - 1;
    for (size_t i = 0; i < length; i++) {
        text[i] = (log_text[i] > 0 && log_text[i] < 0x7f) ? log_text[i] : '?';
    }
    text[length] = 0;
    log_length = 0;
    pthread_mutex_unlock(&log_mutex);
    return length;
}
