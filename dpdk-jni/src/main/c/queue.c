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
    uint16_t segment_size;
};
_Static_assert(sizeof(struct descriptor) == 32, "descriptor of a FrameBurst");

#define FLAG_IP_CHECKSUM_GOOD     0x01
#define FLAG_IP_CHECKSUM_BAD      0x02
#define FLAG_L4_CHECKSUM_GOOD     0x04
#define FLAG_L4_CHECKSUM_BAD      0x08
#define FLAG_VLAN                 0x10
#define FLAG_IP_CHECKSUM_NONE     0x20
#define FLAG_L4_CHECKSUM_NONE     0x40
#define FLAG_COMPUTE_IP_CHECKSUM  0x100
#define FLAG_COMPUTE_TCP_CHECKSUM 0x200
#define FLAG_SEGMENT              0x400
#define FLAG_CONTINUES            0x800
#define FLAGS_COMPUTE             (FLAG_COMPUTE_IP_CHECKSUM | FLAG_COMPUTE_TCP_CHECKSUM | FLAG_SEGMENT)
#define FLAGS_TRANSMIT            (FLAGS_COMPUTE | FLAG_VLAN | FLAG_CONTINUES)

#define MAX_PACKET (65535 + RTE_ETHER_HDR_LEN + 8)

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
    JNIEnv *env, jclass cls, jlong address, jint port, jint index, jint max_length, jboolean checksum, jboolean segmentation,
    jboolean vlan, jlong counters)
{
    (void) env;
    (void) cls;
    struct queue *queue = POINTER(address);
    queue->port = (uint16_t) port;
    queue->index = (uint16_t) index;
    queue->max_length = (uint32_t) max_length;
    queue->offload_flags = (checksum ? FLAG_COMPUTE_IP_CHECKSUM | FLAG_COMPUTE_TCP_CHECKSUM : 0)
        | (segmentation ? FLAG_SEGMENT | FLAG_CONTINUES : 0) | (vlan ? FLAG_VLAN : 0);
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
    flags |= ip == RTE_MBUF_F_RX_IP_CKSUM_NONE ? FLAG_IP_CHECKSUM_NONE : 0;
    flags |= l4 == RTE_MBUF_F_RX_L4_CKSUM_NONE ? FLAG_L4_CHECKSUM_NONE : 0;
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
    frame->segment_size = 0;
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
static bool request_checksums(struct rte_mbuf *mbuf, const struct descriptor *frame, uint32_t flags)
{
    uint32_t l2 = RTE_ETHER_HDR_LEN;
    uint16_t type = read_u16(frame->address + 12);
    if (type == RTE_ETHER_TYPE_VLAN && frame->length >= RTE_ETHER_HDR_LEN + 4) {
        l2 += 4;
        type = read_u16(frame->address + 16);
    }
    const uint8_t *ip = frame->address + l2;
    const bool v4 = type == RTE_ETHER_TYPE_IPV4;
    if ((!v4 && type != RTE_ETHER_TYPE_IPV6) || frame->length < l2 + (v4 ? 20 : 40)) {
        return false;
    }
    const uint32_t l3 = v4 ? (ip[0] & 0x0fu) * 4 : 40;
    mbuf->tx_offload = 0;
    mbuf->l2_len = l2;
    mbuf->l3_len = l3;
    mbuf->ol_flags |= v4 ? RTE_MBUF_F_TX_IPV4 : RTE_MBUF_F_TX_IPV6;
    if (v4 && (flags & (FLAG_COMPUTE_IP_CHECKSUM | FLAG_SEGMENT))) {
        mbuf->ol_flags |= RTE_MBUF_F_TX_IP_CKSUM;
    }
    if (flags & (FLAG_COMPUTE_TCP_CHECKSUM | FLAG_SEGMENT)) {
        if (l3 < 20 || frame->length < l2 + l3 + 20 || ip[v4 ? 9 : 6] != TCP_PROTOCOL) {
            return false;
        }
        mbuf->l4_len = (ip[l3 + 12] >> 4) * 4u;
        mbuf->ol_flags |= RTE_MBUF_F_TX_TCP_CKSUM;
    }
    if (flags & FLAG_SEGMENT) {
        mbuf->tso_segsz = frame->segment_size;
        mbuf->ol_flags |= RTE_MBUF_F_TX_TCP_SEG;
        return frame->segment_size > 0 && mbuf->l4_len >= 20 && frame->length >= l2 + l3 + mbuf->l4_len;
    }
    return l3 >= 20 && frame->length >= l2 + l3;
}

/* Descriptors of the packet at the front; 0 when the burst ends before it. */
static inline uint16_t span_of(const struct descriptor *frames, uint16_t count)
{
    uint16_t i = 0;
    while (i < count && (frames[i].flags & FLAG_CONTINUES)) {
        i++;
    }
    return i < count ? (uint16_t) (i + 1) : 0;
}

/* Takes a packet's mbufs apart again: each descriptor is a frame by itself for whoever gets it back. */
static void unchain(const struct descriptor *frames, uint16_t count)
{
    for (uint16_t i = 0; i < count; i++) {
        frames[i].mbuf->next = NULL;
        frames[i].mbuf->nb_segs = 1;
    }
}

/* Joins the mbufs of a super-segment; -1 or the counter of why not. */
static int chain(const struct queue *queue, const struct descriptor *frames, uint16_t span)
{
    struct rte_mbuf *head = frames->mbuf;
    if (!(frames->flags & FLAG_SEGMENT)) {
        return TRANSMIT_MALFORMED;
    }
    for (uint16_t i = 1; i < span; i++) {
        struct rte_mbuf *mbuf = frames[i].mbuf;
        const uintptr_t offset = (uintptr_t) frames[i].address - (uintptr_t) mbuf->buf_addr;
        if (frames[i].length > queue->max_length || offset > mbuf->buf_len || frames[i].length > mbuf->buf_len - offset) {
            unchain(frames, span);
            return TRANSMIT_MALFORMED;
        }
        mbuf->data_off = (uint16_t) offset;
        mbuf->data_len = (uint16_t) frames[i].length;
        mbuf->ol_flags = 0;
        mbuf->next = NULL;
        frames[i - 1].mbuf->next = mbuf;
        head->pkt_len += frames[i].length;
    }
    head->nb_segs = span;
    if (head->pkt_len > MAX_PACKET) {
        unchain(frames, span);
        return TRANSMIT_OVERSIZED;
    }
    return -1;
}

/* Writes the descriptors of a packet into its mbufs; -1, or the counter that says why it can never be sent. */
static inline int make_ready(const struct queue *queue, const struct descriptor *frame, uint16_t span)
{
    struct rte_mbuf *mbuf = frame->mbuf;
    const uintptr_t offset = (uintptr_t) frame->address - (uintptr_t) mbuf->buf_addr;
    const uint32_t offloads = frame->flags & FLAGS_TRANSMIT;
    if (unlikely(frame->length > queue->max_length)) {
        return TRANSMIT_OVERSIZED;
    }
    if (unlikely(span == 0 || frame->length < RTE_ETHER_HDR_LEN || offset > mbuf->buf_len
            || frame->length > mbuf->buf_len - offset || (offloads & ~queue->offload_flags) != 0)) {
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
    if ((offloads & FLAGS_COMPUTE) && !request_checksums(mbuf, frame, offloads)) {
        return TRANSMIT_MALFORMED;
    }
    return span > 1 ? chain(queue, frame, span) : -1;
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

/* A packet that was made ready: where its descriptors end, and what it is on the wire. */
struct packet {
    uint16_t end;
    uint16_t wire_frames;
    uint32_t wire_bytes;
};

static inline struct packet describe_packet(const struct rte_mbuf *mbuf, uint16_t end)
{
    struct packet packet = { end, 1, mbuf->pkt_len };
    if (mbuf->ol_flags & RTE_MBUF_F_TX_TCP_SEG) {
        const uint32_t headers = (uint32_t) (mbuf->l2_len + mbuf->l3_len + mbuf->l4_len);
        const uint32_t payload = mbuf->pkt_len - headers;
        packet.wire_frames = (uint16_t) RTE_MAX((payload + mbuf->tso_segsz - 1) / mbuf->tso_segsz, 1u);
        packet.wire_bytes += (packet.wire_frames - 1) * headers;
    }
    return packet;
}

static void count_transmitted(const struct queue *queue, const struct packet *packets, uint16_t count)
{
    uint64_t frames = 0;
    uint64_t bytes = 0;
    for (uint16_t i = 0; i < count; i++) {
        frames += packets[i].wire_frames;
        bytes += packets[i].wire_bytes;
    }
    add(queue, TRANSMITTED_FRAMES, frames);
    add(queue, TRANSMITTED_BYTES, bytes);
}

/* A packet that can never be sent, and would stand in the way of all others for ever, goes. Returns its descriptors. */
static uint16_t drop(const struct queue *queue, const struct descriptor *frames, uint16_t count, enum counter reason)
{
    const uint16_t span = span_of(frames, count);
    const uint16_t dropped = span == 0 ? count : span;
    unchain(frames, dropped);
    for (uint16_t i = 0; i < dropped; i++) {
        rte_pktmbuf_free(frames[i].mbuf);
    }
    add(queue, reason, 1);
    return dropped;
}

/* Sends up to the first packet that can never be sent, which is dropped and counted. Returns the descriptors taken care of. */
static uint16_t transmit(const struct queue *queue, struct descriptor *frames, uint16_t count, bool *refused)
{
    struct rte_mbuf *mbufs[MAX_BURST];
    struct packet packets[MAX_BURST];
    uint32_t flags = 0;
    uint16_t used = 0;
    uint16_t ready = 0;
    int verdict = -1;
    while (used < count) {
        const uint16_t span = span_of(frames + used, (uint16_t) (count - used));
        verdict = make_ready(queue, frames + used, span);
        if (verdict >= 0) {
            break;
        }
        flags |= frames[used].flags;
        mbufs[ready] = frames[used].mbuf;
        used = (uint16_t) (used + span);
        packets[ready] = describe_packet(mbufs[ready], used);
        ready++;
    }
    if (flags & (FLAGS_COMPUTE | FLAG_VLAN)) {
        const uint16_t prepared = rte_eth_tx_prepare(queue->port, queue->index, mbufs, ready);
        verdict = prepared < ready ? TRANSMIT_MALFORMED : verdict;
        ready = prepared;
    }
    const uint16_t sent = ready == 0 ? 0 : rte_eth_tx_burst(queue->port, queue->index, mbufs, ready);
    const uint16_t done = sent == 0 ? 0 : packets[sent - 1].end;
    count_transmitted(queue, packets, sent);
    *refused = sent < ready;
    if (flags & FLAG_CONTINUES) {
        unchain(frames + done, (uint16_t) (used - done));
    }
    if (*refused) {
        keep_inserted_tags(frames + done, (uint16_t) (used - done));
        return done;
    }
    return verdict < 0 ? done
        : (uint16_t) (done + drop(queue, frames + done, (uint16_t) (count - done), (enum counter) verdict));
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

/* A RTE_ETH_TX_DESC_ value, or -errno: of the place so far behind the one that is filled next. */
static jint transmit_status(JNIEnv *env, jclass cls, jlong address, jint offset)
{
    (void) env;
    (void) cls;
    const struct queue *queue = POINTER(address);
    return rte_eth_tx_descriptor_status(queue->port, queue->index, (uint16_t) offset);
}

static const JNINativeMethod methods[] = {
    { "initQueue", "(JIIIZZZJ)V", (void *) init_queue },
    { "receiveBurst", "(JJI)I", (void *) receive_burst },
    { "transmitBurst", "(JJI)I", (void *) transmit_burst },
    { "transmitStatus", "(JI)I", (void *) transmit_status },
};

const struct native_methods queue_methods = { methods, RTE_DIM(methods) };
