/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/sockets/main.c - launchd-sockets: makes the sockets of one job for launchd, as the job's user (B173)
 *
 *   launchd-sockets UID (TYPE PASSIVE PATH MODE NODE SERVICE FAMILY) ...
 *
 * A TYPE `file` is none: PATH is opened for reading, and made if it is not there (the job's standard input).
 *
 * A program of its own, because names are looked up and files are made that only the job's user may make. It is no Mach
 * program. TYPE is stream, dgram or seqpacket; PASSIVE yes: bind and listen, no: connect; PATH makes a local socket of it, with
 * MODE (decimal, or empty), else NODE, SERVICE and FAMILY (4, 6 or empty) are those of getaddrinfo. Standard output is a
 * SOCK_SEQPACKET socket: for each socket made it gets a packet, the number of its seven words as 32 bits, with the descriptor;
 * for each that cannot be made one without, followed by the error number.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <netdb.h>
#include <netinet/in.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define NO_GROUP 65534u
#define BACKLOG 128

enum word { WORD_TYPE, WORD_PASSIVE, WORD_PATH, WORD_MODE, WORD_NODE, WORD_SERVICE, WORD_FAMILY, N_WORDS };

/* ---- telling ---- */

static void tell_failure(uint32_t i, int error)
{
    uint32_t packet[2] = { i, (uint32_t)error };

    if (send(STDOUT_FILENO, packet, sizeof(packet), MSG_NOSIGNAL) < 0)
        exit(1);
}

static void hand_over(uint32_t i, int fd)
{
    union {
        struct cmsghdr header;
        char room[CMSG_SPACE(sizeof(int))];
    } control = { .header = {
                      .cmsg_len = CMSG_LEN(sizeof(int)), .cmsg_level = SOL_SOCKET, .cmsg_type = SCM_RIGHTS } };
    struct iovec data = { &i, sizeof(i) };
    struct msghdr message = {
        .msg_iov = &data, .msg_iovlen = 1, .msg_control = &control, .msg_controllen = sizeof(control)
    };

    memcpy(CMSG_DATA(&control.header), &fd, sizeof(fd));
    if (sendmsg(STDOUT_FILENO, &message, MSG_NOSIGNAL) < 0)
        exit(1);
    close(fd);
}

/* ---- making ---- */

static int type_of(const char *word)
{
    return strcmp(word, "dgram") == 0       ? SOCK_DGRAM
           : strcmp(word, "seqpacket") == 0 ? SOCK_SEQPACKET
                                            : SOCK_STREAM;
}

/* Somebody may write to a FIFO later. */
static void open_file(uint32_t i, const char *path)
{
    int fd = open(path, O_RDONLY | O_CREAT | O_NONBLOCK | O_NOCTTY | O_CLOEXEC, 0666);

    if (fd >= 0 && fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) & ~O_NONBLOCK) == 0)
        hand_over(i, fd);
    else
        tell_failure(i, errno);
}

static int is_passive(char **words)
{
    return strcmp(words[WORD_PASSIVE], "yes") == 0;
}

static int listen_if_it_can(int fd, int type)
{
    return type == SOCK_DGRAM || listen(fd, BACKLOG) == 0;
}

/* An old file is removed; the new one is nobody else's until it has its mode. */
static int bind_local(int fd, const struct sockaddr_un *address, const char *mode)
{
    mode_t before = umask(0177);
    struct stat st;
    int ok;

    if (lstat(address->sun_path, &st) == 0 && S_ISSOCK(st.st_mode))
        unlink(address->sun_path);
    ok = bind(fd, (const struct sockaddr *)address, sizeof(*address)) == 0;
    umask(before);
    return ok && (*mode == 0 || chmod(address->sun_path, (mode_t)strtoul(mode, NULL, 10)) == 0);
}

static void make_local(uint32_t i, char **words)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };
    int type = type_of(words[WORD_TYPE]), fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0), ok = fd >= 0;

    if (strlen(words[WORD_PATH]) >= sizeof(address.sun_path)) {
        tell_failure(i, ENAMETOOLONG);
        return;
    }
    strcpy(address.sun_path, words[WORD_PATH]);
    if (ok && is_passive(words))
        ok = bind_local(fd, &address, words[WORD_MODE]) && listen_if_it_can(fd, type);
    else if (ok)
        ok = connect(fd, (struct sockaddr *)&address, sizeof(address)) == 0;
    if (ok)
        hand_over(i, fd);
    else
        tell_failure(i, errno);
}

static void make_at(uint32_t i, char **words, const struct addrinfo *at)
{
    int fd = socket(at->ai_family, at->ai_socktype | SOCK_CLOEXEC, at->ai_protocol), one = 1, ok = fd >= 0;

    if (ok && at->ai_family == AF_INET6)
        setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &one, sizeof(one));
    if (ok && is_passive(words)) {
        setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one));
        ok = bind(fd, at->ai_addr, at->ai_addrlen) == 0 && listen_if_it_can(fd, at->ai_socktype);
    } else if (ok) {
        ok = connect(fd, at->ai_addr, at->ai_addrlen) == 0;
    }
    if (ok)
        hand_over(i, fd);
    else
        tell_failure(i, errno);
}

static void make_network(uint32_t i, char **words)
{
    struct addrinfo hints = { .ai_socktype = type_of(words[WORD_TYPE]),
                              .ai_flags = is_passive(words) ? AI_PASSIVE : 0 };
    struct addrinfo *found = NULL;
    const char *node = words[WORD_NODE][0] != 0 ? words[WORD_NODE] : NULL;

    hints.ai_family = strcmp(words[WORD_FAMILY], "4") == 0   ? AF_INET
                      : strcmp(words[WORD_FAMILY], "6") == 0 ? AF_INET6
                                                             : AF_UNSPEC;
    if (getaddrinfo(node, words[WORD_SERVICE], &hints, &found) != 0) {
        tell_failure(i, EADDRNOTAVAIL);
        return;
    }
    for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
        make_at(i, words, at);
    freeaddrinfo(found);
}

static void become(uid_t uid)
{
    struct passwd *user;

    if (geteuid() == uid)
        return;
    user = getpwuid(uid);
    if (setgid(user != NULL ? user->pw_gid : NO_GROUP) != 0 ||
        (user != NULL ? initgroups(user->pw_name, user->pw_gid) : setgroups(0, NULL)) != 0 || setuid(uid) != 0)
        exit(1);
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return 1;
    become((uid_t)strtoul(argv[1], NULL, 10));
    for (int i = 0; 2 + (i + 1) * N_WORDS <= argc; i++) {
        char **words = argv + 2 + i * N_WORDS;
        if (strcmp(words[WORD_TYPE], "file") == 0)
            open_file((uint32_t)i, words[WORD_PATH]);
        else if (words[WORD_PATH][0] != 0)
            make_local((uint32_t)i, words);
        else
            make_network((uint32_t)i, words);
    }
    return 0;
}
