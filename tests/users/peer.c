/* SPDX-License-Identifier: Apache-2.0 */
/* tests/users/peer.c - a Mach program that runs as whoever the test wants, and says one line about what it finds
 *
 *   wait              says "ready", and waits to be killed
 *   hide              the same, but others of its user may not look into it
 *   try PID           which ports of the process it gets
 *   arm PID           as `wait`, with an exception port of the process's task that it receives on; a line on its standard input
 *                     makes it say what has become of the ports of that task
 *   raise PROGRAM     makes what an image can have, says "ready", and becomes `PROGRAM report` when there is a line to read
 *   report            what an image has
 */
#include <mach/mach.h>
#include <mach/task_info.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/proc.h>
#include <unistd.h>

enum { HOST_PRIV_TYPE = 4 };

static mach_port_t new_port(void)
{
    mach_port_t port = MACH_PORT_NULL;
    mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port);
    mach_port_insert_right(mach_task_self(), port, port, MACH_MSG_TYPE_MAKE_SEND);
    return port;
}

static void say(const char *text)
{
    puts(text);
    fflush(stdout);
}

static void await_line(void)
{
    char line[16];
    if (fgets(line, sizeof line, stdin) == NULL)
        exit(1);
}

static _Noreturn void wait_for_the_end(void)
{
    say("ready");
    for (;;)
        pause();
}

static int try(int pid)
{
    mach_port_t port;
    int control = task_for_pid(mach_task_self(), pid, &port) == KERN_SUCCESS;
    int read = task_read_for_pid(mach_task_self(), pid, &port) == 0;
    int inspect = task_inspect_for_pid(mach_task_self(), pid, &port) == 0;
    int name = task_name_for_pid(mach_task_self(), pid, &port) == KERN_SUCCESS;
    printf("control %d read %d inspect %d name %d\n", control, read, inspect, name);
    return 0;
}

/* ---- arm ---- */

static int is_dead(mach_port_t name)
{
    mach_port_type_t type = 0;
    return mach_port_type(mach_task_self(), name, &type) == KERN_SUCCESS && (type & MACH_PORT_TYPE_DEAD_NAME);
}

static int arm(int pid)
{
    mach_port_t task = MACH_PORT_NULL, read = MACH_PORT_NULL, inspect = MACH_PORT_NULL;
    thread_act_array_t threads = NULL;
    mach_msg_type_number_t n = 0;
    if (task_for_pid(mach_task_self(), pid, &task) != KERN_SUCCESS ||
        task_get_special_port(task, TASK_READ_PORT, &read) != KERN_SUCCESS ||
        task_get_special_port(task, TASK_INSPECT_PORT, &inspect) != KERN_SUCCESS ||
        task_threads(task, &threads, &n) != KERN_SUCCESS || n == 0 ||
        task_set_exception_ports(task, EXC_MASK_ARITHMETIC, new_port(), EXCEPTION_DEFAULT, 0) != KERN_SUCCESS)
        return 1;
    say("ready");
    await_line();
    printf("dead: control %d read %d inspect %d thread %d\n", is_dead(task), is_dead(read), is_dead(inspect),
           is_dead(threads[0]));
    return 0;
}

/* ---- raise, report ---- */

static int raise_to(char *program)
{
    char *arguments[] = { program, (char *)"report", NULL };
    mach_port_t registered = new_port();
    mach_ports_register(mach_task_self(), &registered, 1);
    task_set_special_port(mach_task_self(), TASK_BOOTSTRAP_PORT, new_port());
    task_set_special_port(mach_task_self(), TASK_DEBUG_CONTROL_PORT, new_port());
    task_set_exception_ports(mach_task_self(), EXC_MASK_BREAKPOINT, new_port(),
                             EXCEPTION_STATE | MACH_EXCEPTION_CODES, MACHINE_THREAD_STATE);
    thread_set_exception_ports(mach_thread_self(), EXC_MASK_SOFTWARE, new_port(), EXCEPTION_DEFAULT, 0);
    thread_get_special_reply_port();
    say("ready");
    await_line();
    execv(program, arguments);
    return 1;
}

struct actions {
    mach_msg_type_number_t n;
    exception_mask_t masks[EXC_TYPES_COUNT];
    exception_handler_t ports[EXC_TYPES_COUNT];
    exception_behavior_t behaviors[EXC_TYPES_COUNT];
    thread_state_flavor_t flavors[EXC_TYPES_COUNT];
};

static struct actions actions_of(exception_mask_t mask)
{
    struct actions a = { .n = EXC_TYPES_COUNT };
    task_get_exception_ports(mach_task_self(), mask, a.masks, &a.n, a.ports, a.behaviors, a.flavors);
    return a;
}

static mach_port_t special(int which)
{
    mach_port_t port = MACH_PORT_NULL;
    task_get_special_port(mach_task_self(), which, &port);
    return port;
}

/* What was made by `raise` died with that image, so that a slot that was kept holds a dead port. */
static int report(void)
{
    struct actions own = actions_of(EXC_MASK_BREAKPOINT), others = actions_of(EXC_MASK_ARITHMETIC);
    struct actions thread = { .n = EXC_TYPES_COUNT };
    mach_port_array_t registered = NULL;
    mach_msg_type_number_t n = 0;
    natural_t type = 0;
    mach_vm_address_t address;
    security_token_t token = { { 99, 99 } };
    mach_msg_type_number_t count = TASK_SECURITY_TOKEN_COUNT;
    task_info(mach_task_self(), TASK_SECURITY_TOKEN, (task_info_t)&token, &count);
    mach_port_kobject(mach_task_self(), mach_host_self(), &type, &address);
    mach_ports_lookup(mach_task_self(), &registered, &n);
    thread_get_exception_ports(mach_thread_self(), EXC_MASK_ALL, thread.masks, &thread.n, thread.ports,
                               thread.behaviors, thread.flavors);
    printf("uid %u privileged-host %d own %d %d %d others %d registered %d bootstrap %d debug %d thread %u\n",
           token.val[0], type == HOST_PRIV_TYPE, own.ports[0] != MACH_PORT_NULL,
           own.behaviors[0] == (exception_behavior_t)(EXCEPTION_STATE | MACH_EXCEPTION_CODES),
           own.flavors[0] == MACHINE_THREAD_STATE, MACH_PORT_VALID(others.ports[0]),
           n == 3 && registered[0] != MACH_PORT_NULL, special(TASK_BOOTSTRAP_PORT) != MACH_PORT_NULL,
           special(TASK_DEBUG_CONTROL_PORT) != MACH_PORT_NULL, thread.n);
    return 0;
}

static int do_as_told(int argc, char **argv)
{
    const char *word = argc > 1 ? argv[1] : "";
    if (strcmp(word, "wait") == 0)
        wait_for_the_end();
    if (strcmp(word, "hide") == 0 && prctl(PR_SET_DUMPABLE, 0) == 0)
        wait_for_the_end();
    if (strcmp(word, "report") == 0)
        return report();
    if (strcmp(word, "try") == 0 && argc > 2)
        return try(atoi(argv[2]));
    if (strcmp(word, "arm") == 0 && argc > 2)
        return arm(atoi(argv[2]));
    if (strcmp(word, "raise") == 0 && argc > 2)
        return raise_to(argv[2]);
    return 2;
}

/* A leak check at the end would have to look into a set-id program. */
int main(int argc, char **argv)
{
    int status = do_as_told(argc, argv);
    fflush(stdout);
    _exit(status);
}
