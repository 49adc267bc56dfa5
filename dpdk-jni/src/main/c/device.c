/* Peer of DpdkDevice: everything about a port that is not its bursts. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_dev.h>
#include <rte_errno.h>
#include <rte_lcore.h>

#include "native.h"

#define DEVICE_STRING_CAPACITY 1024
#define TAP_FILE "/dev/net/tun"

/* Bits of the offloads in use; the same as in Native.java. */
#define USES_RECEIVE_CHECKSUM  0x01
#define USES_TRANSMIT_CHECKSUM 0x02
#define USES_VLAN_STRIP        0x04
#define USES_VLAN_INSERT       0x08
#define USES_RSS               0x10
#define USES_TSO               0x20

#define RECEIVE_CHECKSUMS \
    (RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM)
#define TRANSMIT_CHECKSUMS (RTE_ETH_TX_OFFLOAD_IPV4_CKSUM | RTE_ETH_TX_OFFLOAD_TCP_CKSUM)
/* A super-segment comes as a chain of mbufs, and its checksums are the device's. */
#define SEGMENTATION (RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_MULTI_SEGS)
#define RSS_FLOWS \
    (RTE_ETH_RSS_IPV4 | RTE_ETH_RSS_IPV6 | RTE_ETH_RSS_NONFRAG_IPV4_TCP | RTE_ETH_RSS_NONFRAG_IPV6_TCP)

static int matching_port(const char *devargs, const char *name)
{
    uint16_t port;
    if (rte_eth_dev_get_port_by_name(name, &port) == 0) {
        return port;
    }
    struct rte_dev_iterator iterator;
    RTE_ETH_FOREACH_MATCHING_DEV(port, devargs, &iterator) {
        rte_eth_iterator_cleanup(&iterator);
        return port;
    }
    return -ENODEV;
}

static jint plug(JNIEnv *env, jclass cls, jstring devargs, jstring name)
{
    (void) cls;
    char arguments[DEVICE_STRING_CAPACITY];
    char device[RTE_ETH_NAME_MAX_LEN];
    int error = copy_string(env, devargs, arguments, sizeof(arguments));
    if (error == 0) {
        error = copy_string(env, name, device, sizeof(device));
    }
    if (error == 0) {
        error = rte_dev_probe(arguments);
    }
    return error != 0 ? error : matching_port(arguments, device);
}

static jint unplug(JNIEnv *env, jclass cls, jint port)
{
    (void) env;
    (void) cls;
    struct rte_eth_dev_info info;
    const int error = rte_eth_dev_info_get((uint16_t) port, &info);
    if (error != 0) {
        return error;
    }
    rte_eth_dev_stop((uint16_t) port);
    rte_eth_dev_close((uint16_t) port);
    return rte_dev_remove(info.device);
}

/* The order is that of DeviceLimits. */
static jint limits(JNIEnv *env, jclass cls, jint port, jlong address)
{
    (void) env;
    (void) cls;
    struct rte_eth_dev_info info;
    const int error = rte_eth_dev_info_get((uint16_t) port, &info);
    int64_t *values = POINTER(address);
    if (error == 0) {
        const uint32_t by_frame =
            info.max_rx_pktlen > UINT16_MAX ? UINT16_MAX : info.max_rx_pktlen - RTE_ETHER_HDR_LEN - RTE_ETHER_CRC_LEN;
        values[0] = info.min_mtu;
        values[1] = RTE_MIN((uint32_t) info.max_mtu, by_frame);
        values[2] = RTE_MIN(info.max_rx_queues, info.max_tx_queues);
        values[3] = info.tx_desc_lim.nb_seg_max;
        values[4] = info.speed_capa != 0 && info.speed_capa < 2 * RTE_ETH_LINK_SPEED_10G;
    }
    return error;
}

static jstring driver(JNIEnv *env, jclass cls, jint port)
{
    (void) cls;
    struct rte_eth_dev_info info;
    const int error = rte_eth_dev_info_get((uint16_t) port, &info);
    return (*env)->NewStringUTF(env, error != 0 || info.driver_name == NULL ? "" : info.driver_name);
}

static int offloads_in_use(const struct rte_eth_conf *conf)
{
    int bits = 0;
    if ((conf->rxmode.offloads & RECEIVE_CHECKSUMS) == RECEIVE_CHECKSUMS) {
        bits |= USES_RECEIVE_CHECKSUM;
    }
    if ((conf->txmode.offloads & TRANSMIT_CHECKSUMS) == TRANSMIT_CHECKSUMS) {
        bits |= USES_TRANSMIT_CHECKSUM;
    }
    if (conf->rxmode.offloads & RTE_ETH_RX_OFFLOAD_VLAN_STRIP) {
        bits |= USES_VLAN_STRIP;
    }
    if (conf->txmode.offloads & RTE_ETH_TX_OFFLOAD_VLAN_INSERT) {
        bits |= USES_VLAN_INSERT;
    }
    if (conf->rxmode.mq_mode == RTE_ETH_MQ_RX_RSS) {
        bits |= USES_RSS;
    }
    if ((conf->txmode.offloads & SEGMENTATION) == SEGMENTATION) {
        bits |= USES_TSO;
    }
    return bits;
}

static void configure_rss(struct rte_eth_conf *conf, const struct rte_eth_dev_info *info, uint8_t *key, int key_length)
{
    const uint64_t flows = info->flow_type_rss_offloads & RSS_FLOWS;
    if (flows != 0) {
        conf->rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
        conf->rx_adv_conf.rss_conf.rss_hf = flows;
        conf->rx_adv_conf.rss_conf.rss_key = key_length == 0 ? NULL : key;
        conf->rx_adv_conf.rss_conf.rss_key_len = (uint8_t) key_length;
    }
}

/* Turns on what the device offers and the stack can use; answers with the USES_ bits, or -errno. */
static jint configure(JNIEnv *env, jclass cls, jint port, jint queues, jint mtu, jboolean segmentation, jboolean link_interrupts,
    jbyteArray rss_key)
{
    (void) cls;
    struct rte_eth_dev_info info;
    struct rte_eth_conf conf;
    /* The device's configuration keeps a pointer to the key and reads it at every start. */
    static uint8_t keys[RTE_MAX_ETHPORTS][256];
    uint8_t *key = keys[(uint16_t) port % RTE_MAX_ETHPORTS];
    const jsize key_length = (*env)->GetArrayLength(env, rss_key);
    int error = rte_eth_dev_info_get((uint16_t) port, &info);
    if (error != 0 || key_length >= (jsize) sizeof(keys[0])) {
        return error != 0 ? error : -EINVAL;
    }
    (*env)->GetByteArrayRegion(env, rss_key, 0, key_length, (jbyte *) key);
    memset(&conf, 0, sizeof(conf));
    conf.rxmode.mtu = (uint32_t) mtu;
    conf.rxmode.offloads = info.rx_offload_capa & (RECEIVE_CHECKSUMS | RTE_ETH_RX_OFFLOAD_VLAN_STRIP);
    /* With changes told by interrupts the state of the link is read from memory, else from the device. */
    conf.intr_conf.lsc = link_interrupts && info.dev_flags != NULL && (*info.dev_flags & RTE_ETH_DEV_INTR_LSC) != 0;
    conf.txmode.offloads = info.tx_offload_capa
        & (TRANSMIT_CHECKSUMS | RTE_ETH_TX_OFFLOAD_VLAN_INSERT | RTE_ETH_TX_OFFLOAD_MBUF_FAST_FREE);
    if (segmentation && (info.tx_offload_capa & (SEGMENTATION | TRANSMIT_CHECKSUMS)) == (SEGMENTATION | TRANSMIT_CHECKSUMS)) {
        conf.txmode.offloads |= SEGMENTATION;
    }
    if (queues > 1) {
        configure_rss(&conf, &info, key, key_length);
    }
    error = rte_eth_dev_configure((uint16_t) port, (uint16_t) queues, (uint16_t) queues, &conf);
    return error != 0 ? error : offloads_in_use(&conf);
}

static unsigned int socket_of(uint16_t port)
{
    const int socket = rte_eth_dev_socket_id(port);
    return socket < 0 ? (unsigned int) SOCKET_ID_ANY : (unsigned int) socket;
}

/*
 * net_tap asks the kernel for a signal with every frame and reads nothing before one was handled. In a JVM some other thread handles
 * it, so that each frame costs two switches of threads and waits until that thread gets a processor. A driver that has never seen a
 * signal reads whenever it is polled, as it does where no signal is free; so none is sent, from before the interface goes up.
 */
static void poll_without_signals(void)
{
    DIR *files = opendir("/proc/self/fd");
    struct dirent *file;
    while (files != NULL && (file = readdir(files)) != NULL) {
        char path[sizeof TAP_FILE];
        if (readlinkat(dirfd(files), file->d_name, path, sizeof path) == sizeof path - 1 &&
            memcmp(path, TAP_FILE, sizeof path - 1) == 0) {
            int fd = atoi(file->d_name);
            fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_ASYNC);
        }
    }
    if (files != NULL) {
        closedir(files);
    }
}

static int setup_transmit_queue(uint16_t port, uint16_t queue, uint16_t descriptors, bool report_each)
{
    struct rte_eth_dev_info info;
    const int error = rte_eth_dev_info_get(port, &info);
    if (error != 0) {
        return error;
    }
    struct rte_eth_txconf conf = info.default_txconf;
    if (report_each) {
        conf.tx_rs_thresh = 1;
        conf.tx_thresh.wthresh = 0; /* else igb and igc cards keep reports back until there are 16 */
    }
    return rte_eth_tx_queue_setup(port, queue, descriptors, socket_of(port), &conf);
}

/* Transmit descriptors as adjusted, or -errno. */
static jint setup_queue(
    JNIEnv *env, jclass cls, jint port, jint queue, jint rx_descriptors, jint tx_descriptors, jboolean report_each, jlong pool)
{
    (void) env;
    (void) cls;
    uint16_t rx = (uint16_t) rx_descriptors;
    uint16_t tx = (uint16_t) tx_descriptors;
    int error = rte_eth_dev_adjust_nb_rx_tx_desc((uint16_t) port, &rx, &tx);
    if (error == 0) {
        error = rte_eth_rx_queue_setup((uint16_t) port, (uint16_t) queue, rx, socket_of((uint16_t) port), NULL, POINTER(pool));
    }
    if (error == 0) {
        error = setup_transmit_queue((uint16_t) port, (uint16_t) queue, tx, report_each);
    }
    poll_without_signals();
    return error != 0 ? error : tx;
}

static jint start(JNIEnv *env, jclass cls, jint port)
{
    (void) env;
    (void) cls;
    return rte_eth_dev_start((uint16_t) port);
}

static jint promiscuous(JNIEnv *env, jclass cls, jint port)
{
    (void) env;
    (void) cls;
    return rte_eth_promiscuous_enable((uint16_t) port);
}

static jint mtu(JNIEnv *env, jclass cls, jint port)
{
    (void) env;
    (void) cls;
    uint16_t octets = 0;
    const int error = rte_eth_dev_get_mtu((uint16_t) port, &octets);
    return error != 0 ? error : octets;
}

static jint set_mtu(JNIEnv *env, jclass cls, jint port, jint octets)
{
    (void) env;
    (void) cls;
    return rte_eth_dev_set_mtu((uint16_t) port, (uint16_t) octets);
}

static jlong mac_address(JNIEnv *env, jclass cls, jint port)
{
    (void) env;
    (void) cls;
    struct rte_ether_addr mac;
    const int error = rte_eth_macaddr_get((uint16_t) port, &mac);
    if (error != 0) {
        return error;
    }
    jlong value = 0;
    for (int i = 0; i < RTE_ETHER_ADDR_LEN; i++) {
        value = (value << 8) | mac.addr_bytes[i];
    }
    return value;
}

static jint set_mac_address(JNIEnv *env, jclass cls, jint port, jlong value)
{
    (void) env;
    (void) cls;
    struct rte_ether_addr mac;
    for (int i = 0; i < RTE_ETHER_ADDR_LEN; i++) {
        mac.addr_bytes[i] = (uint8_t) (value >> (8 * (RTE_ETHER_ADDR_LEN - 1 - i)));
    }
    return rte_eth_dev_default_mac_addr_set((uint16_t) port, &mac);
}

static jboolean is_up(JNIEnv *env, jclass cls, jint port)
{
    (void) env;
    (void) cls;
    struct rte_eth_link link;
    return rte_eth_link_get_nowait((uint16_t) port, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
}

/* In Mbit/s; 0 when there is no link, or none that has a speed. */
static jint link_speed(JNIEnv *env, jclass cls, jint port)
{
    (void) env;
    (void) cls;
    struct rte_eth_link link;
    const bool up = rte_eth_link_get_nowait((uint16_t) port, &link) == 0 && link.link_status == RTE_ETH_LINK_UP;
    return up && link.link_speed != RTE_ETH_SPEED_NUM_UNKNOWN ? (jint) link.link_speed : 0;
}

/* The order is that of DeviceTotals. */
static jint totals(JNIEnv *env, jclass cls, jint port, jlong address)
{
    (void) env;
    (void) cls;
    struct rte_eth_stats stats;
    const int error = rte_eth_stats_get((uint16_t) port, &stats);
    uint64_t *values = POINTER(address);
    if (error == 0) {
        values[0] = stats.imissed;
        values[1] = stats.ierrors;
        values[2] = stats.oerrors;
        values[3] = stats.rx_nombuf;
    }
    return error;
}

static jobjectArray extended_names(JNIEnv *env, jclass cls, jint port)
{
    (void) cls;
    jclass string = (*env)->FindClass(env, "java/lang/String");
    const int count = rte_eth_xstats_get_names((uint16_t) port, NULL, 0);
    struct rte_eth_xstat_name *names = count > 0 ? calloc((size_t) count, sizeof(*names)) : NULL;
    const int filled = names == NULL ? 0 : rte_eth_xstats_get_names((uint16_t) port, names, (unsigned int) count);
    jobjectArray result = filled > count || string == NULL ? NULL : (*env)->NewObjectArray(env, RTE_MAX(filled, 0), string, NULL);
    for (int i = 0; result != NULL && i < filled; i++) {
        jstring name = (*env)->NewStringUTF(env, names[i].name);
        if (name == NULL) {
            result = NULL;
        } else {
            (*env)->SetObjectArrayElement(env, result, i, name);
            (*env)->DeleteLocalRef(env, name);
        }
    }
    free(names);
    return result;
}

/* Values in the order of the names: DPDK defines an xstat's id as its index there. */
static jint extended_values(JNIEnv *env, jclass cls, jint port, jlongArray values)
{
    (void) cls;
    const jsize count = (*env)->GetArrayLength(env, values);
    struct rte_eth_xstat *stats = calloc((size_t) count + 1, sizeof(*stats));
    if (stats == NULL) {
        return -ENOMEM;
    }
    const int filled = rte_eth_xstats_get((uint16_t) port, stats, (unsigned int) count);
    for (int i = 0; i < filled && filled <= count; i++) {
        if (stats[i].id < (uint64_t) count) {
            const jlong value = (jlong) stats[i].value;
            (*env)->SetLongArrayRegion(env, values, (jsize) stats[i].id, 1, &value);
        }
    }
    free(stats);
    return filled;
}

/* Entries of the indirection table; 0 when the device has none. */
static jint rss_table_size(JNIEnv *env, jclass cls, jint port)
{
    (void) env;
    (void) cls;
    struct rte_eth_dev_info info;
    const int error = rte_eth_dev_info_get((uint16_t) port, &info);
    return error != 0 ? error : info.reta_size;
}

/* Reads the table into the array, or writes it from there. */
static jint rss_table(JNIEnv *env, jclass cls, jint port, jintArray table, jboolean write)
{
    (void) cls;
    struct rte_eth_rss_reta_entry64 groups[RTE_ETH_RSS_RETA_SIZE_512 / RTE_ETH_RETA_GROUP_SIZE];
    jint queues[RTE_ETH_RSS_RETA_SIZE_512];
    const jsize size = (*env)->GetArrayLength(env, table);
    if (size <= 0 || size > RTE_ETH_RSS_RETA_SIZE_512) {
        return -EINVAL;
    }
    (*env)->GetIntArrayRegion(env, table, 0, size, queues);
    memset(groups, 0, sizeof(groups));
    for (jsize i = 0; i < size; i++) {
        groups[i / RTE_ETH_RETA_GROUP_SIZE].mask |= UINT64_C(1) << i % RTE_ETH_RETA_GROUP_SIZE;
        groups[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE] = (uint16_t) queues[i];
    }
    if (write) {
        return rte_eth_dev_rss_reta_update((uint16_t) port, groups, (uint16_t) size);
    }
    const int error = rte_eth_dev_rss_reta_query((uint16_t) port, groups, (uint16_t) size);
    for (jsize i = 0; i < size; i++) {
        queues[i] = groups[i / RTE_ETH_RETA_GROUP_SIZE].reta[i % RTE_ETH_RETA_GROUP_SIZE];
    }
    (*env)->SetIntArrayRegion(env, table, 0, size, queues);
    return error;
}

/* The hash key in use; its length, or -errno. */
static jint rss_key(JNIEnv *env, jclass cls, jint port, jbyteArray key)
{
    (void) cls;
    uint8_t octets[256];
    struct rte_eth_rss_conf conf = { .rss_key = octets, .rss_key_len = 0 };
    struct rte_eth_dev_info info;
    int error = rte_eth_dev_info_get((uint16_t) port, &info);
    if (error == 0) {
        conf.rss_key_len = info.hash_key_size == 0 ? 40 : info.hash_key_size;
        error = rte_eth_dev_rss_hash_conf_get((uint16_t) port, &conf);
    }
    if (error != 0) {
        return error;
    }
    const jsize length = RTE_MIN((jsize) conf.rss_key_len, (*env)->GetArrayLength(env, key));
    (*env)->SetByteArrayRegion(env, key, 0, length, (const jbyte *) octets);
    return length;
}

static const JNINativeMethod methods[] = {
    { "plug", "(Ljava/lang/String;Ljava/lang/String;)I", (void *) plug },
    { "unplug", "(I)I", (void *) unplug },
    { "limits", "(IJ)I", (void *) limits },
    { "configure", "(IIIZZ[B)I", (void *) configure },
    { "setupQueue", "(IIIIZJ)I", (void *) setup_queue },
    { "startPort", "(I)I", (void *) start },
    { "promiscuous", "(I)I", (void *) promiscuous },
    { "mtu", "(I)I", (void *) mtu },
    { "mtu", "(II)I", (void *) set_mtu },
    { "macAddress", "(I)J", (void *) mac_address },
    { "macAddress", "(IJ)I", (void *) set_mac_address },
    { "isUp", "(I)Z", (void *) is_up },
    { "linkSpeed", "(I)I", (void *) link_speed },
    { "driver", "(I)Ljava/lang/String;", (void *) driver },
    { "rssTableSize", "(I)I", (void *) rss_table_size },
    { "rssTable", "(I[IZ)I", (void *) rss_table },
    { "rssKey", "(I[B)I", (void *) rss_key },
    { "totals", "(IJ)I", (void *) totals },
    { "extendedNames", "(I)[Ljava/lang/String;", (void *) extended_names },
    { "extendedValues", "(I[J)I", (void *) extended_values },
};

const struct native_methods device_methods = { methods, RTE_DIM(methods) };
