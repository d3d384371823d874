/* SPDX-License-Identifier: Apache-2.0 */
/* demo/customer.c - a client: finds a name, calls, gets a right, sends memory, gives the right away, and is killed */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "demo/demo.h"

#define ROUNDS 2001
#define MEMORY_SIZE (8u << 20)

static double now_us(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (double)t.tv_sec * 1e6 + (double)t.tv_nsec / 1e3;
}

static int by_value(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return x < y ? -1 : x > y;
}

static mach_port_t find(const char *name)
{
    mach_port_t port;

    demo_check(bootstrap_look_up(bootstrap_port, name, &port), name);
    return port;
}

static void call(mach_port_t clerk)
{
    static double took[ROUNDS];
    struct demo_received answer;
    struct demo_message request;

    demo_message_init(&request, DEMO_ECHO, clerk, "is anybody there?");
    demo_call(&request, &answer);
    demo_say("customer", "is answered: \"%s\"", answer.message.text);
    for (int i = 0; i < ROUNDS; i++) {
        double start = now_us();
        demo_message_init(&request, DEMO_ECHO, clerk, "again");
        demo_call(&request, &answer);
        took[i] = now_us() - start;
    }
    qsort(took, ROUNDS, sizeof(took[0]), by_value);
    demo_say("customer", "%d more calls: median %.1f us there and back, 99 of 100 within %.1f us", ROUNDS,
             took[ROUNDS / 2], took[ROUNDS * 99 / 100]);
}

static mach_port_t open_session(mach_port_t clerk)
{
    struct demo_received answer;
    struct demo_message request;

    demo_scene(3, "A port right travels in a message");
    demo_message_init(&request, DEMO_OPEN, clerk, "");
    demo_call(&request, &answer);
    demo_message_init(&request, DEMO_SAY, answer.message.rights[0].name, "thank you");
    mach_port_t session = answer.message.rights[0].name;
    demo_call(&request, &answer);
    return session;
}

static void send_memory(mach_port_t session)
{
    uint8_t *bytes = malloc(MEMORY_SIZE);
    struct demo_received answer;
    struct demo_message request;
    uint32_t expected;
    char text[32];
    double start;

    demo_scene(4, "Memory travels out of line");
    for (size_t i = 0; i < MEMORY_SIZE; i++)
        bytes[i] = (uint8_t)(i * i >> 7);
    expected = demo_checksum(bytes, MEMORY_SIZE);
    start = now_us();
    demo_message_init(&request, DEMO_BYTES, session, "");
    demo_put_memory(&request, bytes, MEMORY_SIZE);
    demo_call(&request, &answer);
    snprintf(text, sizeof(text), "%08x", expected);
    demo_say("customer", "%.1f MB sent, every byte read by the clerk, in %.1f ms; checksum %s: %s",
             MEMORY_SIZE / 1e6, (now_us() - start) / 1e3, answer.message.text,
             strcmp(text, answer.message.text) == 0 ? "the same" : "WRONG");
    free(bytes);
}

/* The session's right is moved: this program has it no more. The other one tells the tour when we die. */
static void give_away(mach_port_t session)
{
    struct demo_message request;

    demo_scene(5, "Rights outlive, and programs die");
    demo_say("customer", "moves its session right to the tour, and has it no more");
    demo_message_init(&request, DEMO_HAND_OVER, find(TOUR_NAME), "");
    demo_put_right(&request, 0, session, MACH_MSG_TYPE_MOVE_SEND);
    demo_put_right(&request, 1, demo_port(), MACH_MSG_TYPE_MAKE_SEND);
    demo_send(&request);
}

int main(void)
{
    mach_port_t clerk = find(CLERK_NAME);
    mach_port_t session;

    demo_say("customer", "looks up %s and writes to it; nobody serves it yet", CLERK_NAME);
    call(clerk);
    session = open_session(clerk);
    send_memory(session);
    give_away(session);
    while (true)
        pause();
}
