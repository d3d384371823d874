/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/process/spawn_attributes.c - objects of posix_spawnattr_init: setters store, getters tell it (F109 to F115) */
#include "libmach/process/spawn.h"

#include <errno.h>
#include <mach/machine.h>
#include <mach/thread_status.h>
#include <stdlib.h>
#include <string.h>

enum { RELAUNCH_LOW, RELAUNCH_MEDIUM, RELAUNCH_HIGH, RELAUNCH_CLASSES };

int posix_spawnattr_init(posix_spawnattr_t *attributes)
{
    if (attributes == NULL)
        return EINVAL;
    struct spawn_attributes *made = calloc(1, sizeof *made);
    if (made == NULL)
        return ENOMEM;
    made->request.jetsam_priority = made->request.memory_active = made->request.memory_inactive = -1;
    for (int i = 0; i < NBINPREFS; i++)
        made->subtype[i] = CPU_SUBTYPE_ANY;
    *attributes = made;
    return 0;
}

static void free_policies(struct spawn_attributes *attributes)
{
    for (struct spawn_policy *policy; (policy = attributes->policies) != NULL;) {
        attributes->policies = policy->next;
        free(policy->data);
        free(policy);
    }
}

/* NULL: not an object, or one that was destroyed. */
static struct spawn_attributes *object(const posix_spawnattr_t *attributes)
{
    return attributes != NULL ? *attributes : NULL;
}

#define OBJECT(a, attributes)                                                                                \
    struct spawn_attributes *a = object(attributes);                                                         \
    if (a == NULL)                                                                                           \
    return EINVAL

/* Most setters store what they are given, and most getters tell it. */
#define SETTER(name, type, field)                                                                            \
    int name(posix_spawnattr_t *attributes, type value)                                                      \
    {                                                                                                        \
        OBJECT(a, attributes);                                                                               \
        a->field = (__typeof__(a->field))value;                                                              \
        return 0;                                                                                            \
    }

#define SETTER_OF_TWO(name, type, field, other_type, other)                                                  \
    int name(posix_spawnattr_t *attributes, type value, other_type other_value)                              \
    {                                                                                                        \
        OBJECT(a, attributes);                                                                               \
        a->field = (__typeof__(a->field))value;                                                              \
        a->other = (__typeof__(a->other))other_value;                                                        \
        return 0;                                                                                            \
    }

#define SETTER_OF_SET(name, field)                                                                           \
    int name(posix_spawnattr_t *attributes, const sigset_t *set)                                             \
    {                                                                                                        \
        OBJECT(a, attributes);                                                                               \
        a->field = *set;                                                                                     \
        return 0;                                                                                            \
    }

#define GETTER(name, type, field)                                                                            \
    int name(const posix_spawnattr_t *attributes, type *value)                                               \
    {                                                                                                        \
        OBJECT(a, attributes);                                                                               \
        *value = a->field;                                                                                   \
        return 0;                                                                                            \
    }

int posix_spawnattr_destroy(posix_spawnattr_t *attributes)
{
    OBJECT(a, attributes);
    free_policies(a);
    free(a);
    *attributes = NULL;
    return 0;
}

/* ---- POSIX ---- */

GETTER(posix_spawnattr_getflags, short, flags)
SETTER(posix_spawnattr_setflags, short, flags)
GETTER(posix_spawnattr_getpgroup, pid_t, group)
SETTER(posix_spawnattr_setpgroup, pid_t, group)
GETTER(posix_spawnattr_getsigdefault, sigset_t, by_default)
SETTER_OF_SET(posix_spawnattr_setsigdefault, by_default)
GETTER(posix_spawnattr_getsigmask, sigset_t, mask)
SETTER_OF_SET(posix_spawnattr_setsigmask, mask)

/* ---- processor types ---- */

int posix_spawnattr_setarchpref_np(posix_spawnattr_t *attributes, size_t n, cpu_type_t *types,
                                   cpu_subtype_t *subtypes, size_t *n_set)
{
    OBJECT(a, attributes);
    if (types == NULL)
        return EINVAL;
    a->n_preferences = n < NBINPREFS ? n : NBINPREFS;
    for (size_t i = 0; i < a->n_preferences; i++) {
        a->type[i] = types[i];
        a->subtype[i] = subtypes != NULL ? subtypes[i] : CPU_SUBTYPE_ANY;
    }
    if (n_set != NULL)
        *n_set = a->n_preferences;
    return 0;
}

int posix_spawnattr_setbinpref_np(posix_spawnattr_t *attributes, size_t n, cpu_type_t *types, size_t *n_set)
{
    return posix_spawnattr_setarchpref_np(attributes, n, types, NULL, n_set);
}

int posix_spawnattr_getarchpref_np(const posix_spawnattr_t *attributes, size_t n, cpu_type_t *types,
                                   cpu_subtype_t *subtypes, size_t *n_got)
{
    OBJECT(a, attributes);
    if (types == NULL)
        return EINVAL;
    n = n < a->n_preferences ? n : a->n_preferences;
    memcpy(types, a->type, n * sizeof(*types));
    if (subtypes != NULL)
        memcpy(subtypes, a->subtype, n * sizeof(*subtypes));
    if (n_got != NULL)
        *n_got = n;
    return 0;
}

int posix_spawnattr_getbinpref_np(const posix_spawnattr_t *attributes, size_t n, cpu_type_t *types,
                                  size_t *n_got)
{
    return posix_spawnattr_getarchpref_np(attributes, n, types, NULL, n_got);
}

/* ---- ports: names, looked up when the program is started (F111) ---- */

int posix_spawnattr_setspecialport_np(posix_spawnattr_t *attributes, mach_port_t port, int which)
{
    OBJECT(a, attributes);
    uint32_t n = a->request.n_special++;
    if (n < SPAWN_SPECIAL_MAX)
        a->request.special[n] = (struct spawn_special){ .which = (uint32_t)which, .name = port };
    return 0;
}

int posix_spawnattr_setexceptionports_np(posix_spawnattr_t *attributes, exception_mask_t mask,
                                         mach_port_t port, exception_behavior_t behavior,
                                         thread_state_flavor_t flavor)
{
    OBJECT(a, attributes);
    uint32_t n = a->request.n_exceptions++;
    if (n < SPAWN_EXCEPTIONS_MAX)
        a->request.exception[n] = (struct spawn_exception){
            .mask = mask,
            .name = port,
            .behavior = (uint32_t)behavior,
            .flavor = (uint32_t)flavor,
        };
    return 0;
}

int posix_spawnattr_set_registered_ports_np(posix_spawnattr_t *attributes, mach_port_t ports[], uint32_t count)
{
    OBJECT(a, attributes);
    if (count > SPAWN_REGISTERED_MAX)
        return EINVAL;
    for (uint32_t i = 0; i < count; i++) {
        uint32_t n = a->request.n_registered++;
        if (n < SPAWN_REGISTERED_MAX)
            a->request.registered[n] = ports[i];
    }
    return 0;
}

int posix_spawnattr_set_importancewatch_port_np(posix_spawnattr_t *attributes, int count, mach_port_t ports[])
{
    OBJECT(a, attributes);
    if (count < 0 || count > POSIX_SPAWN_IMPORTANCE_PORT_COUNT)
        return EINVAL;
    for (int i = 0; i < count; i++) {
        uint32_t n = a->request.n_watch++;
        if (n < SPAWN_WATCH_MAX)
            a->request.watch[n] = ports[i];
    }
    return 0;
}

int posix_spawnattr_set_ptrauth_task_port_np(posix_spawnattr_t *attributes, mach_port_t port)
{
    (void)port;
    OBJECT(a, attributes);
    a->n_ptrauth++;
    return 0;
}

int posix_spawnattr_setauditsessionport_np(posix_spawnattr_t *attributes, mach_port_t port)
{
    (void)port;
    OBJECT(a, attributes);
    a->wants_audit_session = true;
    return 0;
}

/* ---- type, role, clamp ---- */

SETTER(posix_spawnattr_setprocesstype_np, int, request.process_type)
GETTER(posix_spawnattr_getprocesstype_np, int, request.process_type)
SETTER(posix_spawnattr_setpcontrol_np, int, request.starvation)
GETTER(posix_spawnattr_getpcontrol_np, int, request.starvation)

int posix_spawnattr_set_qos_clamp_np(posix_spawnattr_t *attributes, uint64_t clamp)
{
    OBJECT(a, attributes);
    if (clamp >= POSIX_SPAWN_PROC_CLAMP_LAST)
        return EINVAL;
    a->request.qos_clamp = (uint32_t)clamp;
    return 0;
}

GETTER(posix_spawnattr_get_qos_clamp_np, uint64_t, request.qos_clamp)

int posix_spawnattr_set_darwin_role_np(posix_spawnattr_t *attributes, uint64_t role)
{
    OBJECT(a, attributes);
    a->request.role = role <= UINT32_MAX ? (uint32_t)role : POSIX_SPAWN_DARWIN_ROLE_NONE;
    return 0;
}

GETTER(posix_spawnattr_get_darwin_role_np, uint64_t, request.role)

/* ---- resources ---- */

SETTER_OF_TWO(posix_spawnattr_setcpumonitor, uint64_t, request.cpu_percent, uint64_t, request.cpu_interval)

int posix_spawnattr_setcpumonitor_default(posix_spawnattr_t *attributes)
{
    enum { SYSTEM_DEFAULT = 254 };
    return posix_spawnattr_setcpumonitor(attributes, SYSTEM_DEFAULT, 0);
}

int posix_spawnattr_getcpumonitor(const posix_spawnattr_t *attributes, uint64_t *percent, uint64_t *interval)
{
    OBJECT(a, attributes);
    *percent = a->request.cpu_percent;
    *interval = a->request.cpu_interval;
    return 0;
}

int posix_spawnattr_setjetsam_ext(posix_spawnattr_t *attributes, short flags, int priority,
                                  int memlimit_active, int memlimit_inactive)
{
    OBJECT(a, attributes);
    a->request.jetsam_flags = (uint32_t)flags;
    a->request.jetsam_priority = priority;
    a->request.memory_active = memlimit_active;
    a->request.memory_inactive = memlimit_inactive;
    return 0;
}

static int relaunch_class(uint32_t ms)
{
    enum { HIGH_MS = 5000, MEDIUM_MS = 10000 };
    return ms <= HIGH_MS ? RELAUNCH_HIGH : ms <= MEDIUM_MS ? RELAUNCH_MEDIUM : RELAUNCH_LOW;
}

int posix_spawnattr_set_jetsam_ttr_np(posix_spawnattr_t *attributes, uint32_t count, uint32_t *ms)
{
    OBJECT(a, attributes);
    uint32_t n[RELAUNCH_CLASSES] = { 0 };
    if (count == 0)
        return EINVAL;
    for (uint32_t i = 0; i < count; i++)
        n[relaunch_class(ms[i])]++;
    for (uint32_t i = a->relaunch_class = 0; i < RELAUNCH_CLASSES; i++)
        if (n[i] > n[a->relaunch_class])
            a->relaunch_class = i;
    return 0;
}

SETTER(posix_spawnattr_set_threadlimit_ext, int, request.thread_limit)
SETTER_OF_TWO(posix_spawnattr_set_portlimits_ext, uint32_t, request.port_soft_limit, uint32_t,
              request.port_hard_limit)
SETTER_OF_TWO(posix_spawnattr_set_filedesclimit_ext, uint32_t, files_soft, uint32_t, files_hard)
SETTER_OF_TWO(posix_spawnattr_set_kqworklooplimit_ext, uint32_t, workloops_soft, uint32_t, workloops_hard)

int posix_spawnattr_setcoalition_np(posix_spawnattr_t *attributes, uint64_t id, int type, int role)
{
    OBJECT(a, attributes);
    if (type < 0 || type > COALITION_TYPE_MAX)
        return EINVAL;
    a->request.coalition[type] = id;
    a->request.coalition_role[type] = (uint32_t)role;
    return 0;
}

/* ---- ids ---- */

static int copy_groups(gid_t to[SPAWN_GROUPS_MAX], int *n_p, const gid_t *groups, int n)
{
    if (groups == NULL || n < 0 || n > SPAWN_GROUPS_MAX)
        return EINVAL;
    memcpy(to, groups, (size_t)n * sizeof(*groups));
    *n_p = n;
    return 0;
}

int posix_spawnattr_set_uid_np(posix_spawnattr_t *attributes, uid_t uid)
{
    OBJECT(a, attributes);
    a->has_uid = true;
    a->uid = uid;
    return 0;
}

int posix_spawnattr_set_gid_np(posix_spawnattr_t *attributes, gid_t gid)
{
    OBJECT(a, attributes);
    a->has_gid = true;
    a->gid = gid;
    return 0;
}

int posix_spawnattr_set_groups_np(posix_spawnattr_t *attributes, int n, gid_t *groups, uid_t member)
{
    OBJECT(a, attributes);
    int error = copy_groups(a->groups, &a->n_groups, groups, n);
    a->has_groups |= error == 0;
    a->groups_member = member;
    return error;
}

int posix_spawnattr_set_login_np(posix_spawnattr_t *attributes, const char *login)
{
    OBJECT(a, attributes);
    if (strlen(login) > SPAWN_LOGIN_MAX)
        return ERANGE;
    strcpy(a->login, login);
    return 0;
}

int posix_spawnattr_set_persona_np(posix_spawnattr_t *attributes, uid_t persona, uint32_t flags)
{
    OBJECT(a, attributes);
    if (flags & ~(uint32_t)(POSIX_SPAWN_PERSONA_FLAGS_OVERRIDE | POSIX_SPAWN_PERSONA_FLAGS_VERIFY))
        return EINVAL;
    a->has_persona = true;
    a->request.persona = persona;
    a->request.persona_flags = flags;
    return 0;
}

int posix_spawnattr_set_persona_uid_np(posix_spawnattr_t *attributes, uid_t uid)
{
    OBJECT(a, attributes);
    if (!a->has_persona)
        return EINVAL;
    a->has_persona_uid = true;
    a->persona_uid = uid;
    return 0;
}

int posix_spawnattr_set_persona_gid_np(posix_spawnattr_t *attributes, gid_t gid)
{
    OBJECT(a, attributes);
    if (!a->has_persona)
        return EINVAL;
    a->has_persona_gid = true;
    a->persona_gid = gid;
    return 0;
}

int posix_spawnattr_set_persona_groups_np(posix_spawnattr_t *attributes, int n, gid_t *groups, uid_t member)
{
    OBJECT(a, attributes);
    if (!a->has_persona)
        return EINVAL;
    int error = copy_groups(a->persona_groups, &a->n_persona_groups, groups, n);
    a->has_persona_groups |= error == 0;
    a->persona_groups_member = member;
    return error;
}

/* ---- policies: bytes by name ---- */

static struct spawn_policy *find_policy(const struct spawn_attributes *a, const char *name)
{
    struct spawn_policy *policy = a->policies;
    while (policy != NULL && strcmp(policy->name, name) != 0)
        policy = policy->next;
    return policy;
}

static struct spawn_policy *add_policy(struct spawn_attributes *a, const char *name)
{
    struct spawn_policy *policy = calloc(1, sizeof *policy + strlen(name) + 1);
    if (policy != NULL) {
        strcpy(policy->name, name);
        policy->next = a->policies;
        a->policies = policy;
    }
    return policy;
}

int posix_spawnattr_setmacpolicyinfo_np(posix_spawnattr_t *attributes, const char *name, void *data,
                                        size_t size)
{
    OBJECT(a, attributes);
    if (name == NULL)
        return EINVAL;
    void *copy = malloc(size != 0 ? size : 1);
    struct spawn_policy *policy = find_policy(a, name);
    if (policy == NULL && copy != NULL)
        policy = add_policy(a, name);
    if (policy == NULL || copy == NULL) {
        free(copy);
        return ENOMEM;
    }
    memcpy(copy, data, size);
    free(policy->data);
    policy->data = copy;
    policy->size = size;
    return 0;
}

int posix_spawnattr_getmacpolicyinfo_np(const posix_spawnattr_t *attributes, const char *name, void **data,
                                        size_t *size)
{
    OBJECT(a, attributes);
    if (name == NULL)
        return EINVAL;
    const struct spawn_policy *policy = find_policy(a, name);
    if (policy == NULL)
        return ESRCH;
    *data = policy->data;
    if (size != NULL)
        *size = policy->size;
    return 0;
}

/* ---- what is kept alone ---- */

int posix_spawnattr_setnosmt_np(posix_spawnattr_t *attributes)
{
    OBJECT(a, attributes);
    a->no_smt = true;
    return 0;
}

int posix_spawnattr_set_csm_np(posix_spawnattr_t *attributes, uint32_t flags)
{
    OBJECT(a, attributes);
    if (flags & ~(uint32_t)(POSIX_SPAWN_NP_CSM_ALL | POSIX_SPAWN_NP_CSM_NOSMT | POSIX_SPAWN_NP_CSM_TECS))
        return EINVAL;
    a->csm |= flags;
    return 0;
}

int posix_spawnattr_set_subsystem_root_path_np(posix_spawnattr_t *attributes, char *path)
{
    OBJECT(a, attributes);
    if (path != NULL && strlen(path) >= sizeof(a->root_path))
        return ENAMETOOLONG;
    strcpy(a->root_path, path != NULL ? path : "");
    return 0;
}

int posix_spawnattr_set_conclave_id_np(posix_spawnattr_t *attributes, const char *name)
{
    enum { CONCLAVE_NAME_MAX = 128 };
    OBJECT(a, attributes);
    if (name != NULL && strlen(name) >= CONCLAVE_NAME_MAX)
        return ERANGE;
    a->wants_conclave = name != NULL;
    return 0;
}

SETTER(posix_spawnattr_set_max_addr_np, uint64_t, max_address)
SETTER_OF_TWO(posix_spawnattr_set_platform_np, int, platform, uint32_t, platform_flags)
SETTER(posix_spawnattr_disable_ptr_auth_a_keys_np, uint32_t, ptr_auth_flags)
SETTER(posix_spawnattr_set_alt_rosetta_np, uint32_t, rosetta_flags)
SETTER_OF_TWO(posix_spawnattr_set_crash_count_np, uint32_t, crash_count, uint32_t, crash_timeout)
SETTER(posix_spawnattr_set_crash_behavior_np, uint32_t, crash_behavior)
SETTER_OF_TWO(posix_spawnattr_set_crash_behavior_deadline_np, uint64_t, crash_deadline, uint32_t,
              crash_deadline_flags)
SETTER(posix_spawnattr_set_launch_type_np, uint8_t, launch_type)
SETTER(posix_spawnattr_set_use_sec_transition_shims_np, uint32_t, transition_shims)
SETTER(posix_spawnattr_setdataless_iopolicy_np, int, dataless_policy)
