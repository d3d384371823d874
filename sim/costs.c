/* SPDX-License-Identifier: Apache-2.0 */
/* sim/costs.c - what the kernel alone costs, without pages, wakes and processes
 *
 * The kernel runs in this process under a host that does nothing. A round trip is two traps (a combined send and receive of
 * the client, one of the server); while something large goes on, the kernel gets one pass of its own work (512 steps) before
 * each trap, as machd gives it. What a round trip waits for is then its own cost, two passes, and what the others' traps
 * between them took. Times are of the processor. `build/sim/kernel-costs [--quick]`
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

#include "base/alloc.h"
#include "kernel/door.h"
#include "kernel/ipc/wait.h"
#include "kernel/task/thread.h"

enum { NAMES_IN_MESSAGE = 3000, SAMPLES = 20000, CHAIN = 10000 };

static uint32_t n_dying = 1000000;
static struct kernel *kernel;
static uint64_t now = 1;
static int32_t next_pid = 100;

/* ---- the host that does nothing ---- */

static void thread_done(void *host, struct thread *thread)
{
}

static segment_handle segment_claim(void *host, struct task *task, uint32_t id, uint64_t size)
{
    return 0;
}

static const struct host_ops ops = { .thread_done = thread_done, .segment_claim = segment_claim };

struct client {
    struct task *task;
    struct thread *thread;
    struct trap_page *page;
    mach_port_name_t self;
};

static uint32_t trap(struct client *client)
{
    now += 1000;
    kernel_trap(kernel, client->thread, now);
    return client->page->reply.result;
}

static uint32_t call(struct client *client, uint32_t number, uint64_t a, uint64_t b, uint64_t c)
{
    client->page->req = (struct trap_request){ .number = number, .arg = { client->self, a, b, c } };
    return trap(client);
}

static void check(uint32_t result, const char *what)
{
    if (result == KERN_SUCCESS)
        return;
    fprintf(stderr, "kernel-costs: %s: 0x%x\n", what, result);
    exit(1);
}

static struct thread *thread_begin(struct client *client, int32_t tid)
{
    client->page = mmap(NULL, TRAP_PAGE_SIZE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    return client->page == MAP_FAILED ? NULL
                                      : kernel_thread_new(kernel, client->task, tid, client->page, client);
}

static struct client client_new(void)
{
    struct client client = { 0 };
    struct task_identity identity = { .pid = next_pid++, .uid = 501, .ruid = 501, .svuid = 501 };
    client.task = kernel_task_new(kernel, &identity, NULL, NULL);
    client.thread = client.task ? thread_begin(&client, identity.pid) : NULL;
    check(client.thread ? KERN_SUCCESS : KERN_RESOURCE_SHORTAGE, "no task");
    client.page->req.number = TRAP_TASK_SELF;
    client.self = trap(&client);
    return client;
}

static mach_port_name_t port_make(struct client *client)
{
    check(call(client, TRAP_PORT_ALLOCATE, MACH_PORT_RIGHT_RECEIVE, 0, 0), "no port");
    return (mach_port_name_t)client->page->reply.value[0];
}

/* A send right to the port that `from` receives on, as if somebody had brought them together. */
static mach_port_name_t introduce(struct client *from, mach_port_name_t name, struct client *to)
{
    mach_port_name_t there;
    struct port *port = space_peek(from->task->space, name)->port;
    check(space_insert(to->thread->ipc.ipc, to->task->space, port_make_send(port), &there), "no right");
    return there;
}

/* ---- messages ---- */

static void put_header(struct client *client, mach_port_name_t dest, uint32_t how, mach_port_name_t reply,
                       uint32_t reply_how, uint32_t size)
{
    mach_msg_header_t header = { .msgh_bits = MACH_MSGH_BITS(how, reply_how),
                                 .msgh_remote_port = dest,
                                 .msgh_local_port = reply };
    memcpy(trap_data(client->page), &header, sizeof(header));
    client->page->req = (struct trap_request){ .number = TRAP_MSG, .payload_size = size };
    client->page->req.msg = (struct trap_msg){ .option = MACH_SEND_MSG, .send_size = size };
}

static void then_receive(struct client *client, mach_port_name_t from)
{
    client->page->req.msg.option |= MACH_RCV_MSG;
    client->page->req.msg.rcv_name = from;
    client->page->req.msg.rcv_size = 4096;
}

static void put_complex(struct client *client, const void *descriptor, uint32_t size)
{
    uint8_t *data = trap_data(client->page);
    uint32_t count = 1;
    ((mach_msg_header_t *)data)->msgh_bits |= MACH_MSGH_BITS_COMPLEX;
    memcpy(data + sizeof(mach_msg_header_t), &count, sizeof(count));
    memcpy(data + sizeof(mach_msg_base_t), descriptor, size);
}

static uint32_t send_port(struct client *client, mach_port_name_t dest, uint32_t how, mach_port_name_t name)
{
    mach_msg_port_descriptor_t d = { .name = name,
                                     .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                                     .type = MACH_MSG_PORT_DESCRIPTOR };
    put_header(client, dest, how, MACH_PORT_NULL, 0, sizeof(mach_msg_base_t) + sizeof(d));
    put_complex(client, &d, sizeof(d));
    client->page->req.msg.option |= MACH_SEND_TIMEOUT;
    return trap(client);
}

/* Processor time: what else runs on the machine does not count. */
static double spent_us(void)
{
    struct timespec time;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return (double)time.tv_sec * 1e6 + (double)time.tv_nsec / 1e3;
}

/* ---- the pair whose round trips are measured ---- */

static struct {
    struct client client, server;
    mach_port_name_t to_server, service, reply;
} pair;

static void serve_first(void)
{
    pair.server.page->req = (struct trap_request){ .number = TRAP_MSG };
    then_receive(&pair.server, pair.service);
    trap(&pair.server);
}

static void pair_begin(void)
{
    pair.client = client_new();
    pair.server = client_new();
    pair.service = port_make(&pair.server);
    pair.reply = port_make(&pair.client);
    pair.to_server = introduce(&pair.server, pair.service, &pair.client);
    serve_first();
}

static void drain(void)
{
    while (kernel_has_work(kernel))
        kernel_work(kernel);
}

static void client_end(struct client *client)
{
    kernel_task_died(kernel, client->task, false);
    drain();
}

static void work(void)
{
    if (kernel_has_work(kernel))
        kernel_work(kernel);
}

static double round_trip(void)
{
    enum { SIZE = 64 };
    double since = spent_us();
    work();
    put_header(&pair.client, pair.to_server, MACH_MSG_TYPE_COPY_SEND, pair.reply,
               MACH_MSG_TYPE_MAKE_SEND_ONCE, SIZE);
    then_receive(&pair.client, pair.reply);
    trap(&pair.client);
    mach_port_name_t answer = ((mach_msg_header_t *)trap_data(pair.server.page))->msgh_remote_port;
    work();
    put_header(&pair.server, answer, MACH_MSG_TYPE_MOVE_SEND_ONCE, MACH_PORT_NULL, 0, SIZE);
    then_receive(&pair.server, pair.service);
    trap(&pair.server);
    if (pair.client.page->reply.result != KERN_SUCCESS ||
        pair.client.page->reply.delivered != TRAP_DELIVERED_RECEIVED)
        check(KERN_FAILURE, "a round trip failed");
    return spent_us() - since;
}

/* ---- series ---- */

struct series {
    double p50, p99, max;
    unsigned n;
};

static double *samples;
static unsigned n_samples, room;

static void sample(void)
{
    if (n_samples == room) {
        room = room ? room * 2 : 1 << 16;
        samples = realloc(samples, room * sizeof(*samples));
        if (!samples)
            exit(1);
    }
    samples[n_samples++] = round_trip();
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;
    return x < y ? -1 : x > y;
}

static struct series series_end(void)
{
    qsort(samples, n_samples, sizeof(*samples), compare);
    struct series series = { .n = n_samples, .p50 = samples[n_samples / 2] };
    series.p99 = samples[(uint64_t)n_samples * 99 / 100];
    series.max = samples[n_samples - 1];
    n_samples = 0;
    return series;
}

static struct series measure_quiet(void)
{
    for (unsigned i = 0; i < SAMPLES; i++)
        sample();
    return series_end();
}

/* A port whose queue holds the receive rights of n others, in arrays. */
static mach_port_name_t fill_port(struct client *client, uint32_t n)
{
    mach_port_name_t names[NAMES_IN_MESSAGE], holder = port_make(client);
    uint32_t size = sizeof(mach_msg_base_t) + sizeof(mach_msg_ool_ports_descriptor_t);
    space_peek(client->task->space, holder)->port->qlimit = MACH_PORT_QLIMIT_MAX;
    for (; n > 0; n -= n < NAMES_IN_MESSAGE ? n : NAMES_IN_MESSAGE) {
        uint32_t count = n < NAMES_IN_MESSAGE ? n : NAMES_IN_MESSAGE;
        mach_msg_ool_ports_descriptor_t d = { .disposition = MACH_MSG_TYPE_MOVE_RECEIVE,
                                              .type = MACH_MSG_OOL_PORTS_DESCRIPTOR,
                                              .count = count };
        for (uint32_t i = 0; i < count; i++)
            names[i] = port_make(client);
        put_header(client, holder, MACH_MSG_TYPE_MAKE_SEND, MACH_PORT_NULL, 0, size);
        put_complex(client, &d, sizeof(d));
        uint64_t item_at = trap_round8(size), at = item_at + sizeof(struct trap_item);
        struct trap_item item = { TRAP_ITEM_INLINE, (uint32_t)at, count * sizeof(names[0]) };
        memcpy(trap_data(client->page) + item_at, &item, sizeof(item));
        memcpy(trap_data(client->page) + at, names, item.size);
        client->page->req.n_items = 1;
        client->page->req.payload_size = (uint32_t)(at + item.size);
        check(trap(client), "the arrays do not fit");
    }
    return holder;
}

static struct series measure_death(void)
{
    struct client victim = client_new();
    mach_port_name_t holder = fill_port(&victim, n_dying);
    check(call(&victim, TRAP_PORT_MOD_REFS, holder, MACH_PORT_RIGHT_RECEIVE, (uint64_t)-1),
          "it does not die");
    while (kernel_has_work(kernel))
        sample();
    client_end(&victim);
    return series_end();
}

/* A port at the bottom of a chain of ports in transit, each on the next. */
static mach_port_name_t chain_make(struct client *client)
{
    mach_port_name_t bottom = port_make(client), below = bottom;
    check(call(client, TRAP_PORT_INSERT_RIGHT, bottom, bottom, MACH_MSG_TYPE_MAKE_SEND), "no send right");
    space_peek(client->task->space, bottom)->port->qlimit = 0;
    for (unsigned i = 0; i < CHAIN; i++) {
        mach_port_name_t above = port_make(client);
        check(send_port(client, above, MACH_MSG_TYPE_MAKE_SEND, below), "the chain does not grow");
        below = above;
    }
    return bottom;
}

/* A thread blocks at the bottom, which pushes all the way up, and is taken back; a receive right is sent there as well, which
 * must not close a circle. */
static struct series measure_chain(void)
{
    struct client owner = client_new(), toggler = client_new();
    mach_port_name_t bottom = chain_make(&owner);
    struct port *port = space_peek(owner.task->space, bottom)->port;
    mach_port_name_t to_bottom;
    check(space_insert(toggler.thread->ipc.ipc, toggler.task->space, port_copy_send(port), &to_bottom),
          "no right");
    for (unsigned i = 0; i < SAMPLES / 10; i++) {
        double since = spent_us();
        if (i % 2) {
            put_header(&toggler, to_bottom, MACH_MSG_TYPE_COPY_SEND, MACH_PORT_NULL, 0, 24);
            trap(&toggler);
            kernel_abort(kernel, toggler.thread);
        } else {
            send_port(&toggler, to_bottom, MACH_MSG_TYPE_COPY_SEND, port_make(&toggler));
        }
        double toggled = spent_us() - since;
        sample();
        samples[n_samples - 1] += toggled; /* it stood before us in the queue */
    }
    client_end(&owner);
    client_end(&toggler);
    return series_end();
}

/* ---- bytes ---- */

static struct {
    double port, name, message, task, thread, set;
} bytes;

static double heap(void)
{
    return (double)alloc_census().bytes;
}

static void measure_bytes(void)
{
    enum { N = 640 };
    struct client client = client_new();
    double before = heap();
    for (int i = 0; i < N; i++)
        call(&client, TRAP_PORT_ALLOCATE, MACH_PORT_RIGHT_DEAD_NAME, 0, 0);
    bytes.name = (heap() - before) / N;
    before = heap();
    mach_port_name_t port = MACH_PORT_NULL;
    for (int i = 0; i < N; i++)
        port = port_make(&client);
    bytes.port = (heap() - before) / N - bytes.name;
    before = heap();
    for (int i = 0; i < N; i++)
        call(&client, TRAP_PORT_ALLOCATE, MACH_PORT_RIGHT_PORT_SET, 0, 0);
    bytes.set = (heap() - before) / N - bytes.name;
    space_peek(client.task->space, port)->port->qlimit = N;
    before = heap();
    for (int i = 0; i < N; i++) {
        put_header(&client, port, MACH_MSG_TYPE_MAKE_SEND, MACH_PORT_NULL, 0, 24);
        trap(&client);
    }
    bytes.message = (heap() - before) / N;
    client_end(&client);
}

static void measure_tasks(void)
{
    enum { N = 100 };
    struct client clients[N];
    double before = heap();
    for (int i = 0; i < N; i++)
        clients[i] = client_new();
    bytes.task = (heap() - before) / N;
    before = heap();
    for (int i = 0; i < N; i++) {
        struct client more = { .task = clients[i].task };
        check(thread_begin(&more, next_pid++) ? KERN_SUCCESS : KERN_FAILURE, "no thread");
    }
    bytes.thread = (heap() - before) / N;
    bytes.task -= bytes.thread;
    for (int i = 0; i < N; i++)
        client_end(&clients[i]);
}

/* ---- all of it ---- */

static void print_series(const char *name, const struct series *series)
{
    printf("%-44s  %8.2f  %8.2f  %8.2f  %9u\n", name, series->p50, series->p99, series->max, series->n);
}

static void print_bytes(const char *name, double each)
{
    printf("%-44s  %8.0f\n", name, each);
}

int main(int argc, char **argv)
{
    struct kernel_config config = kernel_config_default();
    bool is_quick = argc > 1 && strcmp(argv[1], "--quick") == 0;
    if (is_quick)
        n_dying /= 10;
    kernel = kernel_new(&config, &ops, NULL);
    if (!kernel)
        return 1;
    measure_bytes();
    measure_tasks();
    pair_begin();
    struct series quiet = measure_quiet(), death = measure_death(), chain = measure_chain();
    printf("%-44s  %8s  %8s  %8s  %9s\n", "round trip in the kernel, us", "p50", "p99", "most", "trips");
    print_series("nothing else goes on", &quiet);
    print_series(is_quick ? "100,000 ports die" : "1,000,000 ports die", &death);
    print_series("a chain of 10,000 rights in transit toggles", &chain);
    printf("\n%-44s  %8s\n", "bytes of the kernel's heap", "each");
    print_bytes("name", bytes.name);
    print_bytes("port, besides its name", bytes.port);
    print_bytes("port set", bytes.set);
    print_bytes("queued message of 24 bytes", bytes.message);
    print_bytes("task with an empty space", bytes.task);
    print_bytes("thread", bytes.thread);
    return 0;
}
