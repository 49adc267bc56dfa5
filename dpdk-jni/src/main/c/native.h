/*
 * What the files of this library share. Java sees one class, org.rds4j.dpdk.internal.Native; each file contributes the
 * table of its methods, which JNI_OnLoad registers. A jlong that names memory is an address; a negative result is -errno.
 */
#ifndef RDS4J_NATIVE_H
#define RDS4J_NATIVE_H

#include <jni.h>
#include <stdint.h>

#include <rte_ethdev.h>
#include <rte_mbuf.h>
#include <rte_mempool.h>

#define POINTER(address) ((void *) (uintptr_t) (address))
#define ADDRESS(pointer) ((jlong) (uintptr_t) (pointer))

struct native_methods {
    const JNINativeMethod *methods;
    jint count;
};

extern const struct native_methods environment_methods;
extern const struct native_methods mempool_methods;
extern const struct native_methods device_methods;
extern const struct native_methods queue_methods;
extern const struct native_methods ring_pair_methods;
extern const struct native_methods cryptodev_methods;

/* Sends DPDK's log to memory instead of the console; log_take() hands the text over and forgets it. */
int log_capture(void);
size_t log_take(char *text, size_t capacity);

/* Copies a Java string into a buffer; 0, or -ENAMETOOLONG / -ENOMEM. */
int copy_string(JNIEnv *env, jstring string, char *buffer, size_t capacity);

#endif
