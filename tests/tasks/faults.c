/* SPDX-License-Identifier: Apache-2.0 */
/* tests/tasks/faults.c - exceptions: who is told, in which form, and what answers do (K179-K192, K195-K206) */
#include "tests/tasks/carry.h"
#include "tests/tasks/faulting.h"

TEST(a_handler_changes_registers_and_the_thread_goes_on, "K179 K181 K185 K187 K188 K190 K192 K198")
{
    skip_if_sanitized();
    static const struct plan plan = { .thread_behavior = IDENTITY_CODES, .mask = EXC_MASK_BAD_ACCESS };
    mach_port_t port = receive_new();
    world_task *task = spawn_faulting(&plan, port);
    union request r = next_request(port, 2407);
    CHECK(r.header.msgh_bits & MACH_MSGH_BITS_COMPLEX);
    CHECK_EQ(r.header.msgh_size, 92 + 4 * STATE_WORDS);
    CHECK_EQ(task_of(&r), world_task_port_of(task)); /* control ports (K191) */
    CHECK_EQ(type_of(thread_of(&r)), MACH_PORT_TYPE_SEND);
    check_codes(&r, 60, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, BAD_ADDRESS);
    CHECK_EQ(word_at(&r, 84), STATE);
    CHECK_EQ(word_at(&r, 88), STATE_WORDS);
    CHECK_EQ(wide_at(&r, 92 + 8 * ARGUMENT_AT), BAD_ADDRESS);
    mach_msg_audit_trailer_t trailer;
    memcpy(&trailer, r.bytes + r.header.msgh_size, sizeof trailer);
    CHECK_EQ(trailer.msgh_sender.val[0], 0);
    CHECK_EQ(trailer.msgh_sender.val[1], 1); /* from the kernel */
    repair(&r, 92);
    CHECK_EQ(world_task_wait(task), ANSWER);
    mach_port_deallocate(SELF, thread_of(&r));
    mach_port_deallocate(SELF, task_of(&r));
    receive_free(port);
}

TEST(every_behavior_has_its_form, "K188 K189 K190 K168")
{
    skip_if_sanitized();
    static const struct {
        struct plan plan;
        int id;
        uint32_t size;
        size_t type_at, state_at;
    } forms[] = {
        { { .task_behavior = EXCEPTION_STATE, .mask = EXC_MASK_BAD_ACCESS }, 2402, 56 + 4 * STATE_WORDS, 32, 56 },
        { { .task_behavior = STATE_CODES, .mask = EXC_MASK_BAD_ACCESS }, 2406, 64 + 4 * STATE_WORDS, 32, 64 },
        { { .task_behavior = EXCEPTION_STATE_IDENTITY, .mask = EXC_MASK_BAD_ACCESS },
          2403,
          84 + 4 * STATE_WORDS,
          60,
          84 },
    };
    mach_port_t port = receive_new();
    for (size_t i = 0; i < sizeof forms / sizeof forms[0]; i++) {
        world_task *task = spawn_faulting(&forms[i].plan, port);
        union request r = next_request(port, forms[i].id);
        CHECK_EQ(r.header.msgh_size, forms[i].size);
        CHECK_EQ(word_at(&r, forms[i].type_at), EXC_BAD_ACCESS);
        repair(&r, forms[i].state_at);
        CHECK_EQ(world_task_wait(task), ANSWER);
        r.header.msgh_remote_port = MACH_PORT_NULL; /* used */
        mach_msg_destroy(&r.header);
    }
    receive_free(port);
}

/* The token stands where the ports do otherwise, and the thread is a number. */
static void check_protected(const struct plan *plan, int id, size_t state_at)
{
    mach_port_t port = receive_new(), of_task = MACH_PORT_NULL;
    world_task *task = spawn_faulting(plan, port);
    union request r = next_request(port, id);
    mach_msg_port_descriptor_t token;
    CHECK_EQ(r.header.msgh_size, state_at ? state_at + 4 * STATE_WORDS : 80);
    memcpy(&token, r.bytes + 28, sizeof token);
    CHECK_NE(wide_at(&r, 48), 0);
    check_codes(&r, 56, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, BAD_ADDRESS);
    CHECK_EQ(task_identity_token_get_task_port(token.name, TASK_FLAVOR_CONTROL, &of_task), OK);
    CHECK_EQ(of_task, world_task_port_of(task));
    if (state_at)
        repair(&r, state_at);
    else
        answer(&r, KERN_FAILURE);
    CHECK_EQ(world_task_wait(task), state_at ? ANSWER : KILLED);
    mach_port_deallocate(SELF, of_task);
    mach_port_deallocate(SELF, token.name);
    receive_free(port);
}

TEST(a_protected_identity_is_a_token, "K193 K188 K190 K113")
{
    skip_if_sanitized();
    static const struct plan plain = { .task_behavior =
                                           (int)(EXCEPTION_IDENTITY_PROTECTED | MACH_EXCEPTION_CODES),
                                       .mask = EXC_MASK_BAD_ACCESS };
    static const struct plan with_state = { .task_behavior = (int)(EXCEPTION_STATE_IDENTITY_PROTECTED |
                                                                   MACH_EXCEPTION_CODES),
                                            .mask = EXC_MASK_BAD_ACCESS };
    check_protected(&plain, 2408, 0);
    check_protected(&with_state, 2410, 88);
}

/* What a crash reporter does: it stops the task, reads the thread of the message, and here repairs it too. */
TEST(the_registers_of_a_fault_are_read_and_set_while_its_thread_waits, "K184 K185 K158 K191")
{
    skip_if_sanitized();
    static const struct plan plan = { .task_behavior = DEFAULT_CODES, .mask = EXC_MASK_BAD_ACCESS };
    mach_port_t port = receive_new();
    world_task *task = spawn_faulting(&plan, port);
    union request r = next_request(port, 2405);
    uint64_t state[STATE_WORDS / 2] = { 0 }, address = (uint64_t)(uintptr_t)&readable;
    mach_msg_type_number_t n = STATE_WORDS;
    CHECK_EQ(task_suspend(world_task_port_of(task)), OK);
    CHECK_EQ(thread_get_state(thread_of(&r), STATE, (thread_state_t)state, &n), OK);
    CHECK_EQ(state[ARGUMENT_AT], BAD_ADDRESS);
    state[ARGUMENT_AT] = address;
    CHECK_EQ(thread_set_state(thread_of(&r), STATE, (thread_state_t)state, STATE_WORDS), OK);
    answer(&r, KERN_SUCCESS);
    world_settle();
    int pid = 0;
    CHECK_EQ(pid_for_task(world_task_port_of(task), &pid), OK); /* it has not gone on, and ended */
    CHECK_EQ(task_resume(world_task_port_of(task)), OK);
    CHECK_EQ(world_task_wait(task), ANSWER);
    r.header.msgh_remote_port = MACH_PORT_NULL;
    mach_msg_destroy(&r.header);
    receive_free(port);
}

TEST(who_fails_is_followed_by_the_next_level, "K179 K182 K188")
{
    skip_if_sanitized();
    static const struct plan plan = { .thread_behavior = DEFAULT_CODES,
                                      .task_behavior = EXCEPTION_DEFAULT,
                                      .mask = EXC_MASK_BAD_ACCESS };
    mach_port_t port = receive_new();
    world_task *task = spawn_faulting(&plan, port);
    union request first = next_request(port, 2405);
    CHECK_EQ(first.header.msgh_size, 84);
    check_codes(&first, 60, EXC_BAD_ACCESS, KERN_INVALID_ADDRESS, BAD_ADDRESS);
    answer(&first, KERN_FAILURE);
    union request second = next_request(port, 2401);
    CHECK_EQ(second.header.msgh_size, 76);
    CHECK_EQ(word_at(&second, 68), KERN_INVALID_ADDRESS); /* cut to 32 bits */
    CHECK_EQ(word_at(&second, 72), BAD_ADDRESS);
    answer(&second, KERN_FAILURE);
    CHECK_EQ(world_task_wait(task), KILLED); /* nobody took it: the default of the signal (K200) */
    first.header.msgh_remote_port = second.header.msgh_remote_port = MACH_PORT_NULL;
    mach_msg_destroy(&first.header);
    mach_msg_destroy(&second.header);
    receive_free(port);
}

/* Ways of failing at the thread's level; the task's repairs. */
enum bad { BAD_DROPPED, BAD_ID, BAD_COUNT, BAD_STATE, N_BAD };

static void answer_badly(union request *r, enum bad bad)
{
    uint64_t address = (uint64_t)(uintptr_t)&readable;
    switch (bad) {
    case BAD_DROPPED: mach_port_deallocate(SELF, r->header.msgh_remote_port); break;
    case BAD_ID: answer_with(r, 64, address, STATE_WORDS, r->header.msgh_id + 99); break;
    case BAD_COUNT: answer_with(r, 64, address, STATE_WORDS - 2, r->header.msgh_id + 100); break;
    case BAD_STATE:
        memset(r->bytes + 64, 0xff, 4 * STATE_WORDS); /* no such program counter */
        answer_with(r, 64, address, STATE_WORDS, r->header.msgh_id + 100);
        break;
    case N_BAD: break;
    }
}

TEST(answers_that_are_no_answers, "K182 K161 K159")
{
    skip_if_sanitized();
    static const struct plan plan = { .thread_behavior = STATE_CODES,
                                      .task_behavior = EXCEPTION_STATE,
                                      .mask = EXC_MASK_BAD_ACCESS };
    mach_port_t port = receive_new();
    for (int bad = 0; bad < N_BAD; bad++) {
        world_task *task = spawn_faulting(&plan, port);
        union request r = next_request(port, 2406);
        answer_badly(&r, (enum bad)bad);
        r = next_request(port, 2402);
        repair(&r, 56);
        CHECK_EQ(world_task_wait(task), ANSWER);
    }
    receive_free(port);
}

TEST(the_queue_limit_does_not_hold_an_exception_up, "K183")
{
    skip_if_sanitized();
    static const struct plan plan = { .task_behavior = STATE_CODES, .mask = EXC_MASK_BAD_ACCESS };
    mach_port_t port = receive_new();
    world_task *task = world_task_spawn(fault, (void *)(uintptr_t)&plan, port);
    natural_t limit = 0;
    CHECK_EQ(mach_port_set_attributes(SELF, port, MACH_PORT_LIMITS_INFO, (mach_port_info_t)&limit, 1), OK);
    union request r = next_request(port, 2406);
    repair(&r, 64);
    CHECK_EQ(world_task_wait(task), ANSWER);
    receive_free(port);
}

TEST(a_crash_is_told_before_the_process_dies, "K205 K206 K200")
{
    skip_if_sanitized();
    static const struct plan plan = { .task_behavior = STATE_CODES,
                                      .mask = EXC_MASK_BAD_ACCESS | EXC_MASK_CRASH };
    mach_port_t port = receive_new();
    world_task *task = spawn_faulting(&plan, port);
    union request r = next_request(port, 2406);
    answer(&r, KERN_FAILURE);
    r = next_request(port, 2406);
    check_codes(&r, 32, EXC_CRASH, SIGSEGV << 24 | EXC_BAD_ACCESS << 20 | KERN_INVALID_ADDRESS, BAD_ADDRESS);
    repair(&r, 64); /* it dies all the same */
    CHECK_EQ(world_task_wait(task), KILLED);
    receive_free(port);
}

static int crash_alone(void *argument)
{
    mach_port_t port = both_new();
    fault_by_default();
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_CRASH, port, STATE_CODES, STATE), OK);
    return (int)world_fault(BAD_ADDRESS); /* nobody would ever answer */
}

TEST(nobody_is_told_of_its_own_crash, "K180")
{
    skip_if_sanitized();
    CHECK_EQ(world_task_wait(world_task_spawn(crash_alone, NULL, MACH_PORT_NULL)), KILLED);
}

/* The handler dies, and its port with it, while the request is there. */
static int take_and_die(void *argument)
{
    mach_port_t port = both_new();
    CHECK_EQ(give(world_parent_port(), port, MACH_MSG_TYPE_COPY_SEND), OK);
    next_request(port, 2406);
    return 0;
}

static void *fault_on_thread(void *value_p)
{
    *(uint64_t *)value_p = world_fault(BAD_ADDRESS);
    return NULL;
}

TEST(a_handler_that_dies_has_failed, "K182 K186")
{
    skip_if_sanitized();
    mach_port_t port = both_new(), mine = both_new();
    world_task *handler = world_task_spawn(take_and_die, NULL, port);
    mach_port_t right = take(port).port.name;
    uint64_t value = 0;
    /* For the time of the fault this task's second handler is itself, on another thread. */
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, right, STATE_CODES, STATE), OK);
    mach_port_t host = mach_host_self();
    world_thread *thread;
    struct {
        exception_mask_t masks[32];
        mach_msg_type_number_t n;
        mach_port_t ports[32];
        exception_behavior_t behaviors[32];
        thread_state_flavor_t flavors[32];
    } old;
    bool is_privileged =
        host_swap_exception_ports(host, EXC_MASK_BAD_ACCESS, mine, EXCEPTION_STATE, STATE, old.masks, &old.n,
                                  old.ports, old.behaviors, old.flavors) == OK;
    if (is_privileged) {
        thread = world_thread_spawn(fault_on_thread, &value);
        CHECK_EQ(world_task_wait(handler), 0);
        union request r = next_request(mine, 2402);
        repair(&r, 56);
        world_thread_join(thread);
        CHECK_EQ(value, ANSWER);
        CHECK_EQ(host_set_exception_ports(host, EXC_MASK_BAD_ACCESS, old.ports[0], old.behaviors[0],
                                          old.flavors[0]),
                 OK);
        mach_port_deallocate(SELF, old.ports[0]);
    } else {
        world_task_kill(handler);
    }
    CHECK_EQ(task_set_exception_ports(SELF, EXC_MASK_BAD_ACCESS, MACH_PORT_NULL, 0, 0), OK);
    mach_port_deallocate(SELF, host);
    mach_port_deallocate(SELF, right);
    CHECK_EQ(mach_port_mod_refs(SELF, port, MACH_PORT_RIGHT_SEND, -1), OK);
    CHECK_EQ(mach_port_mod_refs(SELF, mine, MACH_PORT_RIGHT_SEND, -1), OK);
    receive_free(port);
    receive_free(mine);
    if (!is_privileged)
        SKIP("only root has the host's level");
}
