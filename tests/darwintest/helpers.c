/* SPDX-License-Identifier: Apache-2.0 */
/* helpers.c - processes beside the case's own (H8)
 *
 * A forked helper shares the case's verdict by its memory, a helper in a job by a descriptor of the runner's that it opens
 * through /proc: VERDICT_ENV names it. Of the first we hear from waitpid, of the second by what it writes there.
 */
#include "darwintest_multiprocess.h"
#include "darwintest_utils.h"
#include "internal.h"

#include <dirent.h>
#include <sys/mman.h>

#define VERDICT_ENV "DARWINTEST_VERDICT"
#define MACHCTL_ENV "DARWINTEST_MACHCTL" /* the program; without it, what PATH has */

enum { LOOK_US = 1000 };

struct dt_helper {
    const struct dt_case *body;
    pid_t pid;      /* of a forked one; 0: not started, or over */
    char plist[64]; /* of a job: its file; "": none */
};

static dt_helper_t helper_new(const char *name)
{
    dt_helper_t helper = calloc(1, sizeof(*helper));
    helper->body = dt_find(name);
    if (helper->body == NULL)
        T_ASSERT_FAIL("no helper %s", name);
    return helper;
}

dt_helper_t dt_fork_helper(const char *name)
{
    return helper_new(name);
}

/* ---- jobs ---- */

static bool machctl(const char *verb, const char *argument)
{
    const char *program = getenv(MACHCTL_ENV);
    pid_t pid = fork();
    if (pid == 0) {
        execlp(program != NULL ? program : "machctl", "machctl", verb, argument, (char *)NULL);
        _exit(127);
    }
    return dt_waitpid(pid, NULL, NULL, 0);
}

static void put_string(FILE *out, const char *text)
{
    fputs("<string>", out);
    for (; *text != '\0'; text++) {
        switch (*text) {
        case '<': fputs("&lt;", out); break;
        case '&': fputs("&amp;", out); break;
        default: fputc(*text, out);
        }
    }
    fputs("</string>", out);
}

static void put_variable(FILE *out, const char *name, size_t length, const char *value)
{
    fprintf(out, "<key>%.*s</key>", (int)length, name);
    put_string(out, value);
}

/* Of two equal keys of a dictionary the later counts. */
static void put_keys(FILE *out, const char *name, char *const environment[])
{
    char program[4096] = "";
    if (readlink("/proc/self/exe", program, sizeof(program) - 1) < 0)
        T_ASSERT_FAIL("where is this program?");
    fputs("<key>Program</key>", out);
    put_string(out, program);
    fputs("<key>ProgramArguments</key><array>", out);
    put_string(out, program);
    put_string(out, "-n");
    put_string(out, name);
    fputs("</array><key>RunAtLoad</key><true/><key>EnvironmentVariables</key><dict>", out);
    put_variable(out, VERDICT_ENV, strlen(VERDICT_ENV), dt.verdict->path);
    for (; environment != NULL && *environment != NULL; environment++) {
        const char *equals = strchr(*environment, '=');
        if (equals != NULL)
            put_variable(out, *environment, (size_t)(equals - *environment), equals + 1);
    }
    fputs("</dict>", out);
}

static char *read_all(const char *path)
{
    size_t size = 0;
    char *text = NULL;
    FILE *in = fopen(path, "re");
    if (in == NULL)
        return NULL;
    if (getdelim(&text, &size, '\0', in) < 0) {
        free(text);
        text = NULL;
    }
    fclose(in);
    return text;
}

static char *last_of(char *text, const char *word)
{
    char *found = NULL;
    for (char *at = strstr(text, word); at != NULL; at = strstr(at + 1, word))
        found = at;
    return found;
}

/* The description is taken as it stands, with our keys before its end. */
static void write_plist(char path[64], const char *plist, const char *name, char *const environment[])
{
    char *text = read_all(plist), *end = text != NULL ? last_of(text, "</dict>") : NULL;
    strcpy(path, "/tmp/darwintest.XXXXXX.plist");
    int fd = end != NULL ? mkstemps(path, sizeof(".plist") - 1) : -1;
    FILE *out = fd >= 0 ? fdopen(fd, "w") : NULL;
    if (out == NULL)
        T_ASSERT_FAIL("cannot use %s: %s", plist, end == NULL ? "no dictionary in it" : strerror(errno));
    fprintf(out, "%.*s", (int)(end - text), text);
    put_keys(out, name, environment);
    fputs(end, out);
    fclose(out);
    free(text);
}

dt_helper_t dt_launchd_helper_domain(const char *plist, const char *name, char *const environment[],
                                     enum dt_launch_domain domain)
{
    (void)domain; /* of one machd there is one that we may load into: the caller's */
    dt_helper_t helper = helper_new(name);
    write_plist(helper->plist, plist, name, environment);
    return helper;
}

dt_helper_t dt_launchd_helper(const char *plist, const char *name)
{
    return dt_launchd_helper_domain(plist, name, NULL, LAUNCH_SYSTEM_DOMAIN);
}

dt_helper_t dt_launchd_helper_env(const char *plist, const char *name, char *const environment[])
{
    return dt_launchd_helper_domain(plist, name, environment, LAUNCH_SYSTEM_DOMAIN);
}

int dt_helper_main(const struct dt_case *helper)
{
    const char *path = getenv(VERDICT_ENV);
    int fd = path != NULL ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *verdict = MAP_FAILED;
    if (fd >= 0)
        verdict = mmap(NULL, sizeof(struct dt_verdict), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (verdict != MAP_FAILED)
        dt.verdict = verdict;
    close(fd);
    dt.case_name = helper->name;
    dt.root = getpid();
    helper->body(dt.argc, dt.argv);
    if (dt.verdict != NULL)
        atomic_fetch_add(&dt.verdict->n_done, 1);
    return dt.verdict != NULL && atomic_load(&dt.verdict->n_failed) > 0;
}

/* ---- running them ---- */

static bool is_job(const struct dt_helper *helper)
{
    return helper->plist[0] != '\0';
}

static void begin(dt_helper_t helper)
{
    if (is_job(helper)) {
        if (!machctl("load", helper->plist))
            T_ASSERT_FAIL("launchd does not load %s", helper->plist);
        return;
    }
    fflush(NULL);
    helper->pid = fork();
    if (helper->pid < 0)
        T_ASSERT_FAIL("cannot fork: %s", strerror(errno));
    if (helper->pid > 0)
        return;
    dt.root = getpid();
    helper->body->body(dt.argc, dt.argv);
    fflush(NULL);
    _exit(0);
}

static void end(dt_helper_t helper)
{
    if (helper->pid > 0) {
        kill(helper->pid, SIGKILL);
        waitpid(helper->pid, NULL, 0);
    }
    if (is_job(helper)) {
        machctl("unload", helper->plist);
        unlink(helper->plist);
    }
    free(helper);
}

/* A helper that ends in a way of which nobody has spoken has failed. */
static void look_at(dt_helper_t helper)
{
    int status;
    if (helper->pid <= 0 || waitpid(helper->pid, &status, WNOHANG) != helper->pid)
        return;
    helper->pid = 0;
    if (status != 0 && atomic_load(&dt.verdict->outcome) == DT_RUNNING) {
        dt_reason("helper %s ended with status %#x", helper->body->name, (unsigned)status);
        atomic_fetch_add(&dt.verdict->n_failed, 1);
    }
}

static bool are_over(dt_helper_t helpers[], size_t n)
{
    int n_jobs = 0;
    size_t n_running = 0;
    for (size_t i = 0; i < n; i++) {
        look_at(helpers[i]);
        n_running += helpers[i]->pid > 0;
        n_jobs += is_job(helpers[i]);
    }
    return n_running == 0 && atomic_load(&dt.verdict->n_done) >= n_jobs;
}

static bool is_decided(void)
{
    return atomic_load(&dt.verdict->outcome) != DT_RUNNING || atomic_load(&dt.verdict->n_failed) > 0;
}

void dt_run_helpers(dt_helper_t helpers[], size_t n, unsigned timeout_s)
{
    double deadline = dt_now() + timeout_s;
    atomic_store(&dt.verdict->n_done, 0);
    for (size_t i = 0; i < n; i++)
        begin(helpers[i]);
    while (!are_over(helpers, n) && !is_decided() && dt_now() < deadline)
        usleep(LOOK_US);
    bool is_late = !is_decided() && dt_now() >= deadline;
    for (size_t i = 0; i < n; i++)
        end(helpers[i]);
    if (is_late)
        T_ASSERT_FAIL("the helpers take longer than %u s", timeout_s);
    if (is_decided())
        T_END;
}

/* ---- darwintest_utils.h ---- */

int dt_ncpu(void)
{
    return (int)sysconf(_SC_NPROCESSORS_ONLN);
}

bool dt_waitpid(pid_t child, int *status_p, int *signal_p, unsigned timeout_s)
{
    int status = 0;
    pid_t collected;
    double deadline = dt_now() + timeout_s;
    while ((collected = waitpid(child, &status, timeout_s != 0 ? WNOHANG : 0)) == 0 && dt_now() < deadline)
        usleep(LOOK_US);
    if (collected == 0)
        T_ASSERT_FAIL("process %d takes longer than %u s", (int)child, timeout_s);
    if (status_p != NULL)
        *status_p = WIFEXITED(status) ? WEXITSTATUS(status) : 0;
    if (signal_p != NULL)
        *signal_p = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
    return collected == child && status == 0;
}

bool dt_launch_tool(pid_t *child_p, char *argv[], bool suspended, const char *stdout_path,
                    const char *stderr_path)
{
    const char *paths[] = { stdout_path, stderr_path };
    fflush(NULL);
    *child_p = fork();
    if (*child_p != 0)
        return *child_p > 0;
    for (int i = 0; i < 2; i++) {
        int fd = paths[i] != NULL ? open(paths[i], O_WRONLY | O_CREAT | O_TRUNC, 0644) : -1;
        if (fd >= 0)
            dup2(fd, STDOUT_FILENO + i);
    }
    if (suspended)
        raise(SIGSTOP);
    execvp(argv[0], argv);
    _exit(127);
}

static char scratch[] = "/tmp/darwintest.XXXXXX";

static void remove_scratch(void)
{
    char path[4096];
    DIR *directory = opendir(scratch);
    for (struct dirent *entry; directory != NULL && (entry = readdir(directory)) != NULL;) {
        snprintf(path, sizeof(path), "%s/%s", scratch, entry->d_name);
        unlink(path); /* "." and ".." refuse */
    }
    if (directory != NULL)
        closedir(directory);
    rmdir(scratch);
}

const char *dt_tmpdir(void)
{
    static bool is_made;
    if (!is_made && mkdtemp(scratch) == NULL)
        T_ASSERT_FAIL("no directory: %s", strerror(errno));
    if (!is_made)
        T_ATEND(remove_scratch);
    is_made = true;
    return scratch;
}
