#include <errno.h>
#include <string.h>

#include "native.h"

int copy_string(JNIEnv *env, jstring string, char *buffer, size_t capacity)
{
    const jsize length = (*env)->GetStringUTFLength(env, string);
    if ((size_t) length >= capacity) {
        return -ENAMETOOLONG;
    }
    memset(buffer, 0, capacity);
    (*env)->GetStringUTFRegion(env, string, 0, (*env)->GetStringLength(env, string), buffer);
    return 0;
}

JNIEXPORT jint JNICALL JNI_OnLoad(JavaVM *vm, void *reserved)
{
    const struct native_methods *tables[] = {
        &environment_methods, &mempool_methods, &device_methods, &queue_methods, &ring_pair_methods,
        &cryptodev_methods,
    };
    JNIEnv *env;
    (void) reserved;
    if ((*vm)->GetEnv(vm, (void **) &env, JNI_VERSION_10) != JNI_OK) {
        return JNI_ERR;
    }
    jclass native = (*env)->FindClass(env, "org/rds4j/dpdk/internal/Native");
    if (native == NULL) {
        return JNI_ERR;
    }
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if ((*env)->RegisterNatives(env, native, tables[i]->methods, tables[i]->count) != JNI_OK) {
            return JNI_ERR;
        }
    }
    return JNI_VERSION_10;
}
