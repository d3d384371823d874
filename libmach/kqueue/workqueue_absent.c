/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/kqueue/workqueue_absent.c - the entrances of the work queue for work without a workloop, which there is none of */
#include <errno.h>
#include <pthread/workqueue_private.h>

int _pthread_workqueue_init(pthread_workqueue_function2_t func, int offset, int flags)
{
    return ENOTSUP;
}

int _pthread_workqueue_init_with_kevent(pthread_workqueue_function2_t queue_func,
                                        pthread_workqueue_function_kevent_t kevent_func, int offset, int flags)
{
    return ENOTSUP;
}

int pthread_workqueue_setdispatch_np(pthread_workqueue_function_t worker_func)
{
    return ENOTSUP;
}

void pthread_workqueue_setdispatchoffset_np(int offset)
{
    (void)offset;
}

int pthread_workqueue_addthreads_np(int queue_priority, int options, int numthreads)
{
    return ENOTSUP;
}

int _pthread_workqueue_addthreads(int numthreads, pthread_priority_t priority)
{
    return ENOTSUP;
}

int _pthread_workqueue_add_cooperativethreads(int numthreads, pthread_priority_t priority)
{
    return ENOTSUP;
}

bool _pthread_workqueue_should_narrow(pthread_priority_t priority)
{
    return false;
}

int _pthread_workqueue_set_event_manager_priority(pthread_priority_t priority)
{
    return ENOTSUP;
}
