/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <pthread/workqueue_private.h> - the pool of threads that serves workloops (abi-system 6.4, T109, T130-T136)
 *
 * A program installs its callback once; from then on whenever events of a workloop fire and nobody serves it, a thread
 * of the pool is bound to it and runs
 *
 *    workloop_cb(&id, &events, &nevents)
 *
 * with up to WORKQ_KEVENT_EVENT_BUFFER_LEN events (struct kevent_qos_s). When it returns, the nevents entries at events
 * are a list of changes for the workloop; then it is called again if there is more, or parks. A workloop has one
 * such thread at most. Signals are blocked in these threads.
 */
#ifndef __PTHREAD_WORKQUEUE_H__
#define __PTHREAD_WORKQUEUE_H__

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/cdefs.h>
#include <sys/event.h>
#include <pthread.h>
#include <pthread/priority_private.h>
#include <pthread/qos_private.h>

#define PTHREAD_WORKQUEUE_SPI_VERSION 20170201
#define PTHREAD_WORKQUEUE_CONFIG_VERSION 2
#define PTHREAD_WORKQUEUE_CONFIG_MIN_SUPPORTED_VERSION 1
#define PTHREAD_WORKQUEUE_CONFIG_SUPPORTED_FLAGS 0

/* Of _pthread_workqueue_supported. */
#define WORKQ_FEATURE_DISPATCHFUNC 0x01
#define WORKQ_FEATURE_FINEPRIO 0x02
#define WORKQ_FEATURE_MAINTENANCE 0x10
#define WORKQ_FEATURE_KEVENT 0x40
#define WORKQ_FEATURE_WORKLOOP 0x80
#define WORKQ_FEATURE_COOPERATIVE_WORKQ 0x100

#define WORKQ_NUM_PRIOQUEUE 4
#define WORKQ_HIGH_PRIOQUEUE 0
#define WORKQ_DEFAULT_PRIOQUEUE 1
#define WORKQ_LOW_PRIOQUEUE 2
#define WORKQ_BG_PRIOQUEUE 3
#define WORKQ_NON_INTERACTIVE_PRIOQUEUE 128
#define WORKQ_ADDTHREADS_OPTION_OVERCOMMIT 0x1

#define WORKQ_KEVENT_EVENT_BUFFER_LEN 16
#define PTHREAD_WORKLOOP_CREATE_WITH_BOUND_THREAD 0x1

__BEGIN_DECLS

typedef void (*pthread_workqueue_function_t)(int queue_priority, int options, void *ctxt);
typedef unsigned long pthread_workqueue_function2_arg_t;
typedef void (*pthread_workqueue_function2_t)(pthread_workqueue_function2_arg_t priority);
typedef void (*pthread_workqueue_function_kevent_t)(void **events, int *nevents);
typedef void (*pthread_workqueue_function_workloop_t)(uint64_t *workloop_id, void **events, int *nevents);

struct pthread_workqueue_config {
    uint32_t flags;
    uint32_t version;
    pthread_workqueue_function_kevent_t kevent_cb;
    pthread_workqueue_function_workloop_t workloop_cb;
    pthread_workqueue_function2_t workq_cb;
    uint64_t queue_serialno_offs;
    uint64_t queue_label_offs;
};

/*
 * Install the callbacks of the process. 0, or EBUSY: done already; EINVAL: a version or size that is none, or no workloop
 * callback; ENOTSUP: flags. The callbacks for work without a workloop are kept and never run. (T130)
 */
int pthread_workqueue_setup(struct pthread_workqueue_config *cfg, size_t cfg_size);
int _pthread_workqueue_init_with_workloop(pthread_workqueue_function2_t queue_func,
                                          pthread_workqueue_function_kevent_t kevent_func,
                                          pthread_workqueue_function_workloop_t workloop_func, int offset,
                                          int flags);

/* Work without a workloop, and threads by number, are not built: ENOTSUP; false; nothing to reset. */
int _pthread_workqueue_init(pthread_workqueue_function2_t func, int offset, int flags);
int _pthread_workqueue_init_with_kevent(pthread_workqueue_function2_t queue_func,
                                        pthread_workqueue_function_kevent_t kevent_func, int offset, int flags);
int pthread_workqueue_setdispatch_np(pthread_workqueue_function_t worker_func);
void pthread_workqueue_setdispatchoffset_np(int offset);
int pthread_workqueue_addthreads_np(int queue_priority, int options, int numthreads);
int _pthread_workqueue_addthreads(int numthreads, pthread_priority_t priority);
int _pthread_workqueue_add_cooperativethreads(int numthreads, pthread_priority_t priority);
bool _pthread_workqueue_should_narrow(pthread_priority_t priority);
int _pthread_workqueue_set_event_manager_priority(pthread_priority_t priority);

/* WORKQ_FEATURE_* that work here: WORKLOOP. */
int _pthread_workqueue_supported(void);

/*
 * A workloop made ahead of time, whose servicer has the scheduling priority or policy of the attributes and no class.
 * 0, or EINVAL: no such parameter, or a bad one; EEXIST: the id is in use. Destroy: ENOENT: unknown; EINVAL: not made
 * by create. (T109)
 */
int _pthread_workloop_create(uint64_t workloop_id, uint64_t options, pthread_attr_t *attr);
int _pthread_workloop_destroy(uint64_t workloop_id);

__END_DECLS

#endif /* __PTHREAD_WORKQUEUE_H__ */
