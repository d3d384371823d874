/* SPDX-License-Identifier: Apache-2.0 */
/* run.c - one case: its process, and how it ended (H1, H3, H9) */
#include "internal.h"

#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/sysctl.h>

enum { TIMEOUT_S = 300 };

struct dt_verdict *dt_verdict_new(void)
{
    int fd = memfd_create("darwintest", MFD_CLOEXEC);
    struct dt_verdict *verdict = MAP_FAILED;
    if (fd >= 0 && ftruncate(fd, sizeof(*verdict)) == 0)
        verdict = mmap(NULL, sizeof(*verdict), PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (verdict == MAP_FAILED) {
        perror("darwintest");
        exit(2);
    }
    verdict->fd = fd;
    snprintf(verdict->path, sizeof(verdict->path), "/proc/%d/fd/%d", (int)getpid(), fd);
    return verdict;
}

void dt_verdict_free(struct dt_verdict *verdict)
{
    close(verdict->fd);
    munmap(verdict, sizeof(*verdict));
}

/* ---- metas ---- */

struct settings {
    long value[DT_META_MAY_FAIL + 1];
    bool is_set[DT_META_MAY_FAIL + 1];
    const char *unmet; /* the first sysctl that is not as it must be; NULL: none */
};

static bool is_met(const struct dt_meta *meta)
{
    int64_t value = 0;
    size_t size = sizeof(value);
    bool exists = sysctlbyname(meta->name, &value, &size, NULL, 0) == 0;
    return (exists && value == meta->value) == (meta->kind == DT_META_SYSCTL_EQ);
}

static void apply(struct settings *settings, const struct dt_meta *(*metas)(size_t *))
{
    size_t n;
    const struct dt_meta *meta = metas(&n);
    for (size_t i = 0; i < n; i++) {
        if (meta[i].kind <= DT_META_MAY_FAIL) {
            settings->value[meta[i].kind] = meta[i].value;
            settings->is_set[meta[i].kind] = true;
        } else if (settings->unmet == NULL && !is_met(&meta[i])) {
            settings->unmet = meta[i].name;
        }
    }
}

static struct settings settings_of(const struct dt_case *one)
{
    struct settings settings = { .value = { [DT_META_ENABLED] = true, [DT_META_TIMEOUT] = TIMEOUT_S } };
    for (const struct dt_defaults *defaults = dt.defaults; defaults != NULL; defaults = defaults->next)
        if (strcmp(defaults->file, one->file) == 0)
            apply(&settings, defaults->metas);
    apply(&settings, one->metas);
    return settings;
}

static const char *why_not(const struct settings *settings)
{
    if (!settings->value[DT_META_ENABLED])
        return "not enabled here";
    if (settings->unmet != NULL)
        return settings->unmet;
    if (settings->value[DT_META_ASROOT] && dt.any_user)
        return NULL;
    if (settings->is_set[DT_META_ASROOT] && !!settings->value[DT_META_ASROOT] != (geteuid() == 0))
        return geteuid() == 0 ? "not for root" : "needs root";
    return NULL;
}

/* ---- the process ---- */

static _Noreturn void lead(const struct dt_case *one, pid_t runner)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);
    if (getppid() != runner)
        _exit(2);
    dt.root = getpid();
    one->body(dt.argc, dt.argv);
    dt_end();
}

void dt_run_begin(struct dt_run *run)
{
    struct settings settings = settings_of(run->one);
    const char *reason = why_not(&settings);
    pid_t runner = getpid();
    run->verdict = dt.verdict = dt_verdict_new();
    run->is_concurrent = settings.value[DT_META_CONCURRENT];
    run->may_fail = settings.value[DT_META_MAY_FAIL];
    run->deadline = dt_now() + (double)settings.value[DT_META_TIMEOUT];
    dt.case_name = run->one->name;
    if (reason != NULL) {
        dt_reason("%s", reason);
        run->result = DT_SKIP;
        return;
    }
    fflush(NULL);
    run->pid = fork();
    if (run->pid == 0)
        lead(run->one, runner);
    if (run->pid > 0) {
        setpgid(run->pid, run->pid);
        return;
    }
    dt_reason("cannot fork: %s", strerror(errno));
    run->result = DT_FAIL;
}

static void judge(struct dt_run *run, int status)
{
    int outcome = atomic_load(&run->verdict->outcome);
    dt.verdict = run->verdict;
    run->result = outcome == DT_SKIPPED ? DT_SKIP : DT_PASS;
    if (outcome == DT_RUNNING && WIFSIGNALED(status)) {
        dt_reason("killed by signal %d (%s)", WTERMSIG(status), strsignal(WTERMSIG(status)));
        run->result = DT_FAIL;
    } else if (outcome == DT_RUNNING && WEXITSTATUS(status) != 0) {
        dt_reason("exited with status %d", WEXITSTATUS(status));
        run->result = DT_FAIL;
    }
    if (atomic_load(&run->verdict->n_failed) > 0)
        run->result = DT_FAIL;
    if (run->result == DT_FAIL && run->may_fail)
        run->result = DT_SKIP;
}

bool dt_run_is_over(struct dt_run *run)
{
    int status;
    siginfo_t info = { 0 };
    bool is_late = dt_now() > run->deadline;
    if (is_late) {
        dt.verdict = run->verdict;
        dt_reason("timed out");
        atomic_fetch_add(&run->verdict->n_failed, 1);
        kill(run->pid, SIGKILL);
    }
    if (waitid(P_PID, (id_t)run->pid, &info, WEXITED | WNOWAIT | (is_late ? 0 : WNOHANG)) != 0 ||
        info.si_pid == 0)
        return false;
    kill(-run->pid, SIGKILL); /* while the leader's number cannot be anybody else's */
    waitpid(run->pid, &status, 0);
    judge(run, status);
    return true;
}
