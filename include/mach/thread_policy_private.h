/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/thread_policy_private.h> - QoS and the internal policy words of threads (abi-system 2.3) */
#ifndef _MACH_THREAD_POLICY_PRIVATE_H_
#define _MACH_THREAD_POLICY_PRIVATE_H_

#include <stdint.h>
#include <sys/types.h>
#include <mach/boolean.h>
#include <mach/message.h>
#include <mach/task_policy_private.h>
#include <mach/machine/vm_types.h>

#define THREAD_POLICY_STATE 6
#define THREAD_POLICY_STATE_FLAG_STATIC_PARAM 0x1
struct thread_policy_state {
    integer_t requested; /* POLICY_REQ_* */
    integer_t effective; /* POLICY_EFF_* */
    integer_t pending;   /* POLICY_PEND_* */
    integer_t flags;
    uint64_t thps_requested_policy; /* struct thread_requested_policy */
    uint64_t thps_effective_policy; /* struct thread_effective_policy */
    uint32_t thps_user_promotions;
    uint32_t thps_user_promotion_basepri;
    uint32_t thps_ipc_overrides;
    uint32_t reserved32;
    uint64_t reserved[2];
};
typedef struct thread_policy_state thread_policy_state_data_t;
typedef struct thread_policy_state *thread_policy_state_t;
#define THREAD_POLICY_STATE_COUNT \
    ((mach_msg_type_number_t)(sizeof(thread_policy_state_data_t) / sizeof(integer_t)))

typedef uint8_t thread_qos_t;
#define THREAD_QOS_UNSPECIFIED 0
#define THREAD_QOS_DEFAULT THREAD_QOS_UNSPECIFIED
#define THREAD_QOS_MAINTENANCE 1
#define THREAD_QOS_BACKGROUND 2
#define THREAD_QOS_UTILITY 3
#define THREAD_QOS_LEGACY 4
#define THREAD_QOS_USER_INITIATED 5
#define THREAD_QOS_USER_INTERACTIVE 6
#define THREAD_QOS_LAST 7
#define THREAD_QOS_MIN_TIER_IMPORTANCE (-15)

#define THREAD_QOS_POLICY 9
struct thread_qos_policy {
    integer_t qos_tier;
    integer_t tier_importance;
};
typedef struct thread_qos_policy thread_qos_policy_data_t;
typedef struct thread_qos_policy *thread_qos_policy_t;
#define THREAD_QOS_POLICY_COUNT \
    ((mach_msg_type_number_t)(sizeof(thread_qos_policy_data_t) / sizeof(integer_t)))

/* As THREAD_TIME_CONSTRAINT_POLICY, with a real-time priority. */
#define THREAD_TIME_CONSTRAINT_WITH_PRIORITY_POLICY 10
struct thread_time_constraint_with_priority_policy {
    uint32_t period;
    uint32_t computation;
    uint32_t constraint;
    boolean_t preemptible;
    uint32_t priority;
};
typedef struct thread_time_constraint_with_priority_policy thread_time_constraint_with_priority_policy_data_t;
typedef struct thread_time_constraint_with_priority_policy *thread_time_constraint_with_priority_policy_t;
#define THREAD_TIME_CONSTRAINT_WITH_PRIORITY_POLICY_COUNT \
    ((mach_msg_type_number_t)(sizeof(thread_time_constraint_with_priority_policy_data_t) / sizeof(integer_t)))

#define TIME_CONSTRAINT_POLICY_DEFAULT_PRIORITY 97
#define TIME_CONSTRAINT_POLICY_MAXIMUM_PRIORITY 127

#define THREAD_REQUESTED_STATE_POLICY 11
struct thread_requested_qos_policy {
    integer_t thrq_base_qos;
    integer_t thrq_qos_relprio;
    integer_t thrq_qos_override;
    integer_t thrq_qos_promote;
    integer_t thrq_qos_kevent_override;
    integer_t thrq_qos_workq_override;
    integer_t thrq_qos_wlsvc_override;
};
typedef struct thread_requested_qos_policy thread_requested_qos_policy_data_t;
typedef struct thread_requested_qos_policy *thread_requested_qos_policy_t;
#define THREAD_REQUESTED_STATE_POLICY_COUNT \
    ((mach_msg_type_number_t)(sizeof(thread_requested_qos_policy_data_t) / sizeof(integer_t)))

#define THREAD_QOS_OVERRIDE_TYPE_UNKNOWN 0
#define THREAD_QOS_OVERRIDE_TYPE_PTHREAD_MUTEX 1
#define THREAD_QOS_OVERRIDE_TYPE_PTHREAD_RWLOCK 2
#define THREAD_QOS_OVERRIDE_TYPE_PTHREAD_EXPLICIT_OVERRIDE 3
#define THREAD_QOS_OVERRIDE_TYPE_WILDCARD 5
#define THREAD_QOS_OVERRIDE_RESOURCE_WILDCARD (~((user_addr_t)0))

#define THREAD_POLICY_INTERNAL_STRUCT_VERSION 7

struct thread_requested_policy {
    uint64_t thrp_int_darwinbg : 1;
    uint64_t thrp_ext_darwinbg : 1;
    uint64_t thrp_int_iotier : 2;
    uint64_t thrp_ext_iotier : 2;
    uint64_t thrp_int_iopassive : 1;
    uint64_t thrp_ext_iopassive : 1;
    uint64_t thrp_latency_qos : 3;
    uint64_t thrp_through_qos : 3;
    uint64_t thrp_pidbind_bg : 1;
    uint64_t thrp_qos : 3;
    uint64_t thrp_qos_relprio : 4;
    uint64_t thrp_qos_override : 3;
    uint64_t thrp_qos_promote : 3;
    uint64_t thrp_qos_kevent_override : 3;
    uint64_t thrp_terminated : 1;
    uint64_t thrp_qos_workq_override : 3;
    uint64_t thrp_qos_wlsvc_override : 3;
    uint64_t thrp_iotier_kevent_override : 2;
    uint64_t thrp_wi_driven : 1;
    uint64_t thrp_reserved : 23;
};

struct thread_effective_policy {
    uint64_t thep_darwinbg : 1;
    uint64_t thep_io_tier : 2;
    uint64_t thep_io_passive : 1;
    uint64_t thep_all_sockets_bg : 1;
    uint64_t thep_new_sockets_bg : 1;
    uint64_t thep_terminated : 1;
    uint64_t thep_qos_ui_is_urgent : 1;
    uint64_t thep_latency_qos : 3;
    uint64_t thep_through_qos : 3;
    uint64_t thep_qos : 3;
    uint64_t thep_qos_relprio : 4;
    uint64_t thep_qos_promote : 3;
    uint64_t thep_promote_above_task : 1;
    uint64_t thep_wi_driven : 1;
    uint64_t thep_reserved : 38;
};

#endif /* _MACH_THREAD_POLICY_PRIVATE_H_ */
