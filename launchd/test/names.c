/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/names.c - offering names and finding them */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "launchd/test/util.h"

/* ---- the interface ---- */

TEST(the_header_has_the_values_and_types, "B15 B16 B17")
{
    CHECK_EQ(sizeof(name_t), 128);
    CHECK_EQ(sizeof(cmd_t), 512);
    CHECK_EQ(sizeof(bootstrap_status_t), 4);
    CHECK_EQ(BOOTSTRAP_SUCCESS, 0);
    CHECK_EQ(BOOTSTRAP_NOT_PRIVILEGED, 1100);
    CHECK_EQ(BOOTSTRAP_NAME_IN_USE, 1101);
    CHECK_EQ(BOOTSTRAP_UNKNOWN_SERVICE, 1102);
    CHECK_EQ(BOOTSTRAP_SERVICE_ACTIVE, 1103);
    CHECK_EQ(BOOTSTRAP_BAD_COUNT, 1104);
    CHECK_EQ(BOOTSTRAP_NO_MEMORY, 1105);
    CHECK_EQ(BOOTSTRAP_NO_CHILDREN, 1106);
    CHECK_EQ(BOOTSTRAP_STATUS_ON_DEMAND, 2);
    CHECK_EQ(BOOTSTRAP_MAX_NAME_LEN, 128);
    CHECK_EQ(BOOTSTRAP_MAX_CMD_LEN, 512);
    CHECK_EQ(BOOTSTRAP_MAX_LOOKUP_COUNT, 20);
    CHECK_EQ(BOOTSTRAP_STRICT_LOOKUP, 128);
    CHECK_EQ(BOOTSTRAP_PROPERTY_PERUSER, 8);
}

TEST(unknown_flag_bits_are_ignored, "B17")
{
    mach_port_t port, found;

    REQUIRE_EQ(bootstrap_check_in2(bootstrap_port, "test.flags", &port, 1ull << 40), KERN_SUCCESS);
    CHECK_EQ(bootstrap_look_up2(bootstrap_port, "test.flags", &found, 0, 1ull << 41), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), found);
    drop_receive(port);
}

TEST(errors_have_words, "B22")
{
    CHECK_STR_EQ(bootstrap_strerror(BOOTSTRAP_NAME_IN_USE), bootstrap_strerror(BOOTSTRAP_SERVICE_ACTIVE));
    CHECK(strcmp(bootstrap_strerror(BOOTSTRAP_NO_MEMORY), bootstrap_strerror(BOOTSTRAP_UNKNOWN_SERVICE)) != 0);
    CHECK(strlen(bootstrap_strerror(BOOTSTRAP_NO_CHILDREN)) > 0);
    CHECK(strlen(bootstrap_strerror(KERN_INVALID_NAME)) > 0);
}

struct raw {
    mach_msg_header_t header;
    NDR_record_t ndr;
    kern_return_t code;
    char room[400];
};

/* Sends a bare request with this number, and returns the result code of the answer. */
static kern_return_t ask(int number, struct raw *raw, mach_msg_size_t size)
{
    mach_port_t reply = port_new();
    kern_return_t kr;

    raw->header = (mach_msg_header_t){ .msgh_bits = MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND,
                                                                   MACH_MSG_TYPE_MAKE_SEND_ONCE),
                                       .msgh_size = size,
                                       .msgh_remote_port = bootstrap_port,
                                       .msgh_local_port = reply,
                                       .msgh_id = number };
    kr = mach_msg(&raw->header, MACH_SEND_MSG | MACH_RCV_MSG | MACH_RCV_TIMEOUT, size, sizeof(*raw), reply,
                  5000, MACH_PORT_NULL);
    drop_receive(reply);
    if (kr != KERN_SUCCESS)
        return kr;
    CHECK_EQ(raw->header.msgh_id, number + 100);
    kr = raw->header.msgh_bits & MACH_MSGH_BITS_COMPLEX ? KERN_SUCCESS : raw->code;
    mach_msg_destroy(&raw->header);
    return kr;
}

TEST(reserved_numbers_answer_as_unknown_requests, "B19 B16")
{
    static const int reserved[] = { 401, 407, 410, 415, 417, 419, 421, 422, 424, 426, 427, 430, 435, 439 };
    static const int answered[] = { 400, 402, 403, 404, 405, 406, 408, 409, 416,
                                    418, 420, 423, 425, 428, 429, 436, 437, 438 };
    struct raw raw;

    for (size_t i = 0; i < sizeof(reserved) / sizeof(reserved[0]); i++) {
        memset(&raw, 0, sizeof(raw));
        CHECK_EQ(ask(reserved[i], &raw, 40), MIG_BAD_ID);
    }
    for (size_t i = 0; i < sizeof(answered) / sizeof(answered[0]); i++) {
        memset(&raw, 0, sizeof(raw));
        kern_return_t kr = ask(answered[i], &raw, 40);
        CHECK_NE(kr, MIG_BAD_ID);
        CHECK_NE(kr, 1099);
    }
}

TEST(a_name_without_its_zero_is_refused, "B64")
{
    struct raw raw = { .room = { 0 } };
    size_t at = sizeof(raw.header) + sizeof(raw.ndr); /* where the name begins */

    memset((char *)&raw + at, 'x', BOOTSTRAP_MAX_NAME_LEN);
    CHECK_EQ(ask(440, &raw, (mach_msg_size_t)(at + BOOTSTRAP_MAX_NAME_LEN)), MIG_BAD_ARGUMENTS);
}

/* What launchd answers is not what counts here, but that it came to our reply port and that nothing is left behind. */
TEST(a_call_leaves_no_right_behind, "B21 B89")
{
    mach_port_name_array_t names;
    mach_port_type_array_t types;
    mach_msg_type_number_t before, after, n;

    look_result(bootstrap_port, "test.nothing");
    REQUIRE_EQ(mach_port_names(mach_task_self(), &names, &before, &types, &n), KERN_SUCCESS);
    for (int i = 0; i < 100; i++)
        CHECK_EQ(look_result(bootstrap_port, "test.nothing"), BOOTSTRAP_UNKNOWN_SERVICE);
    REQUIRE_EQ(mach_port_names(mach_task_self(), &names, &after, &types, &n), KERN_SUCCESS);
    CHECK_EQ(before, after);
}

/* ---- check-in ---- */

TEST(check_in_gives_the_receive_right_alone, "B2 B3 B23 B26")
{
    mach_port_t port;

    REQUIRE_EQ(check_in(bootstrap_port, "test.receive", &port), KERN_SUCCESS);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    CHECK(strstr(listing(bootstrap_port), "A test.receive (") != NULL);
    drop_receive(port);
    CHECK_EQ(look_result(bootstrap_port, "test.receive"), BOOTSTRAP_UNKNOWN_SERVICE);
}

TEST(launchd_keeps_a_send_right_so_no_senders_does_not_fire, "B23")
{
    mach_port_t port, notify = port_new(), previous;

    REQUIRE_EQ(check_in(bootstrap_port, "test.senders", &port), KERN_SUCCESS);
    REQUIRE_EQ(mach_port_request_notification(mach_task_self(), port, MACH_NOTIFY_NO_SENDERS, 0, notify,
                                              MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous),
               KERN_SUCCESS);
    CHECK_EQ(look_result(bootstrap_port, "test.senders"), KERN_SUCCESS);
    struct {
        mach_msg_header_t header;
        char room[128];
    } message;
    CHECK_EQ(mach_msg(&message.header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(message), notify, 50,
                      MACH_PORT_NULL),
             MACH_RCV_TIMED_OUT);
    drop_receive(port);
    drop_receive(notify);
}

TEST(check_in_outcomes_in_order, "B25 B69 B179")
{
    struct child other = child_with_name("test.others");
    mach_port_t port, untouched = 0x1234;

    CHECK_EQ(bootstrap_check_in2(bootstrap_port, "test.strict", &untouched, BOOTSTRAP_STRICT_CHECKIN),
             BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(look_result(bootstrap_port, "test.strict"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(check_in(bootstrap_port, "test.others", &untouched), BOOTSTRAP_NOT_PRIVILEGED);
    REQUIRE_EQ(check_in(bootstrap_port, "test.own", &port), KERN_SUCCESS);
    CHECK_EQ(check_in(bootstrap_port, "test.own", &untouched), BOOTSTRAP_SERVICE_ACTIVE);
    CHECK_EQ(untouched, 0x1234);
    drop_receive(port);
    child_kill(&other);
}

TEST(a_name_with_a_dead_port_is_unknown_to_check_in, "B25 B73 B28")
{
    mach_port_t port, again;

    for (int i = 0; i < 50; i++) {
        REQUIRE_EQ(check_in(bootstrap_port, "test.again", &port), KERN_SUCCESS);
        drop_receive(port);
        REQUIRE_EQ(check_in(bootstrap_port, "test.again", &again), KERN_SUCCESS);
        drop_receive(again);
    }
}

TEST(one_process_has_several_names_and_domains, "B32 B24")
{
    mach_port_t subset, one, two, three;

    REQUIRE_EQ(bootstrap_subset(bootstrap_port, mach_task_self(), &subset), KERN_SUCCESS);
    CHECK_EQ(check_in(bootstrap_port, "test.one", &one), KERN_SUCCESS);
    CHECK_EQ(check_in(bootstrap_port, "test.two", &two), KERN_SUCCESS);
    CHECK_EQ(check_in(subset, "test.one", &three), KERN_SUCCESS);
    CHECK_NE(one, two);
    CHECK_NE(one, three);
    drop_receive(one);
    drop_receive(two);
    drop_receive(three);
    mach_port_deallocate(mach_task_self(), subset);
}

/* ---- declared names ---- */

static void serve_declared(struct child *parent, const char *name)
{
    mach_port_t port;

    child_tell(parent, check_in(bootstrap_port, name, &port));
    child_tell(parent, receive_id(port));
    child_tell(parent, receive_id(port));
    child_hear(parent);
}

TEST(a_declared_name_queues_and_comes_back, "B2 B3 B27 B28 B29 B48 B71 B68")
{
    name_t name = "test.declared";
    mach_port_t port, again;
    struct child server;

    REQUIRE_EQ(bootstrap_create_service(bootstrap_port, name, &port), KERN_SUCCESS);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND);
    CHECK_EQ(bootstrap_create_service(bootstrap_port, name, &again), BOOTSTRAP_SERVICE_ACTIVE);
    CHECK(strstr(listing(bootstrap_port), "I test.declared (") != NULL);
    CHECK_EQ(send_id(port, 1), KERN_SUCCESS);
    CHECK_EQ(send_id(port, 2), KERN_SUCCESS);
    CHECK_EQ(send_id(port, 3), KERN_SUCCESS);
    server = child_start(serve_declared, name);
    CHECK_EQ(child_hear(&server), KERN_SUCCESS);
    CHECK_EQ(child_hear(&server), 1);
    CHECK_EQ(child_hear(&server), 2);
    CHECK(strstr(listing(bootstrap_port), "A test.declared (") != NULL);
    child_kill(&server);
    CHECK(strstr(listing(bootstrap_port), "I test.declared (") != NULL);
    REQUIRE_EQ(look(name, &again), KERN_SUCCESS);
    CHECK_EQ(again, port);
    REQUIRE_EQ(check_in(bootstrap_port, name, &again), KERN_SUCCESS);
    CHECK_EQ(again, port);
    CHECK_EQ(receive_id(port), 3);
    drop_receive(port);
    CHECK_EQ(enlist(bootstrap_port, name, MACH_PORT_NULL), KERN_SUCCESS);
    CHECK_EQ(look_result(bootstrap_port, name), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_DEAD_NAME);
    mach_port_destroy(mach_task_self(), port);
}

static void try_to_take(struct child *parent, const char *name)
{
    mach_port_t port = port_with_send();

    child_tell(parent, enlist(bootstrap_port, name, port));
    child_tell(parent, enlist(bootstrap_port, name, MACH_PORT_NULL));
}

TEST(a_declared_name_belongs_to_its_job, "B80 B44 B179")
{
    name_t name = "test.mine";
    mach_port_t port, own = port_with_send();
    struct child other;

    REQUIRE_EQ(bootstrap_create_service(bootstrap_port, name, &port), KERN_SUCCESS);
    other = child_start(try_to_take, name);
    CHECK_EQ(child_hear(&other), BOOTSTRAP_NOT_PRIVILEGED);
    CHECK_EQ(child_hear(&other), BOOTSTRAP_NOT_PRIVILEGED);
    child_wait(&other);
    CHECK_EQ(enlist(bootstrap_port, name, own), BOOTSTRAP_NOT_PRIVILEGED);
    CHECK_EQ(look_result(bootstrap_port, name), KERN_SUCCESS);
    CHECK_EQ(enlist(bootstrap_port, name, MACH_PORT_NULL), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), port);
    mach_port_destroy(mach_task_self(), own);
}

/* ---- lookup ---- */

TEST(look_up_gives_a_send_right_each_time, "B33 B86")
{
    struct child other = child_with_name("test.refs");
    mach_port_t first, second;

    REQUIRE_EQ(look("test.refs", &first), KERN_SUCCESS);
    CHECK_EQ(type_of(first), MACH_PORT_TYPE_SEND);
    CHECK_EQ(send_refs(first), 1);
    REQUIRE_EQ(look("test.refs", &second), KERN_SUCCESS);
    CHECK_EQ(first, second);
    CHECK_EQ(send_refs(first), 2);
    mach_port_mod_refs(mach_task_self(), first, MACH_PORT_RIGHT_SEND, -2);
    child_kill(&other);
}

TEST(references_beyond_65535_are_pegged, "B86")
{
    struct child other = child_with_name("test.peg");
    mach_port_t port, again;

    REQUIRE_EQ(look("test.peg", &port), KERN_SUCCESS);
    REQUIRE_EQ(mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, 65532), KERN_SUCCESS);
    for (int i = 0; i < 5; i++)
        CHECK_EQ(look("test.peg", &again), KERN_SUCCESS);
    CHECK_EQ(send_refs(port), 65535);
    mach_port_deallocate(mach_task_self(), port);
    CHECK_EQ(send_refs(port), 65535);
    child_kill(&other);
    mach_port_destroy(mach_task_self(), port);
}

TEST(look_up_finds_the_own_receive_right_too, "B33")
{
    mach_port_t port, found;

    REQUIRE_EQ(check_in(bootstrap_port, "test.self", &port), KERN_SUCCESS);
    REQUIRE_EQ(look("test.self", &found), KERN_SUCCESS);
    CHECK_EQ(found, port);
    CHECK_EQ(type_of(port), MACH_PORT_TYPE_SEND_RECEIVE);
    CHECK_EQ(send_id(found, 7), KERN_SUCCESS);
    CHECK_EQ(receive_id(port), 7);
    mach_port_destroy(mach_task_self(), port);
}

TEST(an_unknown_name_gives_null, "B36 B67")
{
    mach_port_t port = 0x1234;

    CHECK_EQ(look("test.unknown", &port), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(port, MACH_PORT_NULL);
}

TEST(look_up_says_nothing_about_who_serves, "B34")
{
    name_t name = "test.unserved";
    mach_port_t port, found;

    REQUIRE_EQ(bootstrap_create_service(bootstrap_port, name, &port), KERN_SUCCESS);
    CHECK_EQ(look(name, &found), KERN_SUCCESS);
    CHECK_EQ(send_id(found, 1), KERN_SUCCESS);
    CHECK(strstr(listing(bootstrap_port), "I test.unserved (") != NULL);
    CHECK_EQ(enlist(bootstrap_port, name, MACH_PORT_NULL), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), port);
}

/* The process is killed while launchd is asked: unknown, or found and perhaps dead on arrival. */
TEST(a_looked_up_port_may_be_dead, "B37")
{
    mach_port_t port, found;
    kern_return_t kr;

    for (int i = 0; i < 20; i++) {
        struct child other = child_with_name("test.dying");
        kill(other.pid, 9);
        kr = look("test.dying", &found);
        CHECK(kr == BOOTSTRAP_UNKNOWN_SERVICE ? found == MACH_PORT_NULL
                                              : kr == KERN_SUCCESS && found != MACH_PORT_NULL);
        port = found;
        if (MACH_PORT_VALID(port))
            mach_port_deallocate(mach_task_self(), port);
        child_wait(&other);
    }
}

TEST(a_privileged_server_is_root, "B38")
{
    mach_port_t port, found = 0x1234;
    kern_return_t kr;

    REQUIRE_EQ(check_in(bootstrap_port, "test.privileged", &port), KERN_SUCCESS);
    kr = bootstrap_look_up2(bootstrap_port, "test.privileged", &found, 0, BOOTSTRAP_PRIVILEGED_SERVER);
    if (system_mode()) {
        CHECK_EQ(kr, KERN_SUCCESS);
    } else {
        CHECK_EQ(kr, BOOTSTRAP_NOT_PRIVILEGED);
        CHECK_EQ(found, MACH_PORT_NULL);
        CHECK_EQ(type_of(port), MACH_PORT_TYPE_RECEIVE);
    }
    mach_port_destroy(mach_task_self(), port);
}

TEST(private_names_are_found_by_pid_only, "B30 B40 B47 B61")
{
    mach_port_t port, found, same;

    REQUIRE_EQ(bootstrap_check_in2(bootstrap_port, "test.private", &port, BOOTSTRAP_PER_PID_SERVICE),
               KERN_SUCCESS);
    CHECK_EQ(look_result(bootstrap_port, "test.private"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK(strstr(listing(bootstrap_port), "test.private") == NULL);
    CHECK_EQ(bootstrap_look_up2(bootstrap_port, "test.private", &found, getpid(), BOOTSTRAP_PER_PID_SERVICE),
             KERN_SUCCESS);
    CHECK_EQ(found, port);
    CHECK_EQ(bootstrap_look_up2(bootstrap_port, "test.private", &found, getpid() + 1,
                                BOOTSTRAP_PER_PID_SERVICE),
             BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(check_in(bootstrap_port, "test.private", &same), KERN_SUCCESS);
    CHECK_NE(same, port);
    mach_port_destroy(mach_task_self(), port);
    mach_port_destroy(mach_task_self(), same);
}

/* ---- register ---- */

TEST(register_binds_a_copied_send_right, "B43 B3")
{
    mach_port_t port = port_with_send(), found;

    CHECK_EQ(enlist(bootstrap_port, "test.registered", port), KERN_SUCCESS);
    CHECK_EQ(send_refs(port), 1);
    CHECK(strstr(listing(bootstrap_port), "A test.registered (") != NULL);
    CHECK_EQ(look("test.registered", &found), KERN_SUCCESS);
    CHECK_EQ(found, port);
    mach_port_destroy(mach_task_self(), port);
    CHECK_EQ(look_result(bootstrap_port, "test.registered"), BOOTSTRAP_UNKNOWN_SERVICE);
}

static void enlist_for_other(struct child *parent, const char *name)
{
    mach_port_t port = port_with_send();

    child_tell(parent, enlist(bootstrap_port, name, port));
}

TEST(register_outcomes_in_order, "B44 B46 B69 B179")
{
    mach_port_t port = port_with_send(), dead = port_with_send(), own;
    struct child other = child_with_name("test.reg.others");

    drop_receive(dead);
    CHECK_EQ(enlist(bootstrap_port, "test.reg.dead", dead), BOOTSTRAP_NO_MEMORY);
    CHECK_EQ(look_result(bootstrap_port, "test.reg.dead"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(enlist(bootstrap_port, "test.reg.none", MACH_PORT_NULL), KERN_SUCCESS);
    CHECK_EQ(look_result(bootstrap_port, "test.reg.none"), BOOTSTRAP_UNKNOWN_SERVICE);
    CHECK_EQ(enlist(bootstrap_port, "test.reg.others", port), BOOTSTRAP_NOT_PRIVILEGED);
    CHECK_EQ(enlist(bootstrap_port, "test.reg.own", port), KERN_SUCCESS);
    CHECK_EQ(enlist(bootstrap_port, "test.reg.own", port), BOOTSTRAP_SERVICE_ACTIVE);
    CHECK_EQ(check_in(bootstrap_port, "test.reg.own", &own), BOOTSTRAP_SERVICE_ACTIVE);
    CHECK_EQ(send_refs(port), 1);
    drop_receive(port);
    port = port_with_send();
    CHECK_EQ(enlist(bootstrap_port, "test.reg.own", port), KERN_SUCCESS);
    mach_port_destroy(mach_task_self(), port);
    mach_port_deallocate(mach_task_self(), dead);
    child_kill(&other);
}

TEST(a_registered_name_ends_with_its_registrant, "B70 B46 B72")
{
    struct child other = child_start(enlist_for_other, "test.reg.ends");

    CHECK_EQ(child_hear(&other), KERN_SUCCESS);
    CHECK_EQ(child_wait(&other), 0);
    CHECK_EQ(look_result(bootstrap_port, "test.reg.ends"), BOOTSTRAP_UNKNOWN_SERVICE);
}

TEST(a_subset_may_hold_a_name_that_its_parent_has, "B45 B24 B33 B54")
{
    mach_port_t subset, above, below, found;

    REQUIRE_EQ(bootstrap_subset(bootstrap_port, mach_task_self(), &subset), KERN_SUCCESS);
    above = port_with_send();
    below = port_with_send();
    CHECK_EQ(enlist(bootstrap_port, "test.shadow", above), KERN_SUCCESS);
    CHECK_EQ(enlist(subset, "test.shadow", MACH_PORT_NULL), KERN_SUCCESS);
    CHECK_EQ(bootstrap_look_up(subset, "test.shadow", &found), KERN_SUCCESS);
    CHECK_EQ(found, above);
    CHECK_EQ(enlist(subset, "test.shadow", below), KERN_SUCCESS);
    CHECK_EQ(bootstrap_look_up(subset, "test.shadow", &found), KERN_SUCCESS);
    CHECK_EQ(found, below);
    CHECK_EQ(bootstrap_look_up(bootstrap_port, "test.shadow", &found), KERN_SUCCESS);
    CHECK_EQ(found, above);
    mach_port_destroy(mach_task_self(), above);
    mach_port_destroy(mach_task_self(), below);
    mach_port_deallocate(mach_task_self(), subset);
}

/* ---- names ---- */

TEST(names_are_bytes_cut_at_127, "B64")
{
    char name[200], same[200];
    mach_port_t port, found, empty;

    memset(name, 'n', sizeof(name));
    memset(same, 'n', sizeof(same));
    name[180] = same[127] = 0;
    REQUIRE_EQ(check_in(bootstrap_port, name, &port), KERN_SUCCESS);
    CHECK_EQ(look(same, &found), KERN_SUCCESS);
    CHECK_EQ(found, port);
    same[126] = 0;
    CHECK_EQ(look_result(bootstrap_port, same), BOOTSTRAP_UNKNOWN_SERVICE);
    same[126] = 'N';
    CHECK_EQ(look_result(bootstrap_port, same), BOOTSTRAP_UNKNOWN_SERVICE);
    mach_port_destroy(mach_task_self(), port);
    CHECK_EQ(check_in(bootstrap_port, "", &empty), KERN_SUCCESS);
    CHECK_EQ(look_result(bootstrap_port, ""), KERN_SUCCESS);
    CHECK_EQ(look_result(bootstrap_port, "\x01\xff"), BOOTSTRAP_UNKNOWN_SERVICE);
    mach_port_destroy(mach_task_self(), empty);
}

/* Every call of sections 4 to 9, with a bootstrap port that is none. */
static void misuse(mach_port_t bp, kern_return_t expected)
{
    name_t name = "test.misuse";
    mach_port_t port = 0x1234;
    bootstrap_status_t status = 77;
    mach_port_t offered = port_with_send();

    CHECK_EQ(bootstrap_check_in(bp, name, &port), expected);
    CHECK_EQ(port, 0x1234);
    CHECK_EQ(bootstrap_look_up(bp, name, &port), expected);
    CHECK_EQ(port, MACH_PORT_NULL);
    port = 0x1234;
    CHECK_EQ(bootstrap_register(bp, name, offered), expected);
    CHECK_EQ(bootstrap_create_service(bp, name, &port), expected);
    CHECK_EQ(bootstrap_subset(bp, mach_task_self(), &port), expected);
    CHECK_EQ(bootstrap_parent(bp, &port), expected);
    CHECK_EQ(bootstrap_get_root(bp, &port), expected);
    CHECK_EQ(bootstrap_status(bp, name, &status), expected);
    CHECK_EQ(port, 0x1234);
    CHECK_EQ(status, 77);
    CHECK_EQ(send_refs(offered), 1);
    mach_port_destroy(mach_task_self(), offered);
}

TEST(what_is_no_bootstrap_port_is_an_invalid_destination, "B66 B67 B179")
{
    mach_port_t receive = port_new(), dead = port_with_send(), set;

    misuse(MACH_PORT_NULL, MACH_SEND_INVALID_DEST);
    misuse(MACH_PORT_DEAD, MACH_SEND_INVALID_DEST);
    misuse(0x7f0003, MACH_SEND_INVALID_DEST);
    misuse(receive, MACH_SEND_INVALID_DEST);
    drop_receive(dead);
    misuse(dead, MACH_SEND_INVALID_DEST);
    REQUIRE_EQ(mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_PORT_SET, &set), KERN_SUCCESS);
    misuse(set, MACH_SEND_INVALID_DEST);
    mach_port_destroy(mach_task_self(), set);
    mach_port_destroy(mach_task_self(), dead);
    drop_receive(receive);
}

static void look_up_at_the_silent(struct child *parent, const char *silent)
{
    mach_port_t bp;

    REQUIRE_EQ(look(silent, &bp), KERN_SUCCESS);
    child_tell(parent, 0);
    child_tell(parent, look_result(bp, "test.silent"));
}

TEST(a_port_that_nobody_receives_from_lets_the_call_wait, "B66 B179")
{
    mach_port_t port;
    struct child child;

    REQUIRE_EQ(check_in(bootstrap_port, "test.silent.port", &port), KERN_SUCCESS);
    child = child_start(look_up_at_the_silent, "test.silent.port");
    CHECK_EQ(child_hear(&child), 0);
    CHECK_EQ(receive_id(port), 404);
    child_kill(&child);
    drop_receive(port);
}

TEST(another_server_answers_as_it_likes, "B66 B179")
{
    mach_port_t found = 0x1234;

    CHECK_EQ(bootstrap_look_up(mach_task_self(), "test.misuse", &found), MIG_BAD_ID);
    CHECK_EQ(found, MACH_PORT_NULL);
}

/* ---- many names ---- */

TEST(an_array_of_names_is_looked_up_at_once, "B42")
{
    static name_t names[BOOTSTRAP_MAX_LOOKUP_COUNT + 1] = { "test.array.0", "test.array.none",
                                                            "test.array.1" };
    mach_port_t first, second, *ports = NULL;
    mach_msg_type_number_t n = 77;
    boolean_t all_known = TRUE;

    REQUIRE_EQ(check_in(bootstrap_port, names[0], &first), KERN_SUCCESS);
    REQUIRE_EQ(check_in(bootstrap_port, names[2], &second), KERN_SUCCESS);
    REQUIRE_EQ(bootstrap_look_up_array(bootstrap_port, names, 3, &ports, &n, &all_known), KERN_SUCCESS);
    CHECK_EQ(n, 3);
    CHECK_EQ(ports[0], first);
    CHECK_EQ(ports[1], MACH_PORT_NULL);
    CHECK_EQ(ports[2], second);
    CHECK(!all_known);
    CHECK_EQ(send_refs(first), 1);
    vm_deallocate(mach_task_self(), (vm_address_t)ports, n * sizeof(*ports));
    strcpy(names[1], names[0]);
    REQUIRE_EQ(bootstrap_look_up_array(bootstrap_port, names, 3, &ports, &n, &all_known), KERN_SUCCESS);
    CHECK(all_known);
    CHECK_EQ(send_refs(first), 3);
    vm_deallocate(mach_task_self(), (vm_address_t)ports, n * sizeof(*ports));
    CHECK_EQ(bootstrap_look_up_array(bootstrap_port, names, BOOTSTRAP_MAX_LOOKUP_COUNT, &ports, &n, &all_known),
             KERN_SUCCESS);
    CHECK_EQ(n, BOOTSTRAP_MAX_LOOKUP_COUNT);
    vm_deallocate(mach_task_self(), (vm_address_t)ports, n * sizeof(*ports));
    ports = NULL;
    CHECK_EQ(bootstrap_look_up_array(bootstrap_port, names, BOOTSTRAP_MAX_LOOKUP_COUNT + 1, &ports, &n,
                                     &all_known),
             BOOTSTRAP_BAD_COUNT);
    CHECK(ports == NULL);
    CHECK_EQ(bootstrap_look_up_array(MACH_PORT_NULL, names, 3, &ports, &n, &all_known),
             MACH_SEND_INVALID_DEST);
    mach_port_destroy(mach_task_self(), first);
    mach_port_destroy(mach_task_self(), second);
}

TEST(check_in_tells_the_instance_of_an_ordinary_job_as_zero, "B31")
{
    static const uuid_t zero;
    mach_port_t port;
    uuid_t instance;

    memset(instance, 0xff, sizeof(instance));
    REQUIRE_EQ(bootstrap_check_in3(bootstrap_port, "test.instance", &port, instance, 0), KERN_SUCCESS);
    CHECK_EQ(memcmp(instance, zero, sizeof(instance)), 0);
    drop_receive(port);
}

TEST(a_strict_lookup_finds_what_any_finds, "B39")
{
    mach_port_t port, subset, found;

    REQUIRE_EQ(check_in(bootstrap_port, "test.strict", &port), KERN_SUCCESS);
    REQUIRE_EQ(bootstrap_subset(bootstrap_port, mach_task_self(), &subset), KERN_SUCCESS);
    REQUIRE_EQ(bootstrap_look_up2(subset, "test.strict", &found, 0, BOOTSTRAP_STRICT_LOOKUP), KERN_SUCCESS);
    CHECK_EQ(found, port);
    CHECK_EQ(bootstrap_look_up2(subset, "test.strict.none", &found, 0, BOOTSTRAP_STRICT_LOOKUP),
             BOOTSTRAP_UNKNOWN_SERVICE);
    mach_port_destroy(mach_task_self(), port);
    mach_port_deallocate(mach_task_self(), subset);
}

#define NAMES_OF_A_PROCESS 1024
#define NAMES_OF_A_USER 8192
#define SUBSETS_OF_A_DOMAIN 1024

/* Takes names until it may not: how many, and what it was told then. */
static void take_all(struct child *parent, const char *prefix)
{
    mach_port_t offered = port_with_send();
    kern_return_t kr = KERN_SUCCESS;
    name_t name;
    int n = 0;

    for (; kr == KERN_SUCCESS && n <= NAMES_OF_A_PROCESS; n += kr == KERN_SUCCESS) {
        snprintf(name, sizeof(name), "%s.%d", prefix, n);
        kr = enlist(bootstrap_port, name, offered);
    }
    child_tell(parent, n);
    child_tell(parent, kr);
    child_hear(parent);
}

TEST(names_of_one_process_and_of_one_user_are_limited, "B83")
{
    struct child child[NAMES_OF_A_USER / NAMES_OF_A_PROCESS];
    const int n = NAMES_OF_A_USER / NAMES_OF_A_PROCESS;
    mach_port_t port = port_with_send();

    for (int i = 0; i < n; i++) {
        char prefix[] = "test.many.0";
        prefix[sizeof(prefix) - 2] = (char)('0' + i);
        child[i] = child_start(take_all, prefix);
    }
    for (int i = 0; i < n; i++) {
        CHECK_EQ(child_hear(&child[i]), NAMES_OF_A_PROCESS);
        CHECK_EQ(child_hear(&child[i]), BOOTSTRAP_NO_MEMORY);
    }
    CHECK_EQ(enlist(bootstrap_port, "test.many", port), BOOTSTRAP_NO_MEMORY);
    child_kill(&child[0]);
    CHECK_EQ(enlist(bootstrap_port, "test.many", port), KERN_SUCCESS);
    for (int i = 1; i < n; i++)
        child_kill(&child[i]);
    mach_port_destroy(mach_task_self(), port);
}

TEST(subsets_of_one_domain_are_limited, "B83")
{
    mach_port_t requestor = port_with_send(), top, subset[SUBSETS_OF_A_DOMAIN], more;

    REQUIRE_EQ(bootstrap_subset(bootstrap_port, mach_task_self(), &top), KERN_SUCCESS);
    for (int i = 0; i < SUBSETS_OF_A_DOMAIN; i++)
        REQUIRE_EQ(bootstrap_subset(top, requestor, &subset[i]), KERN_SUCCESS);
    CHECK_EQ(bootstrap_subset(top, requestor, &more), BOOTSTRAP_NO_MEMORY);
    REQUIRE_EQ(bootstrap_subset(subset[0], mach_task_self(), &more), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), more);
    mach_port_destroy(mach_task_self(), requestor);
    CHECK_EQ(bootstrap_subset(top, mach_task_self(), &more), KERN_SUCCESS);
    mach_port_deallocate(mach_task_self(), more);
    for (int i = 0; i < SUBSETS_OF_A_DOMAIN; i++)
        mach_port_destroy(mach_task_self(), subset[i]);
    mach_port_deallocate(mach_task_self(), top);
}
