/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/identity.c - who a task is: by token, by pid, by the tokens of its messages (K98, K104-K115, K124-K126, K220) */
#include <errno.h>
#include <mach/host_special_ports.h>
#include <mach/task_info.h>
#include <mach/task_special_ports.h>
#include <stdio.h>
#include <string.h>
#include <sys/proc.h>

#include "tests/tasks/carry.h"

enum { TOKEN_TYPE = 50 };

static int pid_of(task_t task)
{
    int pid = -2;
    CHECK_EQ(pid_for_task(task, &pid), OK);
    return pid;
}

static security_token_t security_of(task_t task)
{
    security_token_t token = { { ~0u, ~0u } };
    mach_msg_type_number_t count = TASK_SECURITY_TOKEN_COUNT;
    CHECK_EQ(task_info(task, TASK_SECURITY_TOKEN, (task_info_t)&token, &count), OK);
    CHECK_EQ(count, 2);
    return token;
}

/* A child that lives until it is killed. */
static int live_on(void *argument)
{
    mach_port_t port = receive_new();
    CHECK_EQ(give(world_parent_port(), port, MACH_MSG_TYPE_MAKE_SEND), OK);
    take(port);
    return WORLD_OK;
}

static world_task *spawn_living(mach_port_t port)
{
    world_task *task = world_task_spawn(live_on, NULL, port);
    struct carrier hello = take(port);
    mach_port_deallocate(SELF, hello.port.name);
    return task;
}

TEST(a_token_is_exchanged_for_every_flavor_of_ones_own_task, "K113 K114 K84")
{
    mach_port_t token = MACH_PORT_NULL, other = MACH_PORT_NULL, port = MACH_PORT_NULL;
    static const int special[] = { 0, TASK_READ_PORT, TASK_INSPECT_PORT, TASK_NAME_PORT };
    REQUIRE_EQ(task_create_identity_token(SELF, &token), OK);
    REQUIRE_EQ(task_create_identity_token(SELF, &other), OK);
    CHECK_NE(token, other);
    CHECK_EQ(mach_port_deallocate(SELF, other), OK);
    CHECK_EQ(task_identity_token_get_task_port(token, TASK_FLAVOR_CONTROL, &port), OK);
    CHECK_EQ(port, SELF);
    CHECK_EQ(mach_port_deallocate(SELF, port), OK);
    for (unsigned flavor = TASK_FLAVOR_READ; flavor <= TASK_FLAVOR_NAME; flavor++) {
        mach_port_t same = MACH_PORT_NULL;
        CHECK_EQ(task_identity_token_get_task_port(token, flavor, &port), OK);
        CHECK_EQ(task_get_special_port(SELF, special[flavor], &same), OK);
        CHECK_EQ(port, same);
        CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -2), OK);
    }
    CHECK_EQ(task_identity_token_get_task_port(token, 4, &port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(task_identity_token_get_task_port(SELF, TASK_FLAVOR_NAME, &port), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_deallocate(SELF, token), OK);
    CHECK_EQ(type_of(token), 0); /* it died with its last send right, and left no dead name (K115) */
}

TEST(a_token_holds_no_task_alive_and_means_no_other_one, "K113 K114 K115")
{
    mach_port_t port = receive_new(), token = MACH_PORT_NULL, found = MACH_PORT_NULL;
    natural_t type = 0;
    mach_vm_address_t address = 0;
    world_task *task = spawn_living(port);
    REQUIRE_EQ(task_create_identity_token(world_task_port_of(task), &token), OK);
    CHECK_EQ(mach_port_kobject(SELF, token, &type, &address), OK);
    CHECK_EQ(type, TOKEN_TYPE);
    CHECK_EQ(task_identity_token_get_task_port(token, TASK_FLAVOR_CONTROL, &found), OK);
    CHECK_EQ(found, world_task_port_of(task));
    CHECK_EQ(mach_port_deallocate(SELF, found), OK);
    CHECK_EQ(task_identity_token_get_task_port(token, TASK_FLAVOR_NAME, &found), OK);
    world_task_kill(task);
    CHECK_EQ(type_of(found), MACH_PORT_TYPE_DEAD_NAME);
    CHECK_EQ(mach_port_deallocate(SELF, found), OK);
    CHECK_EQ(type_of(token), MACH_PORT_TYPE_SEND); /* its port needs no task */
    CHECK_EQ(task_identity_token_get_task_port(token, TASK_FLAVOR_NAME, &found), KERN_NOT_FOUND);
    CHECK_EQ(mach_port_deallocate(SELF, token), OK);
    receive_free(port);
}

TEST(a_token_is_made_of_a_control_port, "K113")
{
    mach_port_t read = MACH_PORT_NULL, token = MACH_PORT_NULL;
    REQUIRE_EQ(task_get_special_port(SELF, TASK_READ_PORT, &read), OK);
    CHECK_EQ(task_create_identity_token(read, &token), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_deallocate(SELF, read), OK);
}

/* ---- by pid ---- */

TEST(a_child_is_found_by_its_pid_until_it_is_dead, "K104 K105 K107 K108 K110 K112")
{
    mach_port_t port = receive_new(), found = MACH_PORT_NULL, name = MACH_PORT_NULL, special = MACH_PORT_NULL;
    world_task *task = spawn_living(port);
    int pid = pid_of(world_task_port_of(task));
    CHECK_EQ(task_for_pid(SELF, pid, &found), OK);
    CHECK_EQ(found, world_task_port_of(task));
    CHECK_EQ(task_name_for_pid(SELF, pid, &name), OK);
    CHECK_EQ(task_get_special_port(found, TASK_NAME_PORT, &special), OK);
    CHECK_EQ(name, special);
    CHECK_EQ(pid_of(name), pid);
    CHECK_EQ(task_for_pid(name, pid, &special), KERN_FAILURE); /* the first argument is a control port */
    CHECK_EQ(special, MACH_PORT_NULL);
    CHECK_EQ(mach_port_deallocate(SELF, found), OK);
    world_task_kill(task);
    CHECK_EQ(task_for_pid(SELF, pid, &found), KERN_FAILURE);
    CHECK_EQ(found, MACH_PORT_NULL);
    CHECK_EQ(task_name_for_pid(SELF, pid, &found), KERN_FAILURE);
    CHECK_EQ(found, MACH_PORT_NULL);
    CHECK_EQ(mach_port_mod_refs(SELF, name, MACH_PORT_RIGHT_DEAD_NAME, -2), OK);
    receive_free(port);
}

TEST(weaker_ports_are_found_by_pid, "K109 K84 K104 K106")
{
    mach_port_t port = receive_new(), guard = both_new(), found = 7, same = MACH_PORT_NULL;
    world_task *task = spawn_living(port);
    task_t child = world_task_port_of(task);
    int pid = pid_of(child);
    CHECK_EQ(task_read_for_pid(SELF, pid, &found), 0);
    REQUIRE_EQ(task_get_special_port(child, TASK_READ_PORT, &same), OK);
    CHECK_EQ(found, same);
    CHECK_EQ(mach_port_mod_refs(SELF, same, MACH_PORT_RIGHT_SEND, -2), OK);
    CHECK_EQ(task_inspect_for_pid(SELF, pid_of(SELF), &found), 0);
    REQUIRE_EQ(task_get_special_port(SELF, TASK_INSPECT_PORT, &same), OK);
    CHECK_EQ(found, same);
    CHECK_EQ(mach_port_mod_refs(SELF, same, MACH_PORT_RIGHT_SEND, -2), OK);
    CHECK_EQ(task_read_for_pid(SELF, 0, &found), -1);
    CHECK_EQ(errno, EPERM);
    CHECK_EQ(found, MACH_PORT_NULL);
    CHECK_EQ(task_read_for_pid(port, pid, &found), -1);
    CHECK_EQ(errno, EINVAL);
    REQUIRE_EQ(task_set_special_port(child, TASK_ACCESS_PORT, guard), OK);
    CHECK_EQ(task_read_for_pid(SELF, pid, &found), 0); /* it grants while it lives */
    CHECK_EQ(mach_port_deallocate(SELF, found), OK);
    mach_port_destroy(SELF, guard);
    bool is_root = security_of(SELF).val[0] == 0;
    CHECK_EQ(task_inspect_for_pid(SELF, pid, &found), is_root ? 0 : -1);
    CHECK(is_root || (errno == EACCES && found == MACH_PORT_NULL));
    CHECK_EQ(task_for_pid(SELF, pid, &same), is_root ? OK : KERN_PROTECTION_FAILURE);
    CHECK_EQ(task_read_for_pid(SELF, pid_of(SELF), &found), 0);
    CHECK_EQ(mach_port_deallocate(SELF, found), OK);
    world_task_kill(task);
    CHECK_EQ(task_inspect_for_pid(SELF, pid, &found), -1);
    CHECK_EQ(errno, ESRCH);
    receive_free(port);
}

TEST(the_debug_control_port_is_found_by_pid, "K111")
{
    mach_port_t port = receive_new(), mine = both_new(), found = 7;
    world_task *task = spawn_living(port);
    int pid = pid_of(world_task_port_of(task));
    CHECK_EQ(debug_control_port_for_pid(SELF, pid, &found), OK);
    CHECK_EQ(found, MACH_PORT_NULL);
    REQUIRE_EQ(task_set_special_port(world_task_port_of(task), TASK_DEBUG_CONTROL_PORT, mine), OK);
    CHECK_EQ(debug_control_port_for_pid(SELF, pid, &found), OK);
    CHECK_EQ(found, mine);
    CHECK_EQ(debug_control_port_for_pid(SELF, 0, &found), KERN_FAILURE);
    CHECK_EQ(found, MACH_PORT_NULL);
    world_task_kill(task);
    CHECK_EQ(debug_control_port_for_pid(SELF, pid, &found), KERN_FAILURE);
    mach_port_destroy(SELF, mine);
    receive_free(port);
}

TEST(a_trap_that_takes_a_name_wants_a_send_right, "K53")
{
    mach_port_t receive = receive_new(), dead = both_new();
    int pid = 0;
    CHECK_EQ(pid_for_task(MACH_PORT_NULL, &pid), KERN_FAILURE);
    CHECK_EQ(pid, -1);
    CHECK_EQ(pid_for_task(receive, &pid), KERN_FAILURE);
    receive_free(dead);
    CHECK_EQ(pid_for_task(dead, &pid), KERN_FAILURE);
    CHECK_EQ(pid_for_task(dead + 0x10000, &pid), KERN_FAILURE);
    CHECK_EQ(mach_port_deallocate(SELF, dead), OK);
    receive_free(receive);
}

TEST(calls_on_anothers_ports_go_by_message, "K54 K47")
{
    mach_port_t port = receive_new(), made = MACH_PORT_NULL;
    mach_port_type_t type = 0;
    world_task *task = spawn_living(port);
    task_t child = world_task_port_of(task);
    CHECK_EQ(mach_port_allocate(child, MACH_PORT_RIGHT_RECEIVE, &made), OK);
    CHECK_EQ(mach_port_type(child, made, &type), OK);
    CHECK_EQ(type, MACH_PORT_TYPE_RECEIVE);
    CHECK_EQ(mach_port_mod_refs(child, made, MACH_PORT_RIGHT_RECEIVE, -1), OK);
    CHECK_EQ(mach_port_type(child, made, &type), KERN_INVALID_NAME);
    world_task_kill(task);
    receive_free(port);
}

/* ---- credentials ---- */

static audit_token_t audit_of(task_t task)
{
    audit_token_t token = { { 0 } };
    mach_msg_type_number_t count = TASK_AUDIT_TOKEN_COUNT;
    CHECK_EQ(task_info(task, TASK_AUDIT_TOKEN, (task_info_t)&token, &count), OK);
    CHECK_EQ(count, 8);
    return token;
}

TEST(a_tasks_tokens_say_its_ids_its_pid_and_its_image, "K98 K220 K97")
{
    enum { EUID = 1, EGID, RUID, RGID, PID, VERSION = 7 };
    mach_port_t port = receive_new(), host = mach_host_self();
    natural_t type = 0;
    mach_vm_address_t address = 0;
    security_token_t security = security_of(SELF);
    audit_token_t mine = audit_of(SELF);
    CHECK_EQ(mine.val[EUID], security.val[0]);
    CHECK_EQ(mine.val[EGID], security.val[1]);
    CHECK_EQ(mine.val[PID], pid_of(SELF));
    CHECK_EQ(mach_port_kobject(SELF, host, &type, &address), OK);
    CHECK_EQ(type, security.val[0] == 0 ? 4 : 3);
    world_task *task = spawn_living(port);
    audit_token_t theirs = audit_of(world_task_port_of(task));
    CHECK_EQ(theirs.val[EUID], mine.val[EUID]);
    CHECK_EQ(theirs.val[RUID], mine.val[RUID]);
    CHECK_EQ(theirs.val[RGID], mine.val[RGID]);
    CHECK_EQ(theirs.val[PID], pid_of(world_task_port_of(task)));
    CHECK_NE(theirs.val[VERSION], mine.val[VERSION]);
    world_task_kill(task);
    CHECK_EQ(mach_port_deallocate(SELF, host), OK);
    receive_free(port);
}

/* ---- descriptions ---- */

TEST(a_port_of_the_kernel_has_a_type_and_a_text, "K124 K126")
{
    mach_port_t name = MACH_PORT_NULL, thread = mach_thread_self(), plain = receive_new(), dead = both_new();
    natural_t type = 9;
    mach_vm_address_t address = 9;
    kobject_description_t text;
    char expected[sizeof text];
    REQUIRE_EQ(task_get_special_port(SELF, TASK_NAME_PORT, &name), OK);
    CHECK_EQ(mach_port_kobject_description(SELF, name, &type, &address, text), OK);
    snprintf(expected, sizeof expected, "task %d name", pid_of(SELF));
    CHECK(strcmp(text, expected) == 0);
    CHECK_EQ(mach_port_kobject_description(SELF, thread, &type, &address, text), OK);
    snprintf(expected, sizeof expected, "thread %d/", pid_of(SELF));
    CHECK(strncmp(text, expected, strlen(expected)) == 0 && strstr(text, " control") != NULL);
    CHECK_EQ(mach_port_kobject_description(SELF, plain, &type, &address, text), OK);
    CHECK_EQ(type, 0);
    CHECK_EQ(address, 0);
    CHECK_EQ(text[0], '\0');
    receive_free(dead);
    CHECK_EQ(mach_port_kobject(SELF, dead, &type, &address), KERN_INVALID_RIGHT);
    CHECK_EQ(mach_port_deallocate(SELF, dead), OK);
    CHECK_EQ(mach_port_kobject(SELF, dead, &type, &address), KERN_INVALID_NAME);
    mach_port_deallocate(SELF, name);
    mach_port_deallocate(SELF, thread);
    receive_free(plain);
}

static uint64_t number_of(mach_port_t port)
{
    natural_t type;
    mach_vm_address_t address = 0;
    kobject_description_t text;
    CHECK_EQ(mach_port_kobject_description(SELF, port, &type, &address, text), OK);
    return address;
}

TEST(an_object_has_one_number_for_all_its_ports, "K125")
{
    mach_port_t port = receive_new(), mine = MACH_PORT_NULL, thread = mach_thread_self();
    world_task *task = spawn_living(port);
    uint64_t own = number_of(SELF), childs = number_of(world_task_port_of(task));
    CHECK_NE(own, 0);
    CHECK_NE(childs, 0);
    CHECK_NE(own, childs);
    CHECK_NE(own, number_of(thread));
    for (int which = TASK_NAME_PORT; which <= TASK_READ_PORT; which++) {
        if (which == TASK_BOOTSTRAP_PORT)
            continue;
        REQUIRE_EQ(task_get_special_port(world_task_port_of(task), which, &mine), OK);
        CHECK_EQ(number_of(mine), childs);
        CHECK_EQ(mach_port_deallocate(SELF, mine), OK);
    }
    world_task_kill(task);
    task = spawn_living(port);
    CHECK_NE(number_of(world_task_port_of(task)), childs); /* never again */
    world_task_kill(task);
    mach_port_deallocate(SELF, thread);
    receive_free(port);
}

/* ---- what is refused (K153-K156) and the guard word (K212) ---- */

TEST(threads_of_the_library_are_not_terminated, "K152 K153")
{
    mach_port_t self = mach_thread_self(), port = both_new();
    int64_t refs = sends_of(self);
    CHECK_EQ(thread_terminate(self), KERN_DENIED);
    CHECK_EQ(sends_of(self), refs);
    CHECK_EQ(thread_terminate(SELF), KERN_INVALID_ARGUMENT);
    mach_port_deallocate(SELF, self);
    mach_port_destroy(SELF, port);
}

TEST(a_live_task_is_not_terminated, "K156")
{
    mach_port_t port = receive_new(), read = MACH_PORT_NULL;
    world_task *task = spawn_living(port);
    CHECK_EQ(task_terminate(world_task_port_of(task)), KERN_FAILURE);
    REQUIRE_EQ(task_get_special_port(world_task_port_of(task), TASK_READ_PORT, &read), OK);
    CHECK_EQ(task_terminate(read), KERN_INVALID_ARGUMENT);
    CHECK_EQ(mach_port_deallocate(SELF, read), OK);
    world_task_kill(task);
    receive_free(port);
}

TEST(no_threads_are_made_in_another_task, "K155")
{
    mach_port_t port = receive_new();
    thread_act_t thread = MACH_PORT_NULL;
    world_task *task = spawn_living(port);
    CHECK_EQ(thread_create(world_task_port_of(task), &thread), KERN_NOT_SUPPORTED);
    CHECK_EQ(thread_create(port, &thread), MACH_SEND_INVALID_DEST);
    world_task_kill(task);
    receive_free(port);
}

static int inherit_guard_word(void *argument)
{
    task_exc_guard_behavior_t word = 0;
    CHECK_EQ(task_get_exc_guard_behavior(SELF, &word), OK);
    CHECK_EQ(word, TASK_EXC_GUARD_MP_DELIVER | TASK_EXC_GUARD_MP_FATAL);
    return WORLD_OK;
}

static int set_guard_word(void *argument)
{
    task_exc_guard_behavior_t word = 99;
    mach_port_t inspect = MACH_PORT_NULL;
    CHECK_EQ(task_get_exc_guard_behavior(SELF, &word), OK);
    CHECK_EQ(word, 0);
    CHECK_EQ(task_set_exc_guard_behavior(SELF, 0x100), KERN_INVALID_VALUE);
    CHECK_EQ(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_MP_ONCE), KERN_DENIED);
    CHECK_EQ(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_MP_DELIVER), OK);
    CHECK_EQ(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_MP_DELIVER | TASK_EXC_GUARD_MP_FATAL), OK);
    CHECK_EQ(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_MP_FATAL), KERN_DENIED);
    CHECK_EQ(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_MP_DELIVER), KERN_DENIED);
    REQUIRE_EQ(task_get_special_port(SELF, TASK_INSPECT_PORT, &inspect), OK);
    CHECK_EQ(task_get_exc_guard_behavior(inspect, &word), OK);
    CHECK_EQ(task_set_exc_guard_behavior(inspect, word), KERN_INVALID_TASK);
    mach_port_deallocate(SELF, inspect);
    CHECK_EQ(world_task_wait(world_task_spawn(inherit_guard_word, NULL, MACH_PORT_NULL)), WORLD_OK);
    return WORLD_OK;
}

TEST(the_guard_word_becomes_stricter_only_and_is_inherited, "K212 K15 F41")
{
    CHECK_EQ(world_task_wait(world_task_spawn(set_guard_word, NULL, MACH_PORT_NULL)), WORLD_OK);
}

/* ---- the host's ports ---- */

TEST(only_the_hosts_privileged_port_opens_its_special_ports, "K51 K99 K101")
{
    mach_port_t host = mach_host_self(), port = 7, own = both_new();
    bool is_privileged = security_of(SELF).val[0] == 0;
    if (!is_privileged) {
        CHECK_EQ(host_get_special_port(host, HOST_LOCAL_NODE, HOST_LAUNCHCTL_PORT, &port),
                 KERN_INVALID_ARGUMENT);
        CHECK_EQ(host_set_special_port(host, HOST_LAUNCHCTL_PORT, own), KERN_INVALID_ARGUMENT);
    } else {
        CHECK_EQ(host_get_special_port(host, HOST_LOCAL_NODE, HOST_PRIV_PORT, &port), OK);
        CHECK_EQ(port, host);
        CHECK_EQ(mach_port_deallocate(SELF, port), OK);
        CHECK_EQ(host_get_special_port(host, HOST_LOCAL_NODE, 0, &port), KERN_INVALID_ARGUMENT);
        CHECK_EQ(host_get_special_port(host, HOST_LOCAL_NODE, 34, &port), KERN_INVALID_ARGUMENT);
        CHECK_EQ(host_set_special_port(host, HOST_LAUNCHCTL_PORT, own), KERN_NO_ACCESS);
        CHECK_EQ(host_set_special_port(host, 7, own), KERN_INVALID_ARGUMENT);
    }
    mach_port_deallocate(SELF, host);
    mach_port_destroy(SELF, own);
}
