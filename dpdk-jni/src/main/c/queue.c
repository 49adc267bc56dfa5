/*
 * Peer of DpdkPort: the bursts. One call moves a whole burst between the device and the descriptors of a FrameBurst; nothing
 * here locks, allocates, logs or calls back into Java.
 */
#include <stdbool.h>
#include <string.h>

#include <rte_ether.h>
#include <rte_prefetch.h>

#include "native.h"

#define MAX_BURST 256
#define PREFETCH_AHEAD 4
#define TCP_PROTOCOL 6

/* Layout and bits of org.rds4j.tcp.link.FrameBurst. */
struct descriptor {
    struct rte_mbuf *mbuf;
    uint8_t *address;
    uint32_t length;
    uint32_t flags;
    uint32_t capacity;
    uint16_t vlan_tci;
    uint16_t reserved;
};
_Static_assert(sizeof(struct descriptor) == 32, "descriptor of a FrameBurst");

#define FLAG_IP_CHECKSUM_GOOD     0x01
#define FLAG_IP_CHECKSUM_BAD      0x02
#define FLAG_L4_CHECKSUM_GOOD     0x04
#define FLAG_L4_CHECKSUM_BAD      0x08
#define FLAG_VLAN                 0x10
#define FLAG_COMPUTE_IP_CHECKSUM  0x100
#define FLAG_COMPUTE_TCP_CHECKSUM 0x200
#define FLAGS_COMPUTE             (FLAG_COMPUTE_IP_CHECKSUM | FLAG_COMPUTE_TCP_CHECKSUM)

/* Slots of DpdkPortCounters, as DpdkPortCounter numbers them. */
enum counter {
    RECEIVED_FRAMES,
    RECEIVED_BYTES,
    TRANSMITTED_FRAMES,
    TRANSMITTED_BYTES,
    RECEIVE_SEGMENTED,
    TRANSMIT_REFUSED,
    TRANSMIT_OVERSIZED,
    TRANSMIT_MALFORMED,
};

/* One queue pair; lies in memory of the DpdkPort and has one writer, the thread that uses the port. */
struct queue {
    uint16_t port;
    uint16_t index;
    uint32_t max_length;
    uint32_t offload_flags; /* FLAG_ bits a frame may ask for */
    uint32_t reserved;
    uint64_t *counters;
};
_Static_assert(sizeof(struct queue) <= 64, "DpdkPort.QUEUE_LENGTH");

static void init_queue(
    JNIEnv *env, jclass cls, jlong address, jint port, jint index, jint max_length, jboolean checksum, jboolean vlan, jlong counters)
{
    (void) env;
    (void) cls;
    struct queue *queue = POINTER(address);
    queue->port = (uint16_t) port;
    queue->index = (uint16_t) index;
    queue->max_length = (uint32_t) max_length;
    queue->offload_flags = (checksum ? FLAGS_COMPUTE : 0) | (vlan ? FLAG_VLAN : 0);
    queue->counters = POINTER(counters);
}

/* A reader in another thread or process sees each slot whole and never older than the burst before. */
static inline void add(const struct queue *queue, enum counter counter, uint64_t amount)
{
    uint64_t *slot = queue->counters + counter;
    __atomic_store_n(slot, *slot + amount, __ATOMIC_RELAXED);
}

static inline uint32_t received_flags(uint64_t ol_flags)
{
    const uint64_t ip = ol_flags & RTE_MBUF_F_RX_IP_CKSUM_MASK;
    const uint64_t l4 = ol_flags & RTE_MBUF_F_RX_L4_CKSUM_MASK;
    uint32_t flags = 0;
    flags |= ip == RTE_MBUF_F_RX_IP_CKSUM_GOOD ? FLAG_IP_CHECKSUM_GOOD : 0;
    flags |= ip == RTE_MBUF_F_RX_IP_CKSUM_BAD ? FLAG_IP_CHECKSUM_BAD : 0;
    flags |= l4 == RTE_MBUF_F_RX_L4_CKSUM_GOOD ? FLAG_L4_CHECKSUM_GOOD : 0;
    flags |= l4 == RTE_MBUF_F_RX_L4_CKSUM_BAD ? FLAG_L4_CHECKSUM_BAD : 0;
    flags |= ol_flags & RTE_MBUF_F_RX_VLAN_STRIPPED ? FLAG_VLAN : 0;
    return flags;
}

static inline void describe(struct descriptor *frame, struct rte_mbuf *mbuf)
{
    frame->mbuf = mbuf;
    frame->address = rte_pktmbuf_mtod(mbuf, uint8_t *);
    frame->length = mbuf->data_len;
    frame->flags = received_flags(mbuf->ol_flags);
    frame->capacity = (uint32_t) mbuf->buf_len - mbuf->data_off;
    frame->vlan_tci = mbuf->vlan_tci;
    frame->reserved = 0;
}

static jint receive_burst(JNIEnv *env, jclass cls, jlong address, jlong descriptors, jint capacity)
{
    (void) env;
    (void) cls;
    const struct queue *queue = POINTER(address);
    struct descriptor *frames = POINTER(descriptors);
    struct rte_mbuf *mbufs[MAX_BURST];
    const uint16_t received = rte_eth_rx_burst(queue->port, queue->index, mbufs, (uint16_t) RTE_MIN(capacity, MAX_BURST));
    if (received == 0) {
        return 0;
    }
    jint count = 0;
    uint64_t bytes = 0;
    for (uint16_t i = 0; i < received; i++) {
        if (i + PREFETCH_AHEAD < received) {
            rte_prefetch0(mbufs[i + PREFETCH_AHEAD]);
        }
        struct rte_mbuf *mbuf = mbufs[i];
        if (unlikely(mbuf->nb_segs > 1) && rte_pktmbuf_linearize(mbuf) != 0) {
            rte_pktmbuf_free(mbuf);
            continue;
        }
        describe(frames + count, mbuf);
        rte_prefetch0(frames[count].address);
        bytes += mbuf->data_len;
        count++;
    }
    add(queue, RECEIVED_FRAMES, (uint64_t) count);
    add(queue, RECEIVED_BYTES, bytes);
    if (unlikely(count < received)) {
        add(queue, RECEIVE_SEGMENTED, (uint64_t) (received - count));
    }
    return count;
}

static inline uint16_t read_u16(const uint8_t *field)
{
    return (uint16_t) (field[0] << 8 | field[1]);
}

/* Tells the device where the headers are; false when the frame has not the headers whose checksum it asks for. */
static bool request_checksums(struct rte_mbuf *mbuf, const uint8_t *frame, uint32_t length, uint32_t flags)
{
    uint32_t l2 = RTE_ETHER_HDR_LEN;
    uint16_t type = read_u16(frame + 12);
    if (type == RTE_ETHER_TYPE_VLAN && length >= RTE_ETHER_HDR_LEN + 4) {
        l2 += 4;
        type = read_u16(frame + 16);
    }
    const uint8_t *ip = frame + l2;
    const bool v4 = type == RTE_ETHER_TYPE_IPV4;
    if ((!v4 && type != RTE_ETHER_TYPE_IPV6) || length < l2 + (v4 ? 20 : 40)) {
        return false;
    }
    const uint32_t l3 = v4 ? (ip[0] & 0x0fu) * 4 : 40;
    mbuf->tx_offload = 0;
    mbuf->l2_len = l2;
    mbuf->l3_len = l3;
    mbuf->ol_flags |= v4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6;
    if (v4 && (flags & FLAG_COMPUTE_IP_CHECKSUM)) {
        mbuf->ol_flags |= RTE_MBUF_F_TX_IP_CKSUM;
    }
    if (flags & FLAG_COMPUTE_TCP_CHECKSUM) {
        if (l3 < 20 || length < l2 + l3 + 20 || ip[v4 ? 9 : 6] != TCP_PROTOCOL) {
            return false;
        }
        mbuf->l4_len = (ip[l3 + 12] >> 4) * 4u;
        mbuf->ol_flags |= RTE_MBUF_F_TX_TCP_CKSUM;
    }
    return l3 >= 20 && length >= l2 + l3;
}

/* Writes the descriptor into the mbuf; -1, or the counter that says why the frame can never be sent. */
static inline int make_ready(const struct queue *queue, const struct descriptor *frame)
{
    struct rte_mbuf *mbuf = frame->mbuf;
    const uintptr_t offset = (uintptr_t) frame->address - (uintptr_t) mbuf->buf_addr;
    const uint32_t offloads = frame->flags & (FLAGS_COMPUTE | FLAG_VLAN);
    if (unlikely(frame->length > queue->max_length)) {
        return TRANSMIT_OVERSIZED;
    }
    if (unlikely(frame->length < RTE_ETHER_HDR_LEN || offset > mbuf->buf_len || frame->length > mbuf->buf_len - offset
            || (offloads & ~queue->offload_flags) != 0)) {
        return TRANSMIT_MALFORMED;
    }
    mbuf->data_off = (uint16_t) offset;
    mbuf->data_len = (uint16_t) frame->length;
    mbuf->pkt_len = frame->length;
    mbuf->ol_flags = 0;
    if (offloads & FLAG_VLAN) {
        mbuf->ol_flags = RTE_MBUF_F_TX_VLAN;
        mbuf->vlan_tci = frame->vlan_tci;
    }
    if ((offloads & FLAGS_COMPUTE) && !request_checksums(mbuf, frame->address, frame->length, offloads)) {
        return TRANSMIT_MALFORMED;
    }
    return -1;
}

/* Some drivers write the tag into the frame before they find that they cannot take it: such a frame is tagged from now on. */
static void keep_inserted_tags(struct descriptor *frames, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++) {
        struct descriptor *frame = frames + i;
        if ((frame->flags & FLAG_VLAN) && !(frame->mbuf->ol_flags & RTE_MBUF_F_TX_VLAN)) {
            frame->address = rte_pktmbuf_mtod(frame->mbuf, uint8_t *);
            frame->length = frame->mbuf->data_len;
            frame->capacity = (uint32_t) frame->mbuf->buf_len - frame->mbuf->data_off;
            frame->flags &= ~(uint32_t) FLAG_VLAN;
        }
    }
}

static void count_transmitted(const struct queue *queue, const struct descriptor *frames, uint16_t count)
{
    uint64_t bytes = 0;
    for (uint16_t i = 0; i < count; i++) {
        bytes += frames[i].length;
    }
    add(queue, TRANSMITTED_FRAMES, count);
    add(queue, TRANSMITTED_BYTES, bytes);
}

/*
 * Sends up to the first frame that can never be sent, which is dropped and counted: left to the caller it would stand in the
 * way of all others for ever. Returns the frames taken care of.
 */
static uint16_t transmit(const struct queue *queue, struct descriptor *frames, uint16_t count, bool *refused)
{
    struct rte_mbuf *mbufs[MAX_BURST];
    uint32_t flags = 0;
    uint16_t ready = 0;
    int verdict = -1;
    while (ready < count && (verdict = make_ready(queue, frames + ready)) < 0) {
        flags |= frames[ready].flags;
        mbufs[ready] = frames[ready].mbuf;
        ready++;
    }
    if (flags & (FLAGS_COMPUTE | FLAG_VLAN)) {
        const uint16_t prepared = rte_eth_tx_prepare(queue->port, queue->index, mbufs, ready);
        verdict = prepared < ready ? TRANSMIT_MALFORMED : verdict;
        ready = prepared;
    }
    const uint16_t sent = ready == 0 ? 0 : rte_eth_tx_burst(queue->port, queue->index, mbufs, ready);
    count_transmitted(queue, frames, sent);
    *refused = sent < ready;
    if (*refused) {
        keep_inserted_tags(frames + sent, ready - sent);
        return sent;
    }
    if (verdict >= 0) {
        rte_pktmbuf_free(frames[sent].mbuf);
        add(queue, (enum counter) verdict, 1);
        return (uint16_t) (sent + 1);
    }
    return sent;
}

static jint transmit_burst(JNIEnv *env, jclass cls, jlong address, jlong descriptors, jint count)
{
    (void) env;
    (void) cls;
    const struct queue *queue = POINTER(address);
    struct descriptor *frames = POINTER(descriptors);
    bool refused = false;
    jint done = 0;
    while (done < count && !refused) {
        done += transmit(queue, frames + done, (uint16_t) RTE_MIN(count - done, MAX_BURST), &refused);
    }
    if (refused) {
        add(queue, TRANSMIT_REFUSED, (uint64_t) (count - done));
    }
    return done;
}

static const JNINativeMethod methods[] = {
    { "initQueue", "(JIIIZZJ)V", (void *) init_queue },
    { "receiveBurst", "(JJI)I", (void *) receive_burst },
    { "transmitBurst", "(JJI)I", (void *) transmit_burst },
};

const struct native_methods queue_methods = { methods, RTE_DIM(methods) };
