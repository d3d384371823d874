/* SPDX-License-Identifier: Apache-2.0 */
/* tests/launch/exec_live.c - real images: a program of libmach's (image.c), and one that knows nothing of it */
#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include "libmach/calls/process.h"
#include "tests/launch/launch.h"

/* What the child is to become: arguments of image.c. */
static int become(void *argument)
{
    char **words = argument;
    execl(IMAGE_PATH, IMAGE_PATH, words[0], words[1], (char *)NULL);
    return errno;
}

static int base_of_image(mach_port_t port, char *mode, char *n)
{
    char *words[] = { mode, n };
    struct launched *child = NULL;
    const struct spawn_request request = launch_watching(&port, 1);
    REQUIRE_EQ(launch_begin(&request, become, words, &child), 0);
    launch_go(child);
    return launch_wait(child);
}

static void start(struct caller *caller, mach_port_t port)
{
    role(PRIO_DARWIN_ROLE_UI_FOCAL);
    *caller = (struct caller){ .link = port, .qos_class = QOS_CLASS_USER_INTERACTIVE };
    caller_start(caller);
}

static void stop(struct caller *caller, mach_port_t port)
{
    letter_send(caller->reply, MACH_MSG_TYPE_MAKE_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    CHECK_EQ(caller_end(caller), OK);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    port_gone(port);
}

TEST(a_new_image_is_pushed_when_it_asks_for_the_first_time, "T166 F87 F89 F99")
{
    mach_port_t port = port_with_send();
    struct caller caller;
    start(&caller, port);
    CHECK_EQ(base_of_image(port, "tell", NULL), 47);
    CHECK_EQ(base_of_image(port, "exec", "2"), 47);
    stop(&caller, port);
}

TEST(an_exec_of_a_secondary_thread_is_pushed, "T166 F187")
{
    mach_port_t port = port_with_send();
    struct caller caller;
    start(&caller, port);
    CHECK_EQ(base_of_image(port, "thread", NULL), 47);
    stop(&caller, port);
}

TEST(an_announced_exec_is_pushed_and_a_failed_one_too, "T166 F95")
{
    mach_port_t port = port_with_send();
    struct caller caller;
    start(&caller, port);
    CHECK_EQ(base_of_image(port, "announced", NULL), 47);
    CHECK_EQ(base_of_image(port, "missing", NULL), 47);
    stop(&caller, port);
}

TEST(an_image_with_a_watch_port_cannot_ask_for_others, "T168 F126")
{
    mach_port_t port = port_with_send();
    struct caller caller;
    start(&caller, port);
    CHECK_EQ(base_of_image(port, "refused", NULL), 47);
    stop(&caller, port);
}

TEST(linux_runs_each_image_at_the_priority_of_its_main_thread, "F89 F36 F54")
{
    mach_port_t port = port_with_send();
    struct caller caller;
    if (geteuid() != 0)
        SKIP("only root may raise other processes");
    start(&caller, port);
    CHECK_EQ(base_of_image(port, "policy", NULL), 47);
    CHECK_EQ(base_of_image(port, "thread", "policy"), 47);
    letter_send(caller.reply, MACH_MSG_TYPE_MAKE_SEND, 0, 0, MACH_PORT_NULL, 0, 0, 0);
    CHECK_EQ(caller_end(&caller), OK);
    CHECK_EQ(base_of_image(port, "policy", NULL), 31);
    CHECK_EQ(base_of_image(port, "thread", "policy"), 31);
    role(PRIO_DARWIN_ROLE_DEFAULT);
    port_gone(port);
}

static int become_sleep(void *argument)
{
    (void)argument;
    execl("/bin/sleep", "sleep", "100", (char *)NULL);
    return errno;
}

static struct process_info info_of(const struct launched *child)
{
    struct process_info info = { 0 };
    int error = -1;
    CHECK_EQ(process_info(launch_pid(child), 0, &error, &info), OK);
    CHECK_EQ(error, 0);
    return info;
}

TEST(a_program_without_libmach_is_a_task_with_a_main_thread_that_is_pushed, "F128 F152 F158 F87 F7")
{
    mach_port_t port = port_with_send(), control = MACH_PORT_NULL;
    struct caller caller;
    struct launched *child = NULL;
    const struct spawn_request request = launch_watching(&port, 1);
    thread_act_array_t threads = NULL;
    mach_msg_type_number_t n = 0;
    start(&caller, port);
    REQUIRE_EQ(launch_begin(&request, become_sleep, NULL, &child), 0);
    launch_go(child);
    for (int ms = 0; ms < PATIENCE_MS && strcmp(info_of(child).command, "sleep") != 0; ms++)
        world_sleep_ms(1);
    CHECK_STR_EQ(info_of(child).command, "sleep");
    CHECK_EQ(launch_base(child), 47);
    CHECK_EQ(task_for_pid(SELF, launch_pid(child), &control), OK);
    CHECK_EQ(task_threads(control, &threads, &n), OK);
    CHECK_EQ(n, 1);
    CHECK_EQ(base_of(threads[0]), 47);
    mach_port_deallocate(SELF, threads[0]);
    mach_port_deallocate(SELF, control);
    vm_deallocate(SELF, (vm_address_t)threads, n * sizeof(threads[0]));
    launch_kill(child);
    stop(&caller, port);
}

/* ---- processes that nobody announced ---- */

TEST(a_process_that_nobody_announced_becomes_a_task_when_it_is_asked_for, "F159 F155 F152 K107")
{
    mach_port_t control = MACH_PORT_NULL;
    thread_act_array_t threads = NULL;
    mach_msg_type_number_t n = 0;
    int pid = 0, error = -1;
    struct process_info info = { 0 };
    pid_t child = (pid_t)syscall(SYS_clone, SIGCHLD, 0, 0, 0, 0);
    if (child == 0) {
        execl("/bin/sleep", "sleep", "100", (char *)NULL);
        _exit(1);
    }
    CHECK_EQ(process_info(child, 0, &error, &info), OK);
    CHECK_EQ(error, ESRCH);
    REQUIRE_EQ(task_for_pid(SELF, child, &control), OK);
    CHECK_EQ(pid_for_task(control, &pid), OK);
    CHECK_EQ(pid, child);
    CHECK_EQ(task_threads(control, &threads, &n), OK);
    CHECK_EQ(n, 1);
    CHECK_EQ(base_of(threads[0]), 31);
    mach_port_deallocate(SELF, threads[0]);
    vm_deallocate(SELF, (vm_address_t)threads, n * sizeof(threads[0]));
    CHECK_EQ(process_info(child, 0, &error, &info), OK);
    CHECK_EQ(error, 0);
    CHECK_EQ(info.parent_at_birth, getpid());
    kill(child, SIGKILL);
    CHECK_EQ(waitpid(child, NULL, 0), child);
    CHECK_EQ(pid_for_task(control, &pid), KERN_FAILURE);
    mach_port_deallocate(SELF, control);
}
