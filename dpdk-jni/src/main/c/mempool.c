/* Peer of DpdkMempool and FrameCache: pools of mbufs, taken and given in bulk. */
#include <errno.h>
#include <stddef.h>

#include <rte_errno.h>
#include <rte_lcore.h>

#include "native.h"

/* Fields of struct rte_mbuf that Java reads; the order is that of MbufLayout. */
static void mbuf_layout(JNIEnv *env, jclass cls, jlong address)
{
    (void) env;
    (void) cls;
    int64_t *layout = POINTER(address);
    layout[0] = sizeof(struct rte_mbuf);
    layout[1] = RTE_PKTMBUF_HEADROOM;
    layout[2] = offsetof(struct rte_mbuf, pool);
    layout[3] = offsetof(struct rte_mbuf, refcnt);
    layout[4] = offsetof(struct rte_mbuf, nb_segs);
    layout[5] = offsetof(struct rte_mbuf, ol_flags);
    layout[6] = (int64_t) (RTE_MBUF_F_INDIRECT | RTE_MBUF_F_EXTERNAL);
}

/*
 * No per-lcore cache: Java threads have no lcore id and could not use it. A stack, not the usual ring: the frame given back last
 * is taken first, so that a few frames stay in the CPU's caches instead of all frames taking turns.
 */
static jlong create(JNIEnv *env, jclass cls, jstring name, jint frames, jint data_room)
{
    (void) cls;
    char text[RTE_MEMPOOL_NAMESIZE];
    const int error = copy_string(env, name, text, sizeof(text));
    if (error != 0) {
        return error;
    }
    struct rte_mempool *pool = rte_pktmbuf_pool_create_by_ops(
        text, (unsigned int) frames, 0, 0, (uint16_t) data_room, SOCKET_ID_ANY, "stack");
    return pool == NULL ? -rte_errno : ADDRESS(pool);
}

static void destroy(JNIEnv *env, jclass cls, jlong pool)
{
    (void) env;
    (void) cls;
    rte_mempool_free(POINTER(pool));
}

static jint available(JNIEnv *env, jclass cls, jlong pool)
{
    (void) env;
    (void) cls;
    return (jint) rte_mempool_avail_count(POINTER(pool));
}

static jint take(JNIEnv *env, jclass cls, jlong pool, jlong handles, jint count)
{
    (void) env;
    (void) cls;
    struct rte_mempool *from = POINTER(pool);
    void **to = POINTER(handles);
    if (rte_mempool_get_bulk(from, to, (unsigned int) count) == 0) {
        return count;
    }
    jint taken = 0;
    while (taken < count && rte_mempool_get(from, to + taken) == 0) {
        taken++;
    }
    return taken;
}

static void give(JNIEnv *env, jclass cls, jlong pool, jlong handles, jint count)
{
    (void) env;
    (void) cls;
    rte_mempool_put_bulk(POINTER(pool), POINTER(handles), (unsigned int) count);
}

static void free_frame(JNIEnv *env, jclass cls, jlong handle)
{
    (void) env;
    (void) cls;
    rte_pktmbuf_free(POINTER(handle));
}

static const JNINativeMethod methods[] = {
    { "mbufLayout", "(J)V", (void *) mbuf_layout },
    { "createMempool", "(Ljava/lang/String;II)J", (void *) create },
    { "freeMempool", "(J)V", (void *) destroy },
    { "availableFrames", "(J)I", (void *) available },
    { "takeFrames", "(JJI)I", (void *) take },
    { "giveFrames", "(JJI)V", (void *) give },
    { "freeFrame", "(J)V", (void *) free_frame },
};

const struct native_methods mempool_methods = { methods, RTE_DIM(methods) };
