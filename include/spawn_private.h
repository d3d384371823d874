/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <spawn_private.h> - more attributes of spawned programs (F115, abi-system 8)
 *
 * What is only *kept* is stored with the object and has no effect on the program; posix_spawn does not fail for it.
 */
#ifndef _SPAWN_PRIVATE_H_
#define _SPAWN_PRIVATE_H_

#include <spawn.h>
#include <sys/spawn_internal.h>

#define POSIX_SPAWN_IMPORTANCE_PORT_COUNT 128

__BEGIN_DECLS

/* Ports that the new program will serve: who waits for one of them pushes on its main thread, from its first
 * instruction on (F121 to F128). At most 128, several calls add up. */
int posix_spawnattr_set_importancewatch_port_np(posix_spawnattr_t *attributes, int count, mach_port_t ports[])
    __MACHD_SPAWN(posix_spawnattr_set_importancewatch_port_np);

/* The registered ports of the new task, at most 3, in place of the parent's. (F120) */
int posix_spawnattr_set_registered_ports_np(posix_spawnattr_t *attributes, mach_port_t ports[], uint32_t count)
    __MACHD_SPAWN(posix_spawnattr_set_registered_ports_np);

/* Kept, without effect. */
int posix_spawnattr_set_ptrauth_task_port_np(posix_spawnattr_t *attributes, mach_port_t port)
    __MACHD_SPAWN(posix_spawnattr_set_ptrauth_task_port_np);

/* POSIX_SPAWN_PROC_TYPE_*, POSIX_SPAWN_PCONTROL_*, POSIX_SPAWN_PROC_CLAMP_* (EINVAL: none of these), PRIO_DARWIN_ROLE_*. */
int posix_spawnattr_setprocesstype_np(posix_spawnattr_t *attributes, int type)
    __MACHD_SPAWN(posix_spawnattr_setprocesstype_np);
int posix_spawnattr_getprocesstype_np(const posix_spawnattr_t *attributes, int *type)
    __MACHD_SPAWN(posix_spawnattr_getprocesstype_np);
int posix_spawnattr_setpcontrol_np(posix_spawnattr_t *attributes, int action) __MACHD_SPAWN(posix_spawnattr_setpcontrol_np);
int posix_spawnattr_getpcontrol_np(const posix_spawnattr_t *attributes, int *action)
    __MACHD_SPAWN(posix_spawnattr_getpcontrol_np);
int posix_spawnattr_set_qos_clamp_np(posix_spawnattr_t *attributes, uint64_t clamp)
    __MACHD_SPAWN(posix_spawnattr_set_qos_clamp_np);
int posix_spawnattr_get_qos_clamp_np(const posix_spawnattr_t *attributes, uint64_t *clamp)
    __MACHD_SPAWN(posix_spawnattr_get_qos_clamp_np);
int posix_spawnattr_set_darwin_role_np(posix_spawnattr_t *attributes, uint64_t role)
    __MACHD_SPAWN(posix_spawnattr_set_darwin_role_np);
int posix_spawnattr_get_darwin_role_np(const posix_spawnattr_t *attributes, uint64_t *role)
    __MACHD_SPAWN(posix_spawnattr_get_darwin_role_np);

/* Kept: percent of a CPU over so many seconds. */
int posix_spawnattr_setcpumonitor(posix_spawnattr_t *attributes, uint64_t percent, uint64_t interval)
    __MACHD_SPAWN(posix_spawnattr_setcpumonitor);
int posix_spawnattr_getcpumonitor(const posix_spawnattr_t *attributes, uint64_t *percent, uint64_t *interval)
    __MACHD_SPAWN(posix_spawnattr_getcpumonitor);
int posix_spawnattr_setcpumonitor_default(posix_spawnattr_t *attributes)
    __MACHD_SPAWN(posix_spawnattr_setcpumonitor_default);

/* Kept: bands and limits (megabytes) for when memory is short, and how often the program was started. */
int posix_spawnattr_setjetsam_ext(posix_spawnattr_t *attributes, short flags, int priority, int memlimit_active,
                                  int memlimit_inactive) __MACHD_SPAWN(posix_spawnattr_setjetsam_ext);
int posix_spawnattr_set_jetsam_ttr_np(posix_spawnattr_t *attributes, uint32_t count, uint32_t *ms)
    __MACHD_SPAWN(posix_spawnattr_set_jetsam_ttr_np);
int posix_spawnattr_set_threadlimit_ext(posix_spawnattr_t *attributes, int limit)
    __MACHD_SPAWN(posix_spawnattr_set_threadlimit_ext);
int posix_spawnattr_set_portlimits_ext(posix_spawnattr_t *attributes, uint32_t soft, uint32_t hard)
    __MACHD_SPAWN(posix_spawnattr_set_portlimits_ext);
int posix_spawnattr_set_filedesclimit_ext(posix_spawnattr_t *attributes, uint32_t soft, uint32_t hard)
    __MACHD_SPAWN(posix_spawnattr_set_filedesclimit_ext);
int posix_spawnattr_set_kqworklooplimit_ext(posix_spawnattr_t *attributes, uint32_t soft, uint32_t hard)
    __MACHD_SPAWN(posix_spawnattr_set_kqworklooplimit_ext);

/* EINVAL: a type that is none. posix_spawn: ESRCH or EPERM for a coalition that there is not, or is not the caller's. */
int posix_spawnattr_setcoalition_np(posix_spawnattr_t *attributes, uint64_t id, int type, int role)
    __MACHD_SPAWN(posix_spawnattr_setcoalition_np);

/* Bytes kept under a name; setting them again replaces them. get: ESRCH. */
int posix_spawnattr_setmacpolicyinfo_np(posix_spawnattr_t *attributes, const char *name, void *data, size_t size)
    __MACHD_SPAWN(posix_spawnattr_setmacpolicyinfo_np);
int posix_spawnattr_getmacpolicyinfo_np(const posix_spawnattr_t *attributes, const char *name, void **data, size_t *size)
    __MACHD_SPAWN(posix_spawnattr_getmacpolicyinfo_np);

/* Ids: posix_spawn answers EPERM unless the caller is root; at most 16 groups. The ids of a persona: EINVAL before the
 * persona itself. */
int posix_spawnattr_set_persona_np(posix_spawnattr_t *attributes, uid_t persona, uint32_t flags)
    __MACHD_SPAWN(posix_spawnattr_set_persona_np);
int posix_spawnattr_set_persona_uid_np(posix_spawnattr_t *attributes, uid_t uid)
    __MACHD_SPAWN(posix_spawnattr_set_persona_uid_np);
int posix_spawnattr_set_persona_gid_np(posix_spawnattr_t *attributes, gid_t gid)
    __MACHD_SPAWN(posix_spawnattr_set_persona_gid_np);
int posix_spawnattr_set_persona_groups_np(posix_spawnattr_t *attributes, int n, gid_t *groups, uid_t member)
    __MACHD_SPAWN(posix_spawnattr_set_persona_groups_np);
int posix_spawnattr_set_uid_np(posix_spawnattr_t *attributes, uid_t uid) __MACHD_SPAWN(posix_spawnattr_set_uid_np);
int posix_spawnattr_set_gid_np(posix_spawnattr_t *attributes, gid_t gid) __MACHD_SPAWN(posix_spawnattr_set_gid_np);
int posix_spawnattr_set_groups_np(posix_spawnattr_t *attributes, int n, gid_t *groups, uid_t member)
    __MACHD_SPAWN(posix_spawnattr_set_groups_np);
int posix_spawnattr_set_login_np(posix_spawnattr_t *attributes, const char *login)
    __MACHD_SPAWN(posix_spawnattr_set_login_np);

/* Kept, without effect here. */
int posix_spawnattr_set_max_addr_np(posix_spawnattr_t *attributes, uint64_t address)
    __MACHD_SPAWN(posix_spawnattr_set_max_addr_np);
int posix_spawnattr_set_subsystem_root_path_np(posix_spawnattr_t *attributes, char *path)
    __MACHD_SPAWN(posix_spawnattr_set_subsystem_root_path_np);
int posix_spawnattr_set_platform_np(posix_spawnattr_t *attributes, int platform, uint32_t flags)
    __MACHD_SPAWN(posix_spawnattr_set_platform_np);
int posix_spawnattr_disable_ptr_auth_a_keys_np(posix_spawnattr_t *attributes, uint32_t flags)
    __MACHD_SPAWN(posix_spawnattr_disable_ptr_auth_a_keys_np);
int posix_spawnattr_set_alt_rosetta_np(posix_spawnattr_t *attributes, uint32_t flags)
    __MACHD_SPAWN(posix_spawnattr_set_alt_rosetta_np);
int posix_spawnattr_set_crash_count_np(posix_spawnattr_t *attributes, uint32_t count, uint32_t timeout)
    __MACHD_SPAWN(posix_spawnattr_set_crash_count_np);
int posix_spawnattr_set_crash_behavior_np(posix_spawnattr_t *attributes, uint32_t flags)
    __MACHD_SPAWN(posix_spawnattr_set_crash_behavior_np);
int posix_spawnattr_set_crash_behavior_deadline_np(posix_spawnattr_t *attributes, uint64_t deadline, uint32_t flags)
    __MACHD_SPAWN(posix_spawnattr_set_crash_behavior_deadline_np);
int posix_spawnattr_set_launch_type_np(posix_spawnattr_t *attributes, uint8_t type)
    __MACHD_SPAWN(posix_spawnattr_set_launch_type_np);
int posix_spawnattr_set_use_sec_transition_shims_np(posix_spawnattr_t *attributes, uint32_t flags)
    __MACHD_SPAWN(posix_spawnattr_set_use_sec_transition_shims_np);
int posix_spawnattr_setdataless_iopolicy_np(posix_spawnattr_t *attributes, int policy)
    __MACHD_SPAWN(posix_spawnattr_setdataless_iopolicy_np);

/* There are no conclaves: posix_spawn answers ENOTSUP. */
int posix_spawnattr_set_conclave_id_np(posix_spawnattr_t *attributes, const char *name)
    __MACHD_SPAWN(posix_spawnattr_set_conclave_id_np);

__END_DECLS

#endif /* _SPAWN_PRIVATE_H_ */
