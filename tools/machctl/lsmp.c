/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/lsmp.c - the names of tasks: rights, the ports behind them, who receives
 *
 * A set's members are the ports that name the set: they are put together here.
 */
#include <errno.h>
#include <mach/kern_return.h>
#include <mach/port.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "tools/machctl/control.h"
#include "tools/machctl/look.h"
#include "tools/machctl/out.h"
#include "tools/machctl/verbs.h"

static const char *const kernel_objects[] = {
    [1] = "thread",     [2] = "task-control",  [3] = "host",          [4] = "host-priv",
    [8] = "timer",      [5] = "processor",     [6] = "processor-set", [7] = "processor-set-name",
    [20] = "task-name", [21] = "task-inspect", [23] = "semaphore",    [37] = "voucher"
};

static const char *kernel_object(unsigned type)
{
    const char *name = type < sizeof(kernel_objects) / sizeof(kernel_objects[0]) ? kernel_objects[type] : NULL;

    return name != NULL ? name : type != 0 ? "kernel-object" : NULL;
}

static bool has(const struct look_name *name, mach_port_type_t type)
{
    return (name->type & type) != 0;
}

static const char *right_words(const struct look_name *name)
{
    if (has(name, MACH_PORT_TYPE_PORT_SET))
        return "port-set";
    if (has(name, MACH_PORT_TYPE_DEAD_NAME))
        return "dead-name";
    if (has(name, MACH_PORT_TYPE_SEND_ONCE))
        return "send-once";
    if (has(name, MACH_PORT_TYPE_RECEIVE))
        return has(name, MACH_PORT_TYPE_SEND) ? "recv,send" : "recv";
    return "send";
}

/* Send rights of the port that are not this name's. A name holds one right, whatever its user references. */
static unsigned others(const struct look_name *name)
{
    return name->srights - (has(name, MACH_PORT_TYPE_SEND) && name->srights > 0);
}

static bool is_member(const struct look_name *member, uint32_t set)
{
    for (unsigned i = 0; i < member->n_sets && i < LOOK_SETS; i++) {
        if (member->sets[i] == set)
            return true;
    }
    return false;
}

/* ---- for people ---- */

static void put_flag(char *text, int at, char letter, bool on)
{
    text[at] = on ? letter : '-';
}

static void flag_letters(const struct look_name *name, char text[9])
{
    put_flag(text, 0, name->flags & LOOK_STRICT_GUARD ? 'S' : 'G', name->flags & LOOK_GUARDED);
    put_flag(text, 1, 'I', name->flags & LOOK_IMMOVABLE_RECEIVE);
    put_flag(text, 2, 'i', name->flags & LOOK_IMMOVABLE_SEND);
    put_flag(text, 3, 'R', name->flags & LOOK_SPECIAL_REPLY);
    put_flag(text, 4, 'T', name->flags & LOOK_TEMP_OWNER);
    put_flag(text, 5, 'm', name->n_sets > 0);
    put_flag(text, 6, 'w', name->n_receivers > 0);
    put_flag(text, 7, 'b', name->n_senders > 0);
    text[8] = 0;
}

static void request_letters(const struct look_name *name, char text[5])
{
    bool receives = has(name, MACH_PORT_TYPE_RECEIVE), possible = has(name, MACH_PORT_TYPE_SPREQUEST);

    put_flag(text, 0, 'D', has(name, MACH_PORT_TYPE_DNREQUEST) && !possible);
    put_flag(text, 1, has(name, MACH_PORT_TYPE_SPREQUEST_DELAYED) ? 'p' : 'P', possible);
    put_flag(text, 2, 'N', receives && name->flags & LOOK_NO_SENDERS);
    put_flag(text, 3, 'd', receives && name->flags & LOOK_PORT_DESTROYED);
    text[4] = 0;
}

/* A number, or a dash where it means nothing. */
static void put_column(int width, bool means, unsigned value)
{
    if (means)
        printf(" %*u", width, value);
    else
        printf(" %*s", width, "-");
}

static void print_kernel_object(const struct look_name *name)
{
    char command[LOOK_COMMAND];

    printf("%s", kernel_object(name->ktype));
    if (name->object_tid != 0)
        printf(" %d of", name->object_tid);
    if (name->object_pid != 0)
        printf(" (%d) %s", name->object_pid, plain_text(name->holder_command, command, sizeof(command)));
}

static void print_holder(const struct look_name *name)
{
    char command[LOOK_COMMAND];

    if (name->flags & LOOK_HIDDEN_HOLDER)
        printf("-> a task of another user");
    else if (name->holder_pid == 0)
        printf("-> kept for the next launchd");
    else
        printf("-> 0x%08x (%d) %s", name->holder_name, name->holder_pid,
               plain_text(name->holder_command, command, sizeof(command)));
}

static void print_queue(const struct look_name *name)
{
    const char *gap = "";

    if (name->n_messages > 0) {
        printf("oldest message: id %d from ", name->head_id);
        printf(name->head_pid != 0 ? "(%d)" : "the kernel", name->head_pid);
        gap = "; ";
    }
    if (name->n_senders > 0) {
        printf("%s%u%s blocked sender%s", gap, name->n_senders,
               name->n_senders == LOOK_WAITERS_MAX ? " or more" : "", name->n_senders == 1 ? "" : "s");
        gap = "; ";
    }
    for (unsigned i = 0; i < name->n_sets && i < LOOK_SETS; i++, gap = " ")
        printf("%s%s0x%x", gap, i == 0 ? "in set " : "", name->sets[i]);
    if (name->n_sets > LOOK_SETS)
        printf(" and more");
}

static void print_members(const struct look_name *set, const struct look_names *all)
{
    const char *gap = "members ";

    for (size_t i = 0; i < all->n; i++) {
        if (is_member(&all->name[i], set->name)) {
            printf("%s0x%x", gap, all->name[i].name);
            gap = " ";
        }
    }
}

static void print_type(const struct look_name *name, const struct look_names *all)
{
    if (has(name, MACH_PORT_TYPE_PORT_SET))
        print_members(name, all);
    else if (name->place == LOOK_IN_KERNEL)
        print_kernel_object(name);
    else if (name->place == LOOK_IN_TRANSIT)
        printf("-> in transit, to port 0x%llx", (unsigned long long)name->transit);
    else if (has(name, MACH_PORT_TYPE_RECEIVE))
        print_queue(name);
    else if (name->place == LOOK_IN_SPACE)
        print_holder(name);
}

static void print_name(const struct look_name *name, const struct look_names *all)
{
    bool receives = has(name, MACH_PORT_TYPE_RECEIVE), is_port = name->place != LOOK_NOWHERE;
    bool counts = has(name, MACH_PORT_TYPE_SEND | MACH_PORT_TYPE_DEAD_NAME | MACH_PORT_TYPE_SEND_ONCE);
    char flags[9], requests[5];

    flag_letters(name, flags);
    request_letters(name, requests);
    printf("0x%08x", name->name);
    if (name->object != 0)
        printf(" 0x%08llx", (unsigned long long)name->object);
    else
        printf(" %10s", "-");
    printf(" %-9s %s %s", right_words(name), flags, requests);
    put_column(5, counts, name->urefs);
    put_column(5, is_port, others(name));
    put_column(5, is_port, name->sorights);
    put_column(6, receives, name->qlimit);
    put_column(8, receives, name->n_messages);
    put_column(6, receives, name->seqno);
    put_column(7, receives, name->mscount);
    if (receives)
        printf(" 0x%016llx ", (unsigned long long)name->context);
    else
        printf(" %18s ", "-");
    print_type(name, all);
    putchar('\n');
}

static void print_total(const struct look_names *names)
{
    unsigned send = 0, receive = 0, once = 0, sets = 0, dead = 0;

    for (size_t i = 0; i < names->n; i++) {
        send += has(&names->name[i], MACH_PORT_TYPE_SEND);
        receive += has(&names->name[i], MACH_PORT_TYPE_RECEIVE);
        once += has(&names->name[i], MACH_PORT_TYPE_SEND_ONCE);
        sets += has(&names->name[i], MACH_PORT_TYPE_PORT_SET);
        dead += has(&names->name[i], MACH_PORT_TYPE_DEAD_NAME);
    }
    printf("total %zu: send %u, receive %u, send-once %u, port sets %u, dead names %u\n", names->n, send,
           receive, once, sets, dead);
}

static void print_task(const struct look_task *task, const struct look_names *names, bool is_further)
{
    char command[LOOK_COMMAND];

    printf("%sProcess (%d) : %s, uid %u, %u thread%s\n", is_further ? "\n" : "", task->pid,
           plain_text(task->command, command, sizeof(command)), task->uid, task->n_threads,
           task->n_threads == 1 ? "" : "s");
    printf("%-10s %-10s %-9s %-8s %-4s %5s %5s %5s %6s %8s %6s %7s %-18s %s\n", "  name", "ipc-object",
           "rights", "flags", "reqs", "urefs", "oref", "sonce", "qlimit", "msgcount", "seqno", "mscount",
           "context", "type");
    for (size_t i = 0; i < names->n; i++)
        print_name(&names->name[i], names);
    print_total(names);
}

/* ---- for programs ---- */

static void json_rights(struct out *out, const struct look_name *name)
{
    static const struct {
        mach_port_type_t type;
        const char *word;
    } words[] = { { MACH_PORT_TYPE_RECEIVE, "receive" },
                  { MACH_PORT_TYPE_SEND, "send" },
                  { MACH_PORT_TYPE_SEND_ONCE, "send-once" },
                  { MACH_PORT_TYPE_PORT_SET, "port-set" },
                  { MACH_PORT_TYPE_DEAD_NAME, "dead-name" } };

    out_open(out, "rights", '[');
    for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
        if (has(name, words[i].type))
            out_string(out, NULL, words[i].word);
    }
    out_close(out, ']');
    out_number(out, "urefs", name->urefs);
    out_bool(out, "dead_name_request", has(name, MACH_PORT_TYPE_DNREQUEST));
    out_bool(out, "send_possible_request", has(name, MACH_PORT_TYPE_SPREQUEST));
}

static void json_place(struct out *out, const struct look_name *name)
{
    if (name->place == LOOK_IN_SPACE && name->holder_pid != 0) {
        out_open(out, "receiver", '{');
        out_signed(out, "pid", name->holder_pid);
        out_string(out, "command", name->holder_command);
        out_number(out, "name", name->holder_name);
        out_close(out, '}');
    } else if (name->place == LOOK_IN_TRANSIT) {
        out_number(out, "in_transit_to", name->transit);
    } else if (name->place == LOOK_IN_KERNEL) {
        out_open(out, "kernel_object", '{');
        out_string(out, "kind", kernel_object(name->ktype) != NULL ? kernel_object(name->ktype) : "");
        out_signed(out, "pid", name->object_pid);
        out_signed(out, "tid", name->object_tid);
        out_close(out, '}');
    }
}

static void json_port(struct out *out, const struct look_name *name)
{
    out_number(out, "send_rights", name->srights);
    out_number(out, "send_once_rights", name->sorights);
    out_bool(out, "guarded", name->flags & LOOK_GUARDED);
    out_bool(out, "strict_guard", name->flags & LOOK_STRICT_GUARD);
    out_bool(out, "immovable_receive", name->flags & LOOK_IMMOVABLE_RECEIVE);
    out_bool(out, "immovable_send", name->flags & LOOK_IMMOVABLE_SEND);
    out_bool(out, "special_reply", name->flags & LOOK_SPECIAL_REPLY);
    out_bool(out, "temp_owner", name->flags & LOOK_TEMP_OWNER);
}

/* What only the receiver knows. */
static void json_receive(struct out *out, const struct look_name *name)
{
    out_number(out, "context", name->context);
    out_number(out, "qlimit", name->qlimit);
    out_number(out, "messages", name->n_messages);
    out_number(out, "seqno", name->seqno);
    out_number(out, "mscount", name->mscount);
    out_number(out, "blocked_senders", name->n_senders);
    out_number(out, "waiting_receivers", name->n_receivers);
    out_number(out, "requests", name->n_requests);
    out_bool(out, "no_senders_request", name->flags & LOOK_NO_SENDERS);
    out_bool(out, "port_destroyed_request", name->flags & LOOK_PORT_DESTROYED);
    if (name->n_messages > 0) {
        out_open(out, "oldest_message", '{');
        out_signed(out, "id", name->head_id);
        out_signed(out, "sender_pid", name->head_pid);
        out_close(out, '}');
    }
    out_open(out, "sets", '[');
    for (unsigned i = 0; i < name->n_sets && i < LOOK_SETS; i++)
        out_number(out, NULL, name->sets[i]);
    out_close(out, ']');
}

static void json_members(struct out *out, const struct look_name *set, const struct look_names *all)
{
    out_open(out, "members", '[');
    for (size_t i = 0; i < all->n; i++) {
        if (is_member(&all->name[i], set->name))
            out_number(out, NULL, all->name[i].name);
    }
    out_close(out, ']');
}

static void json_name(struct out *out, const struct look_name *name, const struct look_names *all)
{
    out_open(out, NULL, '{');
    out_number(out, "name", name->name);
    out_number(out, "object", name->object);
    json_rights(out, name);
    json_place(out, name);
    if (name->place != LOOK_NOWHERE)
        json_port(out, name);
    if (has(name, MACH_PORT_TYPE_RECEIVE))
        json_receive(out, name);
    if (has(name, MACH_PORT_TYPE_PORT_SET))
        json_members(out, name, all);
    out_close(out, '}');
}

static void json_task(struct out *out, const struct look_task *task, const struct look_names *names)
{
    out_open(out, NULL, '{');
    out_signed(out, "pid", task->pid);
    out_number(out, "uid", task->uid);
    out_string(out, "command", task->command);
    out_number(out, "threads", task->n_threads);
    out_open(out, "names", '[');
    for (size_t i = 0; i < names->n; i++)
        json_name(out, &names->name[i], names);
    out_close(out, ']');
    out_close(out, '}');
}

/* ---- the verb ---- */

static int refused(int pid, int kr)
{
    if (kr > 0)
        fprintf(stderr, "machctl: process %d: %s\n", pid,
                kr == KERN_NO_ACCESS ? "it belongs to another user" : "machd knows no task of it");
    return 1;
}

/* pid 0: all; then a task that ends while we look is left out. */
static int list(int fd, const struct look_tasks *tasks, int pid, struct out *json)
{
    bool any = false;

    for (size_t i = 0; i < tasks->n; i++) {
        struct look_names names;
        if (pid != 0 && tasks->task[i].pid != pid)
            continue;
        int kr = look_names(fd, tasks->task[i].pid, &names);
        if (kr < 0 || (kr > 0 && pid != 0))
            return refused(pid, kr);
        if (kr == KERN_SUCCESS && json != NULL)
            json_task(json, &tasks->task[i], &names);
        else if (kr == KERN_SUCCESS)
            print_task(&tasks->task[i], &names, any);
        free(names.name);
        any = true;
    }
    if (!any && pid != 0) {
        struct look_names none;
        return refused(pid, look_names(fd, pid, &none));
    }
    return 0;
}

static int usage(void)
{
    fprintf(stderr, "usage: machctl lsmp [-p PID | -a] [--json]\n");
    return 1;
}

int verb_lsmp(int argc, char **argv)
{
    struct out out = { .file = stdout };
    bool json = take_option(&argc, argv, "--json"), all = take_option(&argc, argv, "-a");
    struct look_tasks tasks;
    int fd, pid = 0, result;

    if (argc == 3 && strcmp(argv[1], "-p") == 0 && !all)
        pid = atoi(argv[2]);
    if (argc != 1 && pid <= 0)
        return usage();
    fd = control_open_here();
    if (fd < 0 || look_tasks(fd, &tasks) != 0)
        return 1;
    if (json)
        out_open(&out, NULL, '[');
    result = list(fd, &tasks, pid, json ? &out : NULL);
    if (json) {
        out_close(&out, ']');
        putchar('\n');
    }
    free(tasks.task);
    close(fd);
    return result;
}
