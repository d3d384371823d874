/* SPDX-License-Identifier: Apache-2.0 */
/* host/linux/test/live.c - a machd of the test's own, and clients that speak the wire protocol by hand */
#include <dirent.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "host/linux/test/live.h"
#include <mach/message.h>

#define PATIENCE_MS 2000

/* ---- machd ---- */

static _Noreturn void become_machd(const char *directory, int ready, const char *const *options)
{
    char number[12];
    const char *arguments[24] = { MACHD_PATH, "--foreground", "--dir", directory, "--ready-fd", number };
    int n = 6;
    snprintf(number, sizeof(number), "%d", ready);
    for (; options && *options; options++)
        arguments[n++] = *options;
    execv(MACHD_PATH, (char **)arguments);
    _exit(127);
}

bool live_try(struct live *live, const char *const *options)
{
    int ready[2];
    char byte;
    memset(live, 0, sizeof(*live));
    strcpy(live->directory, "/tmp/machd-test-XXXXXX");
    REQUIRE(mkdtemp(live->directory) != NULL);
    snprintf(live->socket, sizeof(live->socket), "%s/default.sock", live->directory);
    snprintf(live->admin, sizeof(live->admin), "%s.admin", live->socket);
    REQUIRE_EQ(pipe(ready), 0);
    live->machd = fork();
    if (live->machd == 0) {
        close(ready[0]);
        become_machd(live->directory, ready[1], options);
    }
    close(ready[1]);
    struct pollfd fd = { .fd = ready[0], .events = POLLIN };
    bool ok = poll(&fd, 1, 10000) == 1 && read(ready[0], &byte, 1) == 1;
    while (ok && read(ready[0], &byte, 1) > 0) /* until machd has closed it: descriptors are counted */
        continue;
    close(ready[0]);
    return ok;
}

void live_start(struct live *live, const char *const *options)
{
    static const char *const usual[] = { "--no-launchd", NULL };
    REQUIRE(live_try(live, options ? options : usual));
}

static void remove_directory(const struct live *live)
{
    DIR *directory = opendir(live->directory);
    struct dirent *entry;
    char path[400];
    while (directory && (entry = readdir(directory))) {
        snprintf(path, sizeof(path), "%s/%s", live->directory, entry->d_name);
        unlink(path);
    }
    if (directory)
        closedir(directory);
    rmdir(live->directory);
}

void live_stop(struct live *live)
{
    int status = -1;
    kill(live->machd, SIGTERM);
    CHECK_EQ(waitpid(live->machd, &status, 0), live->machd);
    CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
    remove_directory(live);
}

static char *read_text(int fd)
{
    char *text = calloc(1, 1);
    size_t size = 0;
    struct attach_packet packet;
    while (client_receive(fd, &packet, NULL) > 0) {
        if (packet.type != ATTACH_TEXT)
            continue;
        if (!packet.text.length)
            return text;
        REQUIRE_LE(packet.text.length, sizeof(packet.text.text));
        text = realloc(text, size + packet.text.length + 1);
        memcpy(text + size, packet.text.text, packet.text.length);
        size += packet.text.length;
        text[size] = 0;
    }
    free(text);
    return NULL;
}

char *live_status(struct live *live)
{
    struct client tool = { .fd = client_connect(live->socket) };
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_STATUS };
    REQUIRE(client_hello(&tool, 0, 0, ATTACH_FLAG_ADMIN_ONLY));
    REQUIRE(client_send_packet(tool.fd, &packet, sizeof(packet), -1));
    char *text = read_text(tool.fd);
    REQUIRE(text != NULL);
    close(tool.fd);
    return text;
}

uint64_t live_number(struct live *live, const char *name)
{
    char *text = live_status(live), pattern[64];
    snprintf(pattern, sizeof(pattern), "\"%s\":", name);
    char *at = strstr(text, pattern);
    uint64_t number = at ? strtoull(at + strlen(pattern), NULL, 10) : UINT64_MAX;
    free(text);
    return number;
}

bool live_wait_number(struct live *live, const char *name, uint64_t wanted)
{
    for (int i = 0; i < 2000; i++) {
        if (live_number(live, name) == wanted)
            return true;
        usleep(10000);
    }
    return false;
}

int live_descriptors(const struct live *live)
{
    char path[40];
    int n = 0;
    snprintf(path, sizeof(path), "/proc/%d/fd", live->machd);
    DIR *directory = opendir(path);
    while (directory && readdir(directory))
        n++;
    if (directory)
        closedir(directory);
    return n;
}

/* Tools that asked before may still be on their way out. */
bool live_wait_descriptors(const struct live *live, int wanted)
{
    for (int i = 0; i < 2000 && live_descriptors(live) != wanted; i++)
        usleep(10000);
    return live_descriptors(live) == wanted;
}

/* ---- packets ---- */

int client_connect(const char *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);
    strncpy(address.sun_path, path, sizeof(address.sun_path) - 1);
    REQUIRE_GE(fd, 0);
    REQUIRE_EQ(connect(fd, (struct sockaddr *)&address, sizeof(address)), 0);
    return fd;
}

bool client_send_packet(int fd, const struct attach_packet *packet, size_t size, int with_fd)
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(sizeof(int))];
    } control = { .header = { CMSG_LEN(sizeof(int)), SOL_SOCKET, SCM_RIGHTS } };
    struct iovec bytes = { (void *)packet, size };
    struct msghdr message = { .msg_iov = &bytes, .msg_iovlen = 1 };
    if (with_fd >= 0) {
        memcpy(CMSG_DATA(&control.header), &with_fd, sizeof(int));
        message.msg_control = &control;
        message.msg_controllen = sizeof(control);
    }
    return sendmsg(fd, &message, MSG_NOSIGNAL) == (ssize_t)size;
}

ssize_t client_receive(int fd, struct attach_packet *packet, int fds[3])
{
    union {
        struct cmsghdr header;
        char bytes[CMSG_SPACE(3 * sizeof(int))];
    } control;
    struct pollfd ready = { .fd = fd, .events = POLLIN };
    struct iovec bytes = { packet, sizeof(*packet) };
    struct msghdr message = {
        .msg_iov = &bytes, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };
    if (poll(&ready, 1, PATIENCE_MS) != 1)
        return -1;
    ssize_t n = recvmsg(fd, &message, MSG_CMSG_CLOEXEC | MSG_DONTWAIT);
    if (n <= 0)
        return n < 0 && errno == EAGAIN ? -1 : 0;
    int came[3] = { -1, -1, -1 };
    struct cmsghdr *c = CMSG_FIRSTHDR(&message);
    if (c && c->cmsg_type == SCM_RIGHTS && c->cmsg_len <= CMSG_LEN(sizeof(came)))
        memcpy(came, CMSG_DATA(c), c->cmsg_len - CMSG_LEN(0));
    for (int i = 0; i < 3; i++) {
        if (fds)
            fds[i] = came[i];
        else if (came[i] >= 0)
            close(came[i]);
    }
    return n;
}

/* ---- attaching ---- */

static bool take_welcome(struct client *client, const int fds[3])
{
    client->table_fd = fds[0];
    client->area_fd = fds[1];
    client->bell = fds[2];
    if (fds[0] < 0)
        return true; /* a tool */
    client->table = mmap(NULL, sizeof(*client->table), PROT_READ, MAP_SHARED, fds[0], 0);
    client->area = mmap(NULL, TRAP_AREA_SLOTS * TRAP_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_SHARED, fds[1], 0);
    REQUIRE(client->table != MAP_FAILED && client->area != MAP_FAILED);
    return true;
}

bool client_hello(struct client *client, uint64_t image_id, uint64_t nonce, uint32_t flags)
{
    struct attach_packet packet = {
        .magic = ATTACH_MAGIC,
        .type = ATTACH_HELLO,
        .hello = { ATTACH_VERSION, flags, image_id, nonce },
    };
    int fds[3];
    client_send_packet(client->fd, &packet, sizeof(packet), -1);
    if (client_receive(client->fd, &packet, fds) <= 0)
        return false;
    if (packet.type == ATTACH_CHALLENGE) {
        client_send_packet(client->fd, &packet, sizeof(packet), -1);
        if (client_receive(client->fd, &packet, fds) <= 0)
            return false;
    }
    if (packet.type == ATTACH_WELCOME)
        return take_welcome(client, fds);
    CHECK_EQ(packet.type, ATTACH_REFUSED);
    client->kern_return = packet.refused.kern_return;
    memcpy(client->why, packet.refused.why, sizeof(client->why));
    return false;
}

bool client_attach(struct client *client, const char *path, uint64_t image_id)
{
    memset(client, 0, sizeof(*client));
    client->fd = client_connect(path);
    return client_hello(client, image_id, 0, 0);
}

bool client_is_ended(struct client *client)
{
    struct attach_packet packet;
    ssize_t n;
    while ((n = client_receive(client->fd, &packet, NULL)) > 0) {
    }
    return n == 0;
}

void client_close(struct client *client)
{
    close(client->fd);
    if (!client->table)
        return;
    munmap(client->table, sizeof(*client->table));
    munmap(client->area, TRAP_AREA_SLOTS * TRAP_PAGE_SIZE);
    close(client->table_fd);
    close(client->area_fd);
    close(client->bell);
}

int client_thread_new(struct client *client, int32_t tid, struct client_thread *thread)
{
    struct attach_packet packet = { .magic = ATTACH_MAGIC, .type = ATTACH_THREAD_NEW };
    packet.thread.tid = tid ? tid : (int32_t)syscall(SYS_gettid);
    client_send_packet(client->fd, &packet, sizeof(packet), -1);
    if (client_receive(client->fd, &packet, NULL) <= 0 || packet.type != ATTACH_THREAD_OK)
        return -1;
    thread->client = client;
    thread->slot = packet.thread.slot;
    thread->wake = packet.thread.wake;
    thread->page = (void *)(client->area + (packet.thread.slot % TRAP_AREA_SLOTS) * TRAP_PAGE_SIZE);
    return packet.thread.kern_return;
}

/* ---- traps ---- */

void ring(struct client *client)
{
    uint64_t one = 1;
    atomic_store(trap_rung((struct trap_page *)client->area), UINT64_MAX); /* of whichever thread it is */
    CHECK_EQ(write(client->bell, &one, sizeof(one)), sizeof(one));
}

uint32_t request_begin(struct client_thread *thread)
{
    uint32_t number = atomic_fetch_add(&thread->page->request, 1) + 1;
    ring(thread->client);
    return number;
}

bool request_is_done(const struct client_thread *thread, uint32_t number)
{
    return atomic_load(wake_word(thread->client->table, thread->wake)) == number;
}

static bool wait_for(_Atomic uint32_t *word, uint32_t number)
{
    for (int i = 0; i < PATIENCE_MS * 10; i++) {
        if (atomic_load(word) == number)
            return true;
        usleep(100);
    }
    return false;
}

bool request_wait(struct client_thread *thread, uint32_t number)
{
    if (!wait_for(wake_word(thread->client->table, thread->wake), number))
        return false;
    atomic_store(&thread->page->seen, number);
    return true;
}

bool request_wait_accepted(struct client_thread *thread, uint32_t number)
{
    return wait_for(&thread->page->accepted, number);
}

uint32_t trap_reply_port(struct client_thread *thread)
{
    thread->page->req = (struct trap_request){ .number = TRAP_REPLY_PORT };
    return request_wait(thread, request_begin(thread)) ? thread->page->reply.result : 0;
}

uint32_t begin_receive(struct client_thread *thread, uint32_t port)
{
    thread->page->req = (struct trap_request){
        .number = TRAP_MSG,
        .msg = { .option = MACH_RCV_MSG, .rcv_size = 1024, .rcv_name = port },
    };
    return request_begin(thread);
}
