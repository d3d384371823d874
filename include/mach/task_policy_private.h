/* SPDX-License-Identifier: Apache-2.0 */
/* <mach/task_policy_private.h> - the internal policy words, for tests (abi-system 1.3) */
#ifndef _MACH_TASK_POLICY_PRIVATE_H_
#define _MACH_TASK_POLICY_PRIVATE_H_

#include <stdint.h>
#include <mach/message.h>
#include <mach/machine/vm_types.h>

struct task_suppression_policy {
    integer_t active;
    integer_t lowpri_cpu;
    integer_t timer_throttle;
    integer_t disk_throttle;
    integer_t cpu_limit;
    integer_t suspend;
    integer_t throughput_qos;
    integer_t suppressed_cpu;
    integer_t background_sockets;
    integer_t reserved[7];
};
typedef struct task_suppression_policy *task_suppression_policy_t;
#define TASK_SUPPRESSION_POLICY_COUNT \
    ((mach_msg_type_number_t)(sizeof(struct task_suppression_policy) / sizeof(integer_t)))

struct task_policy_state {
    uint64_t requested; /* POLICY_REQ_* */
    uint64_t effective; /* POLICY_EFF_* */
    uint64_t pending;   /* POLICY_PEND_* */
    uint32_t imp_assertcnt;
    uint32_t imp_externcnt;
    uint64_t flags; /* TASK_IMP_*, TASK_DENAP_*, TASK_IS_* */
    uint64_t imp_transitions;
    uint64_t tps_requested_policy; /* struct task_requested_policy */
    uint64_t tps_effective_policy; /* struct task_effective_policy */
};
typedef struct task_policy_state *task_policy_state_t;
#define TASK_POLICY_STATE_COUNT \
    ((mach_msg_type_number_t)(sizeof(struct task_policy_state) / sizeof(integer_t)))

#define TASK_IMP_RECEIVER 0x00000001
#define TASK_IMP_DONOR 0x00000002
#define TASK_IMP_LIVE_DONOR 0x00000004
#define TASK_DENAP_RECEIVER 0x00000008
#define TASK_IS_PIDSUSPENDED 0x00000010

#define TASK_APPTYPE_NONE 0
#define TASK_APPTYPE_DAEMON_INTERACTIVE 1
#define TASK_APPTYPE_DAEMON_STANDARD 2
#define TASK_APPTYPE_DAEMON_ADAPTIVE 3
#define TASK_APPTYPE_DAEMON_BACKGROUND 4
#define TASK_APPTYPE_APP_DEFAULT 5
#define TASK_APPTYPE_APP_TAL 6
#define TASK_APPTYPE_DRIVER 7

/* The words requested, effective and pending, of tasks and of threads; some bits belong to one of the two. */
#define POLICY_REQ_INT_DARWIN_BG 0x00000001
#define POLICY_REQ_EXT_DARWIN_BG 0x00000002
#define POLICY_REQ_TERMINATED 0x00001000
#define POLICY_REQ_BASE_LATENCY_QOS_MASK 0x00700000
#define POLICY_REQ_BASE_LATENCY_QOS_SHIFT 20
#define POLICY_REQ_BASE_THROUGH_QOS_MASK 0x0000700000000000
#define POLICY_REQ_BASE_THROUGH_QOS_SHIFT 44

/* ... threads */
#define POLICY_REQ_PIDBIND_BG 0x00000400
#define POLICY_REQ_WORKQ_BG 0x00000800
#define POLICY_REQ_TH_QOS_MASK 0x07000000
#define POLICY_REQ_TH_QOS_SHIFT 24
#define POLICY_REQ_TH_QOS_OVER_MASK 0x70000000
#define POLICY_REQ_TH_QOS_OVER_SHIFT 28

/* ... tasks */
#define POLICY_REQ_BOOSTED 0x00002000
#define POLICY_REQ_APPTYPE_MASK 0x00070000
#define POLICY_REQ_APPTYPE_SHIFT 16
#define POLICY_REQ_ROLE_MASK 0x07000000
#define POLICY_REQ_ROLE_SHIFT 24
#define POLICY_REQ_TAL_ENABLED 0x40000000
#define POLICY_REQ_SFI_MANAGED 0x80000000
#define POLICY_REQ_SUP_ACTIVE 0x0000000100000000
#define POLICY_REQ_OVER_LATENCY_QOS_MASK 0x0000070000000000
#define POLICY_REQ_OVER_LATENCY_QOS_SHIFT 40
#define POLICY_REQ_OVER_THROUGH_QOS_MASK 0x0007000000000000
#define POLICY_REQ_OVER_THROUGH_QOS_SHIFT 48
#define POLICY_REQ_QOS_CLAMP_MASK 0x7000000000000000
#define POLICY_REQ_QOS_CLAMP_SHIFT 60

#define POLICY_EFF_IO_TIER_MASK 0x00000003
#define POLICY_EFF_IO_TIER_SHIFT 0
#define POLICY_EFF_DARWIN_BG 0x00000010
#define POLICY_EFF_LOWPRI_CPU 0x00000020
#define POLICY_EFF_TERMINATED 0x00000400
#define POLICY_EFF_LATENCY_QOS_MASK 0x00070000
#define POLICY_EFF_LATENCY_QOS_SHIFT 16
#define POLICY_EFF_THROUGH_QOS_MASK 0x07000000
#define POLICY_EFF_THROUGH_QOS_SHIFT 24
#define POLICY_EFF_QOS_UI_IS_URGENT 0x80000000

/* ... threads */
#define POLICY_EFF_TH_QOS_MASK 0x00700000
#define POLICY_EFF_TH_QOS_SHIFT 20

/* ... tasks */
#define POLICY_EFF_TAL_ENGAGED 0x00002000
#define POLICY_EFF_SUSPENDED 0x00004000
#define POLICY_EFF_SUP_ACTIVE 0x00080000
#define POLICY_EFF_ROLE_MASK 0x00700000
#define POLICY_EFF_ROLE_SHIFT 20
#define POLICY_EFF_SUP_CPU 0x00800000
#define POLICY_EFF_QOS_CEILING_MASK 0x70000000
#define POLICY_EFF_QOS_CEILING_SHIFT 28

#define POLICY_PEND_UPDATING 0x00000001
#define POLICY_PEND_SOCKETS 0x00000002
#define POLICY_PEND_TIMERS 0x00000004
#define POLICY_PEND_WATCHERS 0x00000008

#define TASK_POLICY_INTERNAL_STRUCT_VERSION 4

struct task_requested_policy {
    uint64_t trp_int_darwinbg : 1;
    uint64_t trp_ext_darwinbg : 1;
    uint64_t trp_int_iotier : 2;
    uint64_t trp_ext_iotier : 2;
    uint64_t trp_int_iopassive : 1;
    uint64_t trp_ext_iopassive : 1;
    uint64_t trp_bg_iotier : 2;
    uint64_t trp_terminated : 1;
    uint64_t trp_base_latency_qos : 3;
    uint64_t trp_base_through_qos : 3;
    uint64_t trp_apptype : 3;
    uint64_t trp_boosted : 1;
    uint64_t trp_role : 5;
    uint64_t trp_over_latency_qos : 3;
    uint64_t trp_over_through_qos : 3;
    uint64_t trp_sfi_managed : 1;
    uint64_t trp_qos_clamp : 3;
    uint64_t trp_sup_active : 1;
    uint64_t trp_sup_lowpri_cpu : 1;
    uint64_t trp_sup_timer : 3;
    uint64_t trp_sup_disk : 1;
    uint64_t trp_sup_throughput : 3;
    uint64_t trp_sup_cpu : 1;
    uint64_t trp_sup_bg_sockets : 1;
    uint64_t trp_reserved : 17;
};

struct task_effective_policy {
    uint64_t tep_darwinbg : 1;
    uint64_t tep_lowpri_cpu : 1;
    uint64_t tep_io_tier : 2;
    uint64_t tep_io_passive : 1;
    uint64_t tep_all_sockets_bg : 1;
    uint64_t tep_new_sockets_bg : 1;
    uint64_t tep_bg_iotier : 2;
    uint64_t tep_terminated : 1;
    uint64_t tep_qos_ui_is_urgent : 1;
    uint64_t tep_latency_qos : 3;
    uint64_t tep_through_qos : 3;
    uint64_t tep_tal_engaged : 1;
    uint64_t tep_watchers_bg : 1;
    uint64_t tep_sup_active : 1;
    uint64_t tep_role : 4;
    uint64_t tep_suppressed_cpu : 1;
    uint64_t tep_sfi_managed : 1;
    uint64_t tep_live_donor : 1;
    uint64_t tep_qos_clamp : 3;
    uint64_t tep_qos_ceiling : 3;
    uint64_t tep_adaptive_bg : 1;
    uint64_t tep_coalition_bg : 1;
    uint64_t tep_reserved : 29;
};

#endif /* _MACH_TASK_POLICY_PRIVATE_H_ */
