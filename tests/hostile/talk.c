/* SPDX-License-Identifier: Apache-2.0 */
/* tests/hostile/talk.c - twenty tasks talk while random ones of them, and launchd, are killed with -9
 *
 * Each talker owns an inbox, which one of its threads empties, and with the other sends to all the others:
 * plain messages, calls, and gifts (out-of-line memory and a receive right in transit). The hub is this
 * test's own process: it starts, kills and introduces them to each other. What a talker sends to another
 * carries the number of what it sent there before, so that the receiver notices whatever is lost, doubled
 * or out of order. In the end those who live tell each other how many there were.
 *
 * KILLS says how many, HOSTILE_SEED repeats the choices of a run (not their instants, which are Linux's).
 */
#include <mach/mach.h>
#include <mach/notify.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/hostile/util.h"

enum { TALKERS = 20, GIFT_SIZE = 100000, LAUNCHD_EVERY = 20, SECONDS_MAX = 60 };
enum talk_id { HELLO = 1, PEER, NOTE, CALL, GIFT, FIN, STOP, REPORT, ANSWER };

/* What every message says: who sent it (slot and which of its lives), and the how-manieth it is of that
 * sender here. */
struct words {
    uint32_t slot, life, number;
};

struct plain {
    mach_msg_header_t header;
    struct words words;
};

struct with_port { /* HELLO, PEER */
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_port_descriptor_t port;
    struct words words;
};

struct gift {
    mach_msg_header_t header;
    mach_msg_body_t body;
    mach_msg_ool_descriptor_t memory;
    mach_msg_port_descriptor_t port;
    struct words words;
};

union message {
    mach_msg_header_t header;
    struct plain plain;
    struct with_port with_port;
    struct gift gift;
    char room[512];
};

static const char hub_name[] = "test.hostile.hub";
static uint64_t seed;

static kern_return_t send(mach_msg_header_t *header, mach_msg_id_t id, mach_port_t to, size_t size)
{
    header->msgh_bits |= MACH_MSGH_BITS(MACH_MSG_TYPE_COPY_SEND, 0);
    header->msgh_remote_port = to;
    header->msgh_id = id;
    return mach_msg(header, MACH_SEND_MSG | MACH_SEND_TIMEOUT, (mach_msg_size_t)size, 0, MACH_PORT_NULL,
                    PATIENCE_MS, MACH_PORT_NULL);
}

static kern_return_t send_plain(mach_msg_id_t id, mach_port_t to, struct words words)
{
    struct plain message = { .words = words };

    return send(&message.header, id, to, sizeof(message));
}

static kern_return_t send_port(mach_msg_id_t id, mach_port_t to, struct words words, mach_port_t port, int how)
{
    struct with_port message = {
        .header.msgh_bits = MACH_MSGH_BITS_COMPLEX,
        .body = { 1 },
        .port = { .name = port, .disposition = (uint8_t)how, .type = MACH_MSG_PORT_DESCRIPTOR },
        .words = words,
    };

    return send(&message.header, id, to, sizeof(message));
}

static kern_return_t receive(mach_port_t port, union message *message, uint32_t patience)
{
    return mach_msg(&message->header, MACH_RCV_MSG | MACH_RCV_TIMEOUT, 0, sizeof(*message), port, patience,
                    MACH_PORT_NULL);
}

/* ---- a talker ---- */

/* state    port          leaves by
 * UNKNOWN  none          PEER
 * KNOWN    a send right  a later PEER of that slot (the right is given back), a send that finds the port dead
 */
struct peer {
    bool known;
    mach_port_t port;
    uint32_t life;
    uint32_t n_sent;
    uint32_t from_life, n_received; /* of what came from there */
    bool has_finished;
};

static struct peer peers[TALKERS];
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static struct words self;
static mach_port_t inbox;
static atomic_bool stopping, sender_done;
static atomic_ullong *n_received_in_all; /* by all lives of all talkers; shared */

static void peer_forget(struct peer *peer)
{
    if (peer->known)
        CHECK_EQ(mach_port_deallocate(mach_task_self(), peer->port), KERN_SUCCESS);
    peer->known = false;
}

static void peer_is_new(const struct with_port *message)
{
    struct peer *peer = &peers[message->words.slot % TALKERS];

    pthread_mutex_lock(&lock);
    peer_forget(peer);
    peer->known = true;
    peer->port = message->port.name;
    peer->life = message->words.life;
    peer->n_sent = 0;
    pthread_mutex_unlock(&lock);
}

/* The first message of a life is number 1, and each is one more than the one before it. */
static void check_order(const struct words *words)
{
    struct peer *peer = &peers[words->slot % TALKERS];

    atomic_fetch_add(n_received_in_all, 1);
    if (peer->from_life != words->life) {
        CHECK_GT(words->life, peer->from_life);
        peer->from_life = words->life;
        peer->n_received = 0;
    }
    if (words->number != peer->n_received + 1)
        FAIL("%u.%u hears number %u of %u.%u after number %u", self.slot, self.life, words->number,
             words->slot, words->life, peer->n_received);
    peer->n_received = words->number;
}

static void fill(uint8_t *bytes, const struct words *words)
{
    for (uint32_t i = 0; i < GIFT_SIZE; i += 512)
        bytes[i] = (uint8_t)(words->slot + words->number + i / 512);
}

static void check_gift(const struct gift *gift)
{
    const uint8_t *bytes = gift->memory.address;

    REQUIRE_EQ(gift->memory.size, GIFT_SIZE);
    for (uint32_t i = 0; i < GIFT_SIZE; i += 512) {
        if (bytes[i] != (uint8_t)(gift->words.slot + gift->words.number + i / 512)) {
            FAIL("byte %u of a gift of %u.%u is another", i, gift->words.slot, gift->words.life);
            break;
        }
    }
}

static void answer(const struct plain *message)
{
    mach_msg_header_t header = {
        .msgh_bits = MACH_MSGH_BITS(MACH_MSGH_BITS_REMOTE(message->header.msgh_bits), 0),
        .msgh_size = sizeof(header),
        .msgh_remote_port = message->header.msgh_remote_port,
        .msgh_id = ANSWER,
    };
    kern_return_t kr = mach_msg(&header, MACH_SEND_MSG, sizeof(header), 0, MACH_PORT_NULL, 0, MACH_PORT_NULL);

    if (kr == MACH_SEND_INVALID_DEST) /* the caller was killed: its right is a dead name now */
        mach_port_deallocate(mach_task_self(), header.msgh_remote_port);
    else
        CHECK_EQ(kr, KERN_SUCCESS);
}

static void take(union message *message)
{
    switch ((enum talk_id)message->header.msgh_id) {
    case PEER: peer_is_new(&message->with_port); return;
    case STOP: stopping = true; return;
    case NOTE: check_order(&message->plain.words); return;
    case CALL:
        check_order(&message->plain.words);
        answer(&message->plain);
        return;
    case GIFT:
        check_order(&message->gift.words);
        check_gift(&message->gift);
        mach_msg_destroy(&message->header);
        return;
    case FIN:
        check_order(&message->plain.words);
        peers[message->plain.words.slot % TALKERS].has_finished = true;
        return;
    case HELLO:
    case REPORT:
    case ANSWER: break;
    }
    FAIL("a talker receives a message %d", message->header.msgh_id);
}

static bool all_have_finished(void)
{
    for (uint32_t i = 0; i < TALKERS; i++) {
        if (i != self.slot && !peers[i].has_finished)
            return false;
    }
    return true;
}

static void tell_who_is_missing(void)
{
    for (uint32_t i = 0; i < TALKERS; i++) {
        if (i != self.slot && !peers[i].has_finished)
            test_log("%u.%u has had %u messages of %u.%u and not the last", self.slot, self.life,
                     peers[i].n_received, i, peers[i].from_life);
    }
}

/* The receiving thread: nothing that it does waits for anybody. */
static void receive_all(void)
{
    union message message;

    while (!stopping || !all_have_finished()) {
        kern_return_t kr = receive(inbox, &message, PATIENCE_MS);
        if (kr != KERN_SUCCESS) {
            tell_who_is_missing();
            FAIL("talker %u.%u waits for ever: %x", self.slot, self.life, kr);
            return;
        }
        take(&message);
    }
}

/* ---- sending ---- */

static kern_return_t send_gift(mach_port_t to, struct words words)
{
    static uint8_t bytes[GIFT_SIZE];
    mach_port_t port = port_new();
    struct gift gift = {
        .header.msgh_bits = MACH_MSGH_BITS_COMPLEX,
        .body = { 2 },
        .memory = { .address = bytes,
                    .size = GIFT_SIZE,
                    .copy = MACH_MSG_VIRTUAL_COPY,
                    .type = MACH_MSG_OOL_DESCRIPTOR },
        .port = { .name = port, .disposition = MACH_MSG_TYPE_MOVE_RECEIVE, .type = MACH_MSG_PORT_DESCRIPTOR },
        .words = words,
    };

    fill(bytes, &words);
    kern_return_t kr = send(&gift.header, GIFT, to, sizeof(gift));
    if (kr != KERN_SUCCESS)
        drop_receive(port);
    return kr;
}

/* The answer may be a notification that there will be none: the other was killed with the call in its
 * hands. */
static kern_return_t send_call(mach_port_t to, struct words words)
{
    static mach_port_t reply;
    union message message = { .plain = { .words = words } };
    kern_return_t kr;

    reply = reply != MACH_PORT_NULL ? reply : mach_reply_port();
    message.header.msgh_bits = MACH_MSGH_BITS(0, MACH_MSG_TYPE_MAKE_SEND_ONCE);
    message.header.msgh_local_port = reply;
    kr = send(&message.header, CALL, to, sizeof(message.plain));
    if (kr != KERN_SUCCESS)
        return kr;
    kr = receive(reply, &message, PATIENCE_MS);
    CHECK_EQ(kr, KERN_SUCCESS);
    if (kr == KERN_SUCCESS && message.header.msgh_id != ANSWER)
        CHECK_EQ(message.header.msgh_id, MACH_NOTIFY_SEND_ONCE);
    return KERN_SUCCESS;
}

static kern_return_t send_kind(enum talk_id id, mach_port_t to, struct words words)
{
    if (id == GIFT)
        return send_gift(to, words);
    return id == CALL ? send_call(to, words) : send_plain(id, to, words);
}

/* The right is held by a reference of its own meanwhile: the receiving thread may learn that its owner has
 * died. */
static void send_to(uint32_t slot, enum talk_id id)
{
    struct peer *peer = &peers[slot];
    struct words words = self;
    mach_port_t port;
    kern_return_t kr;

    pthread_mutex_lock(&lock);
    port = peer->known ? peer->port : MACH_PORT_NULL;
    words.number = ++peer->n_sent;
    if (port != MACH_PORT_NULL &&
        mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_SEND, 1) != KERN_SUCCESS)
        port = MACH_PORT_NULL; /* dead */
    uint32_t life = peer->life;
    pthread_mutex_unlock(&lock);
    if (port == MACH_PORT_NULL)
        return;
    kr = send_kind(id, port, words);
    if (kr != KERN_SUCCESS && kr != MACH_SEND_INVALID_DEST)
        FAIL("%u.%u sends to %u.%u: %x", self.slot, self.life, slot, life, kr);
    mach_port_deallocate(mach_task_self(), port);
}

static void *send_all(void *unused)
{
    static const enum talk_id kinds[8] = { NOTE, NOTE, NOTE, NOTE, CALL, CALL, CALL, GIFT };
    uint64_t state = seed * 1000 + self.slot * 50 + self.life;

    while (!stopping) {
        for (uint32_t i = 1 + random_next(&state) % 8; i > 0; i--) {
            uint32_t slot = random_next(&state) % TALKERS;
            if (slot != self.slot)
                send_to(slot, kinds[random_next(&state) % 8]);
        }
        usleep(random_next(&state) % 20000);
    }
    for (uint32_t slot = 0; slot < TALKERS; slot++) {
        if (slot != self.slot)
            send_to(slot, FIN);
    }
    sender_done = true;
    return unused;
}

static _Noreturn void talk(uint32_t slot, uint32_t life)
{
    pthread_t sender;
    mach_port_t hub = MACH_PORT_NULL;

    self = (struct words){ slot, life, 0 };
    inbox = port_new();
    REQUIRE_EQ(bootstrap_look_up(bootstrap_port, hub_name, &hub), KERN_SUCCESS);
    REQUIRE_EQ(send_port(HELLO, hub, self, inbox, MACH_MSG_TYPE_MAKE_SEND), KERN_SUCCESS);
    REQUIRE_EQ(pthread_create(&sender, NULL, send_all, NULL), 0);
    receive_all();
    if (!test_has_failed())
        pthread_join(sender, NULL);
    CHECK_EQ(send_plain(REPORT, hub, self), KERN_SUCCESS);
    _exit(0);
}

/* ---- the hub ---- */

struct talker {
    pid_t pid;
    uint32_t life;
    mach_port_t inbox; /* MACH_PORT_NULL: has not said hello */
    bool has_reported;
};

static struct talker talkers[TALKERS];
static mach_port_t hub_port;
static uint32_t n_introduced;

static void talker_start(uint32_t slot)
{
    struct talker *talker = &talkers[slot];

    talker->life++;
    talker->has_reported = false;
    fflush(NULL);
    talker->pid = fork();
    REQUIRE_GE(talker->pid, 0);
    if (talker->pid == 0)
        talk(slot, talker->life);
}

static void talker_forget(struct talker *talker)
{
    if (talker->inbox != MACH_PORT_NULL) {
        mach_port_deallocate(mach_task_self(), talker->inbox);
        n_introduced--;
    }
    talker->inbox = MACH_PORT_NULL;
}

static void talker_kill(uint32_t slot)
{
    struct talker *talker = &talkers[slot];
    int status = 0;

    REQUIRE_EQ(kill(talker->pid, SIGKILL), 0);
    REQUIRE_EQ(waitpid(talker->pid, &status, 0), talker->pid);
    if (!WIFSIGNALED(status))
        FAIL("talker %u.%u had ended by itself: %x", slot, talker->life, status);
    talker_forget(talker);
    talker_start(slot);
}

static void introduce(uint32_t to, uint32_t slot)
{
    struct words words = { slot, talkers[slot].life, 0 };
    kern_return_t kr = send_port(PEER, talkers[to].inbox, words, talkers[slot].inbox, MACH_MSG_TYPE_COPY_SEND);

    CHECK_EQ(kr, KERN_SUCCESS);
}

static void said_hello(struct with_port *message)
{
    uint32_t slot = message->words.slot;
    struct talker *talker = &talkers[slot];

    if (message->words.life != talker->life) { /* killed since */
        mach_port_deallocate(mach_task_self(), message->port.name);
        return;
    }
    talker->inbox = message->port.name;
    n_introduced++;
    for (uint32_t i = 0; i < TALKERS; i++) {
        if (i == slot || talkers[i].inbox == MACH_PORT_NULL)
            continue;
        introduce(i, slot);
        introduce(slot, i);
    }
}

/* Takes what comes for so long, or until the number is what is wanted. */
static void hub_listen(uint64_t ms, const uint32_t *number, uint32_t wanted)
{
    union message message;
    uint64_t end = now_ms() + ms;

    for (uint64_t now; (!number || *number != wanted) && (now = now_ms()) <= end;) {
        if (receive(hub_port, &message, (uint32_t)(end - now)) != KERN_SUCCESS)
            return;
        if (message.header.msgh_id == HELLO) {
            said_hello(&message.with_port);
        } else {
            CHECK_EQ(message.header.msgh_id, REPORT);
            talkers[message.plain.words.slot % TALKERS].has_reported = true;
            n_introduced--;
        }
    }
}

/* A launchd that is not there now is about to be started. */
static bool kill_launchd(void)
{
    pid_t pid = launchd_pid_now();

    return pid > 0 && kill(pid, SIGKILL) == 0;
}

static uint32_t kill_at_random(uint32_t n_kills, uint64_t *state)
{
    uint64_t begin = now_ms();
    uint32_t n = 0, n_launchd = 0;

    for (; n < n_kills && now_ms() - begin < SECONDS_MAX * 1000 && !test_has_failed(); n++) {
        hub_listen(random_next(state) % 60, NULL, 0);
        if (random_next(state) % LAUNCHD_EVERY == 0 && kill_launchd())
            n_launchd++;
        else
            talker_kill(random_next(state) % TALKERS);
        if ((n + 1) % 100 == 0)
            fprintf(stderr, "# %u kills after %.1f s, %u of launchd\n", n + 1,
                    (double)(now_ms() - begin) / 1000, n_launchd);
    }
    test_log("%u kills in %.1f s, %u of them of launchd", n, (double)(now_ms() - begin) / 1000, n_launchd);
    return n;
}

static void stop_all(void)
{
    for (uint32_t slot = 0; slot < TALKERS; slot++)
        CHECK_EQ(send_plain(STOP, talkers[slot].inbox, (struct words){ 0 }), KERN_SUCCESS);
    hub_listen(PATIENCE_MS + 5000, &n_introduced, 0);
    hub_listen(1, NULL, 0); /* what was shown ahead and taken stays with machd until the next receive */
    for (uint32_t slot = 0; slot < TALKERS; slot++) {
        struct talker *talker = &talkers[slot];
        int status = 0;
        if (!talker->has_reported) {
            FAIL("talker %u.%u hangs", slot, talker->life);
            kill(talker->pid, SIGKILL);
        }
        waitpid(talker->pid, &status, 0);
        CHECK_EQ(status, 0);
        mach_port_deallocate(mach_task_self(), talker->inbox);
    }
}

static uint32_t n_kills_wanted(void)
{
    const char *given = getenv("KILLS");

    return given != NULL ? (uint32_t)atoi(given) : 50;
}

TEST(whoever_is_killed_the_others_go_on_and_lose_nothing, "F10 B14 P124 P166")
{
    struct census before;
    uint64_t state = seed = random_seed();

    n_received_in_all =
        mmap(NULL, sizeof(*n_received_in_all), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    REQUIRE(n_received_in_all != MAP_FAILED);
    printf("# HOSTILE_SEED=%llu\n", (unsigned long long)seed);
    REQUIRE_EQ(check_in(bootstrap_port, hub_name, &hub_port), KERN_SUCCESS);
    before = census_at_rest();
    for (uint32_t slot = 0; slot < TALKERS; slot++)
        talker_start(slot);
    hub_listen(PATIENCE_MS, &n_introduced, TALKERS);
    CHECK_EQ(kill_at_random(n_kills_wanted(), &state), n_kills_wanted());
    hub_listen(PATIENCE_MS, &n_introduced, TALKERS);
    REQUIRE_EQ(n_introduced, TALKERS);
    hub_listen(200, NULL, 0);
    stop_all();
    printf("# %llu messages were received\n", (unsigned long long)*n_received_in_all);
    munmap(n_received_in_all, sizeof(*n_received_in_all));
    census_check_back(&before, "all of it");
}
