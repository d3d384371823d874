/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/guards.c - guard exceptions: what provokes them, and what follows (K209-K212, P202-P204) */
#include "tests/tasks/carry.h"
#include "tests/tasks/faulting.h"

#include <kern/exc_guard.h>
#include <mach/host_priv.h>

enum { GUARD = 0x1234, OTHER = 0x4321, SURVIVED = 42 };
enum { NAME = 0x66603 }; /* of the port with which it is done */

static void told_to_parent(void)
{
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_GUARD, world_parent_port(), DEFAULT_CODES, 0), OK);
}

static void port_at_name(void)
{
    REQUIRE_EQ(mach_port_allocate_name(SELF, MACH_PORT_RIGHT_RECEIVE, NAME), OK);
}

static void guarded_port(uint64_t flags)
{
    port_at_name();
    CHECK_EQ(mach_port_guard_with_flags(SELF, NAME, GUARD, flags), OK);
}

/* The answer is taken, and means nothing where the end is certain. */
static void expect_guard(mach_port_t port, uint32_t flavor, uint64_t subcode, kern_return_t code)
{
    union request r = next_request(port, 2405);
    check_codes(&r, 60, EXC_GUARD, (int64_t)((uint64_t)1 << 61 | (uint64_t)flavor << 32 | NAME),
                (int64_t)subcode);
    answer(&r, code);
    request_free(&r);
}

/* ---- fatal kinds ---- */

static kern_return_t by_destroy(void)
{
    guarded_port(0);
    return mach_port_destroy(SELF, NAME);
}

static kern_return_t by_destruct(void)
{
    guarded_port(0);
    return mach_port_destruct(SELF, NAME, 0, OTHER);
}

static kern_return_t by_mod_refs(void)
{
    guarded_port(0);
    return mach_port_mod_refs(SELF, NAME, MACH_PORT_RIGHT_RECEIVE, -1);
}

static kern_return_t by_set_context(void)
{
    guarded_port(MPG_STRICT);
    return mach_port_set_context(SELF, NAME, OTHER);
}

static kern_return_t by_swap_of_strict(void)
{
    guarded_port(MPG_STRICT);
    return mach_port_swap_guard(SELF, NAME, GUARD, OTHER);
}

static kern_return_t by_unguard(void)
{
    port_at_name();
    return mach_port_unguard(SELF, NAME, GUARD);
}

static kern_return_t by_other_guard(void)
{
    guarded_port(0);
    return mach_port_unguard(SELF, NAME, OTHER);
}

static kern_return_t by_sending(void)
{
    guarded_port(MPG_IMMOVABLE_RECEIVE);
    return give(world_parent_port(), NAME, MACH_MSG_TYPE_MOVE_RECEIVE);
}

/* The descriptor says another guard than the port has (P136). */
static kern_return_t by_guarded_descriptor(void)
{
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_guarded_port_descriptor_t port;
    } message = { .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                              .msgh_size = sizeof message,
                              .msgh_remote_port = world_parent_port() },
                  .body = { 1 },
                  .port = { .name = NAME,
                            .context = OTHER,
                            .flags = MACH_MSG_GUARD_FLAGS_IMMOVABLE_RECEIVE,
                            .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                            .type = MACH_MSG_GUARDED_PORT_DESCRIPTOR } };
    guarded_port(0);
    return mach_msg(&message.header, MACH_SEND_MSG, sizeof message, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);
}

static const struct violation {
    kern_return_t (*commit)(void);
    uint32_t flavor;
    uint64_t subcode;
} fatal[] = {
    { by_destroy, kGUARD_EXC_DESTROY, GUARD },
    { by_destruct, kGUARD_EXC_DESTROY, GUARD },
    { by_mod_refs, kGUARD_EXC_MOD_REFS, GUARD },
    { by_set_context, kGUARD_EXC_SET_CONTEXT, GUARD },
    { by_swap_of_strict, kGUARD_EXC_SET_CONTEXT, GUARD },
    { by_unguard, kGUARD_EXC_UNGUARDED, 0 },
    { by_other_guard, kGUARD_EXC_INCORRECT_GUARD, GUARD },
    { by_sending, kGUARD_EXC_IMMOVABLE, 0 },
    { by_guarded_descriptor, kGUARD_EXC_INCORRECT_GUARD, GUARD },
};

static int commit_and_go_on(void *argument)
{
    const struct violation *violation = argument;
    told_to_parent();
    violation->commit();
    world_sleep_ms(PATIENCE_MS); /* the end may be a moment behind the answer */
    return SURVIVED;
}

TEST(a_fatal_guard_exception_is_told_and_ends_the_process, "K209 K210 P136 P202 P203 P204 K233")
{
    mach_port_t port = receive_new();
    for (size_t i = 0; i < sizeof fatal / sizeof fatal[0]; i++) {
        world_task *task = world_task_spawn(commit_and_go_on, (void *)(uintptr_t)&fatal[i], port);
        expect_guard(port, fatal[i].flavor, fatal[i].subcode, i % 2 ? KERN_SUCCESS : KERN_FAILURE);
        CHECK_EQ(world_task_wait(task), KILLED);
    }
    receive_free(port);
}

static int contradict(void *argument)
{
    mach_msg_header_t header = { .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0),
                                 .msgh_remote_port = world_parent_port() };
    told_to_parent();
    mach_msg2(&header, MACH64_SEND_MSG | *(const mach_msg_option64_t *)argument, header, sizeof header, 0,
              MACH_PORT_NULL, 0, 0);
    world_sleep_ms(PATIENCE_MS);
    return SURVIVED;
}

TEST(options_of_mach_msg2_that_contradict_end_the_process, "P161 P203 K210")
{
    static const mach_msg_option64_t options[] = { 0, MACH64_SEND_MQ_CALL | MACH64_SEND_ANY,
                                                   MACH64_SEND_DK_CALL };
    mach_port_t port = receive_new();
    for (size_t i = 0; i < sizeof options / sizeof options[0]; i++) {
        world_task *task = world_task_spawn(contradict, (void *)(uintptr_t)&options[i], port);
        union request r = next_request(port, 2405);
        check_codes(&r, 60, EXC_GUARD,
                    (int64_t)((uint64_t)1 << 61 | (uint64_t)kGUARD_EXC_INVALID_OPTIONS << 32), 0);
        answer(&r, KERN_SUCCESS);
        request_free(&r);
        CHECK_EQ(world_task_wait(task), KILLED);
    }
    receive_free(port);
}

static int commit_untold(void *argument)
{
    by_destroy();
    world_sleep_ms(PATIENCE_MS);
    return SURVIVED;
}

TEST(a_fatal_guard_exception_of_which_nobody_is_told_ends_the_process, "K210 K211")
{
    CHECK_EQ(world_task_wait(world_task_spawn(commit_untold, NULL, MACH_PORT_NULL)), KILLED);
}

/* P204: "delivered, and then killed": in between everything is there. */
TEST(while_a_guard_exception_waits_its_task_is_whole, "K233 K184 P205")
{
    static const struct violation violation = { .commit = by_destroy };
    mach_port_t port = receive_new();
    world_task *task = world_task_spawn(commit_and_go_on, (void *)(uintptr_t)&violation, port);
    union request r = next_request(port, 2405);
    task_t of_task = world_task_port_of(task);
    uint64_t state[STATE_WORDS / 2];
    mach_msg_type_number_t n = STATE_WORDS;
    mach_port_type_t type = 0;
    CHECK_EQ(thread_abort(thread_of(&r)), OK); /* this wait is not aborted */
    world_settle();
    CHECK_EQ(type_of(r.header.msgh_remote_port), MACH_PORT_TYPE_SEND_ONCE);
    CHECK_EQ(mach_port_type(of_task, NAME, &type), OK);
    CHECK_EQ(type, MACH_PORT_TYPE_RECEIVE); /* the call was refused, and the port is there */
    CHECK_EQ(thread_get_state(thread_of(&r), STATE, (thread_state_t)state, &n), OK);
    answer(&r, KERN_SUCCESS);
    CHECK_EQ(world_task_wait(task), KILLED);
    request_free(&r);
    receive_free(port);
}

/* ---- optional kinds ---- */

static kern_return_t deallocate_nothing(void)
{
    return mach_port_deallocate(SELF, NAME);
}

static kern_return_t deallocate_receive(void)
{
    port_at_name();
    return mach_port_deallocate(SELF, NAME);
}

static kern_return_t release_too_much(void)
{
    port_at_name();
    return mach_port_mod_refs(SELF, NAME, MACH_PORT_RIGHT_RECEIVE, -2);
}

static kern_return_t guard_twice(void)
{
    guarded_port(0);
    return mach_port_guard(SELF, NAME, OTHER, 0);
}

static kern_return_t send_no_right(void)
{
    port_at_name();
    return give(world_parent_port(), NAME, MACH_MSG_TYPE_COPY_SEND);
}

static void dead_at_name(void)
{
    REQUIRE_EQ(mach_port_allocate_name(SELF, MACH_PORT_RIGHT_DEAD_NAME, NAME), OK);
}

static kern_return_t destroy_receive(void)
{
    return mach_port_mod_refs(SELF, NAME, MACH_PORT_RIGHT_RECEIVE, -1);
}

static kern_return_t receive_there(void)
{
    struct {
        mach_msg_header_t header;
        mach_msg_max_trailer_t trailer;
    } message;
    return mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof message, NAME, 0,
                    MACH_PORT_NULL);
}

static kern_return_t destroy_what_never_was(void)
{
    dead_at_name();
    return destroy_receive();
}

static kern_return_t destruct_what_never_was(void)
{
    dead_at_name();
    return mach_port_destruct(SELF, NAME, 0, 0);
}

static kern_return_t receive_where_nothing_was(void)
{
    dead_at_name();
    return receive_there();
}

static kern_return_t release_no_set(void)
{
    port_at_name();
    return mach_port_mod_refs(SELF, NAME, MACH_PORT_RIGHT_PORT_SET, -1);
}

static const struct optional {
    kern_return_t (*commit)(void);
    uint32_t flavor;
    kern_return_t code;
    task_exc_guard_behavior_t word;
} optional[] = {
    { deallocate_nothing, kGUARD_EXC_INVALID_NAME, KERN_INVALID_NAME, TASK_EXC_GUARD_MP_DELIVER },
    { deallocate_receive, kGUARD_EXC_INVALID_RIGHT, KERN_INVALID_RIGHT, TASK_EXC_GUARD_MP_DELIVER },
    { release_too_much, kGUARD_EXC_INVALID_VALUE, KERN_INVALID_VALUE, TASK_EXC_GUARD_MP_DELIVER },
    { guard_twice, kGUARD_EXC_INVALID_ARGUMENT, KERN_INVALID_ARGUMENT, TASK_EXC_GUARD_MP_DELIVER },
    { send_no_right, kGUARD_EXC_SEND_INVALID_RIGHT, MACH_SEND_INVALID_RIGHT, TASK_EXC_GUARD_MP_DELIVER },
    { destroy_what_never_was, kGUARD_EXC_INVALID_RIGHT, KERN_INVALID_RIGHT, TASK_EXC_GUARD_MP_DELIVER },
    { destruct_what_never_was, kGUARD_EXC_INVALID_RIGHT, KERN_INVALID_RIGHT, TASK_EXC_GUARD_MP_DELIVER },
    { receive_where_nothing_was, kGUARD_EXC_RCV_INVALID_NAME, MACH_RCV_INVALID_NAME,
      TASK_EXC_GUARD_MP_DELIVER },
    { release_no_set, kGUARD_EXC_INVALID_RIGHT, KERN_INVALID_RIGHT, TASK_EXC_GUARD_MP_DELIVER },
};

static int commit_optional(void *argument)
{
    const struct optional *plan = argument;
    told_to_parent();
    CHECK_EQ(task_set_exc_guard_behavior(SELF, plan->word), OK);
    CHECK_EQ(plan->commit(), plan->code);
    return SURVIVED;
}

TEST(an_optional_guard_exception_is_told_to_who_wants_it_and_the_call_returns_its_code, "K209 K211 P203 P204")
{
    mach_port_t port = receive_new();
    for (size_t i = 0; i < sizeof optional / sizeof optional[0]; i++) {
        world_task *task = world_task_spawn(commit_optional, (void *)(uintptr_t)&optional[i], port);
        expect_guard(port, optional[i].flavor, 0, i % 2 ? KERN_SUCCESS : KERN_FAILURE);
        CHECK_EQ(world_task_wait(task), SURVIVED);
    }
    receive_free(port);
}

/* ---- names that had a receive right once ---- */

static void lose_by_death(void)
{
    port_at_name();
    CHECK_EQ(mach_port_insert_right(SELF, NAME, NAME, MACH_MSG_TYPE_MAKE_SEND), OK);
    CHECK_EQ(destroy_receive(), OK);
}

/* NAME stays a send right. The receive right lies in a queue of ours. */
static void lose_by_move(void)
{
    mach_port_t holder = receive_new();
    port_at_name();
    CHECK_EQ(mach_port_insert_right(SELF, NAME, NAME, MACH_MSG_TYPE_MAKE_SEND), OK);
    struct {
        mach_msg_header_t header;
        mach_msg_body_t body;
        mach_msg_port_descriptor_t port;
    } message = {
        .header = { .msgh_bits = MACH_MSGH_BITS_COMPLEX | MACH_MSGH_BITS(MACH_MSG_TYPE_MAKE_SEND, 0),
                    .msgh_size = sizeof message,
                    .msgh_remote_port = holder },
        .body = { 1 },
        .port = { .name = NAME, .disposition = MACH_MSG_TYPE_MOVE_RECEIVE, .type = MACH_MSG_PORT_DESCRIPTOR },
    };
    CHECK_EQ(mach_msg(&message.header, MACH_SEND_MSG, sizeof message, 0, MACH_PORT_NULL, 0, MACH_PORT_NULL),
             OK);
}

static kern_return_t destroy_what_died(void)
{
    lose_by_death();
    return destroy_receive();
}

static kern_return_t destroy_what_moved(void)
{
    lose_by_move();
    return destroy_receive();
}

static kern_return_t destruct_what_moved(void)
{
    lose_by_move();
    return mach_port_destruct(SELF, NAME, 0, 0);
}

static kern_return_t receive_from_what_died(void)
{
    lose_by_death();
    return receive_there();
}

static kern_return_t receive_from_what_moved(void)
{
    lose_by_move();
    return receive_there();
}

static kern_return_t make_send_of_nothing(void)
{
    port_at_name();
    return mach_port_mod_refs(SELF, NAME, MACH_PORT_RIGHT_SEND, 1);
}

static kern_return_t release_send_of_dead_name(void)
{
    dead_at_name();
    return mach_port_mod_refs(SELF, NAME, MACH_PORT_RIGHT_SEND, -1);
}

static kern_return_t release_no_send_once(void)
{
    port_at_name();
    return mach_port_mod_refs(SELF, NAME, MACH_PORT_RIGHT_SEND_ONCE, -1);
}

static void run_quiet(const struct optional *plan, size_t n)
{
    mach_port_t port = receive_new();
    for (size_t i = 0; i < n; i++)
        CHECK_EQ(world_task_wait(world_task_spawn(commit_optional, (void *)(uintptr_t)&plan[i], port)),
                 SURVIVED);
    expect_no_request(port);
    receive_free(port);
}

TEST(a_name_that_had_a_receive_right_once_is_no_guard_violation_for_who_thinks_it_has_it, "P35 P30 P139")
{
    static const struct optional quiet[] = {
        { destroy_what_died, 0, KERN_INVALID_RIGHT, TASK_EXC_GUARD_MP_DELIVER },
        { destroy_what_moved, 0, KERN_INVALID_RIGHT, TASK_EXC_GUARD_MP_DELIVER },
        { destruct_what_moved, 0, KERN_INVALID_RIGHT, TASK_EXC_GUARD_MP_DELIVER },
        { receive_from_what_died, 0, MACH_RCV_INVALID_NAME, TASK_EXC_GUARD_MP_DELIVER },
        { receive_from_what_moved, 0, MACH_RCV_INVALID_NAME, TASK_EXC_GUARD_MP_DELIVER },
    };
    run_quiet(quiet, sizeof quiet / sizeof quiet[0]);
}

TEST(rights_that_may_have_gone_meanwhile_are_no_guard_violations, "P31 P33")
{
    static const struct optional quiet[] = {
        { make_send_of_nothing, 0, KERN_INVALID_RIGHT, TASK_EXC_GUARD_MP_DELIVER },
        { release_send_of_dead_name, 0, KERN_INVALID_RIGHT, TASK_EXC_GUARD_MP_DELIVER },
        { release_no_send_once, 0, KERN_INVALID_RIGHT, TASK_EXC_GUARD_MP_DELIVER },
    };
    run_quiet(quiet, sizeof quiet / sizeof quiet[0]);
}

TEST(nobody_is_told_of_optional_guard_exceptions_that_nobody_asked_for, "K211 K212 P204")
{
    static const struct optional plan = { deallocate_nothing, 0, KERN_INVALID_NAME, 0 };
    mach_port_t port = receive_new();
    CHECK_EQ(world_task_wait(world_task_spawn(commit_optional, (void *)(uintptr_t)&plan, port)), SURVIVED);
    expect_no_request(port);
    receive_free(port);
}

TEST(an_optional_guard_exception_can_be_made_fatal, "K211 P204")
{
    static const struct optional plan = { deallocate_nothing, 0, KERN_INVALID_NAME,
                                          TASK_EXC_GUARD_MP_DELIVER | TASK_EXC_GUARD_MP_FATAL };
    mach_port_t port = receive_new();
    world_task *task = world_task_spawn(commit_optional, (void *)(uintptr_t)&plan, port);
    expect_guard(port, kGUARD_EXC_INVALID_NAME, 0, KERN_SUCCESS);
    CHECK_EQ(world_task_wait(task), KILLED);
    receive_free(port);
}

static int commit_twice(void *argument)
{
    task_exc_guard_behavior_t word = 0;
    told_to_parent();
    CHECK_EQ(task_set_exc_guard_behavior(SELF, TASK_EXC_GUARD_MP_DELIVER | *(const int *)argument), OK);
    CHECK_EQ(deallocate_nothing(), KERN_INVALID_NAME);
    CHECK_EQ(deallocate_nothing(), KERN_INVALID_NAME);
    CHECK_EQ(task_get_exc_guard_behavior(SELF, &word), OK);
    return word & TASK_EXC_GUARD_MP_DELIVER ? SURVIVED : ANSWER;
}

TEST(with_the_once_bit_only_the_first_is_told, "K211 K212 P204")
{
    static const int once = TASK_EXC_GUARD_MP_ONCE, always = 0;
    mach_port_t port = receive_new();
    world_task *task = world_task_spawn(commit_twice, (void *)(uintptr_t)&once, port);
    expect_guard(port, kGUARD_EXC_INVALID_NAME, 0, KERN_SUCCESS);
    CHECK_EQ(world_task_wait(task), ANSWER);
    expect_no_request(port);
    task = world_task_spawn(commit_twice, (void *)(uintptr_t)&always, port);
    expect_guard(port, kGUARD_EXC_INVALID_NAME, 0, KERN_SUCCESS);
    expect_guard(port, kGUARD_EXC_INVALID_NAME, 0, KERN_SUCCESS);
    CHECK_EQ(world_task_wait(task), SURVIVED);
    receive_free(port);
}

static int violate_the_parents_port(void *argument)
{
    task_t parent = world_parent_port();
    told_to_parent();
    CHECK_EQ(mach_port_destroy(parent, *(const mach_port_t *)argument), KERN_INVALID_RIGHT);
    return SURVIVED;
}

TEST(a_violation_in_another_tasks_space_is_an_error_alone, "K211 P204")
{
    static mach_port_t port;
    port = receive_new();
    CHECK_EQ(mach_port_guard(SELF, port, GUARD, 0), OK);
    CHECK_EQ(world_task_wait(world_task_spawn(violate_the_parents_port, &port, SELF)), SURVIVED);
    CHECK_EQ(mach_port_destruct(SELF, port, 0, GUARD), OK);
}

/* ---- ports of the host, which this world lets everybody set ---- */

TEST(the_server_of_user_notifications_is_one_of_the_hosts_special_ports, "K103 K99 K101")
{
    mach_port_t host = mach_host_self(), own = receive_new(), by_number = MACH_PORT_NULL,
                by_name = MACH_PORT_NULL;
    REQUIRE_EQ(mach_port_insert_right(SELF, own, own, MACH_MSG_TYPE_MAKE_SEND), OK);
    if (host_set_UNDServer(host, own) == KERN_INVALID_ARGUMENT) {
        mach_port_deallocate(SELF, host);
        mach_port_destroy(SELF, own);
        SKIP("only root has the host's privileged port");
    }
    CHECK_EQ(host_get_special_port(host, HOST_LOCAL_NODE, HOST_USER_NOTIFICATION_PORT, &by_number), OK);
    CHECK_EQ(by_number, own);
    CHECK_EQ(host_get_UNDServer(host, &by_name), OK);
    CHECK_EQ(by_name, own);
    CHECK_EQ(host_set_UNDServer(host, UND_SERVER_NULL), OK);
    CHECK_EQ(host_get_UNDServer(host, &by_name), OK);
    CHECK_EQ(by_name, UND_SERVER_NULL);
    mach_port_deallocate(SELF, host);
    mach_port_destroy(SELF, own);
}
