/*
 * Peer of CryptoDevice and RecordBurst: AES-GCM of TLS records by a software driver of cryptodev, on the calling thread and in any
 * memory (rte_cryptodev_sym_cpu_crypto_process). Records need no mbufs, and a queue is never polled.
 */
#include <errno.h>
#include <string.h>

#include <rte_cryptodev.h>
#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_lcore.h>

#include "native.h"

#define MAX_KEY_LENGTH 32
#define NONCE_LENGTH 12
#define AAD_LENGTH 5
#define TAG_LENGTH 16
#define DESCRIPTORS 64
/* Records given to the driver at once; longer bursts go in several such parts. */
#define PART 32
#define OPEN (-1)

/* One record; the order is that of RecordBurst. */
struct record {
    void *session;
    void *nonce;
    void *aad;
    const uint8_t *content;
    uint8_t *out;
    uint32_t length;
    int32_t type; /* appended to the content before encryption, or OPEN */
    int64_t status;
};

static int prepare(uint8_t device)
{
    struct rte_cryptodev_config config = { .socket_id = SOCKET_ID_ANY, .nb_queue_pairs = 1 };
    const struct rte_cryptodev_qp_conf queue = { .nb_descriptors = DESCRIPTORS };
    struct rte_cryptodev_info info;
    rte_cryptodev_info_get(device, &info);
    if ((info.feature_flags & RTE_CRYPTODEV_FF_SYM_CPU_CRYPTO) == 0) {
        return -ENOTSUP;
    }
    int error = rte_cryptodev_configure(device, &config);
    if (error == 0) {
        error = rte_cryptodev_queue_pair_setup(device, 0, &queue, SOCKET_ID_ANY);
    }
    return error != 0 ? error : rte_cryptodev_start(device);
}

static int destroy(uint8_t device)
{
    struct rte_cryptodev_info info;
    rte_cryptodev_info_get(device, &info);
    rte_cryptodev_stop(device);
    rte_cryptodev_close(device);
    return rte_dev_remove(info.device);
}

static jint plug(JNIEnv *env, jclass cls, jstring name)
{
    (void) cls;
    char text[RTE_CRYPTODEV_NAME_MAX_LEN];
    int error = copy_string(env, name, text, sizeof(text));
    if (error == 0) {
        error = rte_dev_probe(text);
    }
    if (error != 0) {
        return error;
    }
    const int device = rte_cryptodev_get_dev_id(text);
    if (device < 0) {
        return -ENODEV;
    }
    error = prepare((uint8_t) device);
    if (error != 0) {
        destroy((uint8_t) device);
        return error;
    }
    return device;
}

static jint unplug(JNIEnv *env, jclass cls, jint device)
{
    (void) env;
    (void) cls;
    return destroy((uint8_t) device);
}

static jlong create_pool(JNIEnv *env, jclass cls, jint device, jstring name, jint sessions)
{
    (void) cls;
    char text[RTE_MEMPOOL_NAMESIZE];
    const int error = copy_string(env, name, text, sizeof(text));
    if (error != 0) {
        return error;
    }
    struct rte_mempool *pool = rte_cryptodev_sym_session_pool_create(
        text, (uint32_t) sessions, rte_cryptodev_sym_get_private_session_size((uint8_t) device), 0, 0, SOCKET_ID_ANY);
    return pool == NULL ? -ENOMEM : ADDRESS(pool);
}

static void free_pool(JNIEnv *env, jclass cls, jlong pool)
{
    (void) env;
    (void) cls;
    rte_mempool_free(POINTER(pool));
}

static jlong new_session(JNIEnv *env, jclass cls, jint device, jlong pool, jboolean sealing, jbyteArray key)
{
    (void) cls;
    uint8_t octets[MAX_KEY_LENGTH];
    const jsize length = (*env)->GetArrayLength(env, key);
    if (length > MAX_KEY_LENGTH) {
        return -EINVAL;
    }
    (*env)->GetByteArrayRegion(env, key, 0, length, (jbyte *) octets);
    struct rte_crypto_sym_xform transform = {
        .type = RTE_CRYPTO_SYM_XFORM_AEAD,
        .aead = {
            .op = sealing ? RTE_CRYPTO_AEAD_OP_ENCRYPT : RTE_CRYPTO_AEAD_OP_DECRYPT,
            .algo = RTE_CRYPTO_AEAD_AES_GCM,
            .key = { .data = octets, .length = (uint16_t) length },
            .iv = { .offset = 0, .length = NONCE_LENGTH },
            .digest_length = TAG_LENGTH,
            .aad_length = AAD_LENGTH,
        },
    };
    void *session = rte_cryptodev_sym_session_create((uint8_t) device, &transform, POINTER(pool));
    explicit_bzero(octets, sizeof(octets));
    return session == NULL ? -rte_errno : ADDRESS(session);
}

/* The library overwrites the key schedule. */
static void free_session(JNIEnv *env, jclass cls, jint device, jlong session)
{
    (void) env;
    (void) cls;
    rte_cryptodev_sym_session_free((uint8_t) device, POINTER(session));
}

static uint32_t begin(struct record *record)
{
    if (record->type == OPEN) {
        return record->length;
    }
    if (record->content != record->out) {
        memcpy(record->out, record->content, record->length);
    }
    record->out[record->length] = (uint8_t) record->type;
    return record->length + 1;
}

/* What failed to open is not shown to anybody. */
static int end(struct record *record, int32_t status)
{
    record->status = status;
    if (status != 0 && record->type == OPEN) {
        memset(record->out, 0, record->length);
    }
    return status == 0;
}

/* Up to PART records of one session; drivers work in place, so contents that stand elsewhere are copied first. */
static int process_part(uint8_t device, struct record *records, uint32_t count)
{
    struct rte_crypto_vec texts[PART];
    struct rte_crypto_sgl lists[PART];
    struct rte_crypto_va_iova_ptr nonces[PART];
    struct rte_crypto_va_iova_ptr aads[PART];
    struct rte_crypto_va_iova_ptr tags[PART];
    int32_t statuses[PART];
    for (uint32_t i = 0; i < count; i++) {
        const uint32_t length = begin(&records[i]);
        texts[i] = (struct rte_crypto_vec) { .base = records[i].out, .len = length, .tot_len = length };
        lists[i] = (struct rte_crypto_sgl) { .vec = &texts[i], .num = 1 };
        nonces[i].va = records[i].nonce;
        aads[i].va = records[i].aad;
        tags[i].va = records[i].out + length;
        statuses[i] = EIO;
    }
    struct rte_crypto_sym_vec vector = {
        .num = count, .src_sgl = lists, .iv = nonces, .digest = tags, .aad = aads, .status = statuses,
    };
    const union rte_crypto_sym_ofs offsets = { .raw = 0 };
    rte_cryptodev_sym_cpu_crypto_process(device, records[0].session, offsets, &vector);
    int good = 0;
    for (uint32_t i = 0; i < count; i++) {
        good += end(&records[i], statuses[i]);
    }
    return good;
}

static jint process(JNIEnv *env, jclass cls, jint device, jlong address, jint count)
{
    (void) env;
    (void) cls;
    struct record *records = POINTER(address);
    int good = 0;
    for (jint first = 0, next; first < count; first = next) {
        next = first + 1;
        while (next < count && next - first < PART && records[next].session == records[first].session) {
            next++;
        }
        good += process_part((uint8_t) device, records + first, (uint32_t) (next - first));
    }
    return good;
}

static const JNINativeMethod methods[] = {
    { "plugCrypto", "(Ljava/lang/String;)I", (void *) plug },
    { "unplugCrypto", "(I)I", (void *) unplug },
    { "createSessionPool", "(ILjava/lang/String;I)J", (void *) create_pool },
    { "freeSessionPool", "(J)V", (void *) free_pool },
    { "newSession", "(IJZ[B)J", (void *) new_session },
    { "freeSession", "(IJ)V", (void *) free_session },
    { "processRecords", "(IJI)I", (void *) process },
};

const struct native_methods cryptodev_methods = { methods, RTE_DIM(methods) };
