/* Peer of DpdkEnvironment: start and end of the EAL. */
#include <errno.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_version.h>

#include "native.h"

struct start_call {
    int argc;
    char **argv;
    int result;
};

static void *run_start(void *argument)
{
    struct start_call *call = argument;
    call->result = rte_eal_init(call->argc, call->argv) < 0 ? -(rte_errno != 0 ? rte_errno : EINVAL) : 0;
    rmdir(rte_eal_get_runtime_dir()); /* empty unless the user asked for sharing, and else left behind for ever */
    return NULL;
}

/*
 * rte_eal_init() pins its caller to a CPU and makes it the main lcore. A thread of our own takes that part and ends, so that
 * the Java thread keeps its affinity and stays, like all others, unknown to the EAL.
 */
static int start_on_own_thread(struct start_call *call)
{
    pthread_t thread;
    const int error = pthread_create(&thread, NULL, run_start, call);
    if (error != 0) {
        return -error;
    }
    pthread_join(thread, NULL);
    return call->result;
}

static char *duplicate(JNIEnv *env, jobjectArray arguments, jsize index)
{
    jstring string = (jstring) (*env)->GetObjectArrayElement(env, arguments, index);
    const size_t capacity = (size_t) (*env)->GetStringUTFLength(env, string) + 1;
    char *copy = malloc(capacity);
    if (copy != NULL) {
        copy_string(env, string, copy, capacity);
    }
    (*env)->DeleteLocalRef(env, string);
    return copy;
}

/* The argument strings live as long as the process: the EAL keeps pointers into them. */
static jint start(JNIEnv *env, jclass cls, jobjectArray arguments)
{
    (void) cls;
    const jsize count = (*env)->GetArrayLength(env, arguments);
    char **argv = calloc((size_t) count + 1, sizeof(char *));
    if (argv == NULL || log_capture() != 0) {
        free(argv);
        return -ENOMEM;
    }
    for (jsize i = 0; i < count; i++) {
        argv[i] = duplicate(env, arguments, i);
        if (argv[i] == NULL) {
            return -ENOMEM;
        }
    }
    struct start_call call = { .argc = count, .argv = argv };
    return start_on_own_thread(&call);
}

static jint clean_up(JNIEnv *env, jclass cls)
{
    (void) env;
    (void) cls;
    return rte_eal_cleanup();
}

static jstring version(JNIEnv *env, jclass cls)
{
    (void) cls;
    return (*env)->NewStringUTF(env, rte_version());
}

static jstring error_text(JNIEnv *env, jclass cls, jint error)
{
    (void) cls;
    return (*env)->NewStringUTF(env, rte_strerror(error));
}

static jstring take_log(JNIEnv *env, jclass cls)
{
    (void) cls;
    char text[4096];
    log_take(text, sizeof(text));
    return (*env)->NewStringUTF(env, text);
}

static const JNINativeMethod methods[] = {
    { "start", "([Ljava/lang/String;)I", (void *) start },
    { "cleanUp", "()I", (void *) clean_up },
    { "version", "()Ljava/lang/String;", (void *) version },
    { "errorText", "(I)Ljava/lang/String;", (void *) error_text },
    { "takeLog", "()Ljava/lang/String;", (void *) take_log },
};

const struct native_methods environment_methods = { methods, RTE_DIM(methods) };
