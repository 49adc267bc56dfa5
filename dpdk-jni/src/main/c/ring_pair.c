/* Peer of DpdkRingPair: rings, and ring ports made from them. */
#include <errno.h>

#include <rte_errno.h>
#include <rte_eth_ring.h>
#include <rte_lcore.h>
#include <rte_ring.h>

#include "native.h"

/* One thread at each end, so the rings need no atomic read-modify-write. */
static jlong create_ring(JNIEnv *env, jclass cls, jstring name, jint size)
{
    (void) cls;
    char text[RTE_RING_NAMESIZE];
    const int error = copy_string(env, name, text, sizeof(text));
    if (error != 0) {
        return error;
    }
    struct rte_ring *ring = rte_ring_create(text, (unsigned int) size, SOCKET_ID_ANY, RING_F_SP_ENQ | RING_F_SC_DEQ);
    return ring == NULL ? -rte_errno : ADDRESS(ring);
}

/* The ring driver does not own frames under way: they go back to their pool here. */
static void free_ring(JNIEnv *env, jclass cls, jlong address)
{
    (void) env;
    (void) cls;
    struct rte_ring *ring = POINTER(address);
    void *frame;
    while (rte_ring_dequeue(ring, &frame) == 0) {
        rte_pktmbuf_free(frame);
    }
    rte_ring_free(ring);
}

/* Both arrays hold one ring for each queue. */
static jint create_ring_port(JNIEnv *env, jclass cls, jstring name, jlongArray receive, jlongArray transmit)
{
    (void) cls;
    char text[RTE_ETH_NAME_MAX_LEN];
    jlong addresses[2 * RTE_PMD_RING_MAX_RX_RINGS];
    struct rte_ring *rings[2 * RTE_PMD_RING_MAX_RX_RINGS];
    const jsize queues = (*env)->GetArrayLength(env, receive);
    const int error = copy_string(env, name, text, sizeof(text));
    if (error != 0 || queues < 1 || queues > RTE_PMD_RING_MAX_RX_RINGS || (*env)->GetArrayLength(env, transmit) != queues) {
        return error != 0 ? error : -EINVAL;
    }
    (*env)->GetLongArrayRegion(env, receive, 0, queues, addresses);
    (*env)->GetLongArrayRegion(env, transmit, 0, queues, addresses + queues);
    for (jsize i = 0; i < 2 * queues; i++) {
        rings[i] = POINTER(addresses[i]);
    }
    rte_errno = 0;
    const int port = rte_eth_from_rings(text, rings, (unsigned int) queues, rings + queues, (unsigned int) queues,
        rte_lcore_to_socket_id(rte_get_main_lcore()));
    return port >= 0 ? port : -(rte_errno != 0 ? rte_errno : EINVAL);
}

static const JNINativeMethod methods[] = {
    { "createRing", "(Ljava/lang/String;I)J", (void *) create_ring },
    { "freeRing", "(J)V", (void *) free_ring },
    { "createRingPort", "(Ljava/lang/String;[J[J)I", (void *) create_ring_port },
};

const struct native_methods ring_pair_methods = { methods, RTE_DIM(methods) };
