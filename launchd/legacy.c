/* SPDX-License-Identifier: Apache-2.0 */
#include "launchd/legacy.h"

#include <mach/notify.h>
#include <plist/plist.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "launchd/domain.h"
#include "launchd/events.h"
#include "launchd/loading.h"
#include "launchd/managed.h"
#include "launchd/stash.h"

#define MAX_WORDS 100

bool legacy_is(const struct managed *m)
{
    return managed_has(m, JOB_LEGACY);
}

/* ---- its command ---- */

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* One word, which is copied to `to`; NULL: a quote has no end. Between quotes blanks are like other characters, and a backslash
 * makes the next character one like others, anywhere. */
static const char *take_word(const char *at, char *to)
{
    bool is_quoted = false;

    for (; *at != 0 && (is_quoted || !is_blank(*at)); at++) {
        if (*at == '"') {
            is_quoted = !is_quoted;
            continue;
        }
        if (*at == '\\' && at[1] != 0)
            at++;
        *to++ = *at;
    }
    *to = 0;
    return is_quoted ? NULL : at;
}

/* NULL: no words, too many, or a quote without its end. */
static plist_t words_of(const char *command)
{
    plist_t words = plist_new_array();
    char word[BOOTSTRAP_MAX_CMD_LEN];

    while (true) {
        while (is_blank(*command))
            command++;
        if (*command == 0)
            break;
        command = take_word(command, word);
        if (command == NULL || plist_array_get_size(words) == MAX_WORDS) {
            plist_free(words);
            return NULL;
        }
        plist_array_append_item(words, plist_new_string(word));
    }
    if (plist_array_get_size(words) > 0)
        return words;
    plist_free(words);
    return NULL;
}

/* Of the first word its last component; a control character would be none of a label. */
static void make_label(plist_t words, char *label, size_t size)
{
    const char *program = plist_get_string_ptr(plist_array_get_item(words, 0), NULL);
    const char *slash = strrchr(program, '/');

    snprintf(label, size, "0x%x.mach_init.%.80s", stash_head()->next_serial++,
             slash != NULL ? slash + 1 : program);
    for (char *c = label; *c != 0; c++) {
        if ((unsigned char)*c < 32 || *c == 127)
            *c = '?';
    }
}

/* Consumes words. It is not throttled, and when it counts as running no more it is started at once, or by a message. */
static plist_t property_list(plist_t words, bool on_demand)
{
    char label[BOOTSTRAP_MAX_NAME_LEN];
    plist_t dict = plist_new_dict();

    make_label(words, label, sizeof(label));
    plist_dict_set_item(dict, "Label", plist_new_string(label));
    plist_dict_set_item(dict, "ProgramArguments", words);
    plist_dict_set_item(dict, "KeepAlive", plist_new_bool(!on_demand));
    plist_dict_set_item(dict, "ThrottleInterval", plist_new_uint(0));
    return dict;
}

/* ---- its port ---- */

/* When all send rights that were made are gone, the port itself hears of it. */
static bool ask_for_no_senders(mach_port_t port)
{
    mach_port_t previous = MACH_PORT_NULL;

    return mach_port_request_notification(mach_task_self(), port, MACH_NOTIFY_NO_SENDERS, 1, port,
                                          MACH_MSG_TYPE_MAKE_SEND_ONCE, &previous) == KERN_SUCCESS;
}

static mach_port_t make_port(void)
{
    mach_port_t port;

    if (mach_port_allocate(mach_task_self(), MACH_PORT_RIGHT_RECEIVE, &port) != KERN_SUCCESS)
        return MACH_PORT_NULL;
    if (ask_for_no_senders(port) && events_serve_port(port))
        return port;
    mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
    return MACH_PORT_NULL;
}

static void end_port(mach_port_t port)
{
    events_unserve_port(port);
    mach_port_mod_refs(mach_task_self(), port, MACH_PORT_RIGHT_RECEIVE, -1);
}

kern_return_t legacy_create(struct domain *domain, const char *command, uid_t uid, bool on_demand,
                            mach_port_t *port_p)
{
    plist_t words = words_of(command), dict;
    mach_port_t port = words == NULL ? MACH_PORT_NULL : make_port();
    int error;

    if (port == MACH_PORT_NULL) {
        plist_free(words);
        return BOOTSTRAP_NO_MEMORY;
    }
    dict = property_list(words, on_demand);
    error = loading_import_server(domain, dict, uid, port);
    plist_free(dict);
    if (error != 0) {
        end_port(port);
        return BOOTSTRAP_NO_MEMORY;
    }
    *port_p = port;
    return KERN_SUCCESS;
}

struct managed *legacy_find(mach_port_t port)
{
    struct managed *m;

    TAILQ_FOREACH(m, managed_all(), link)
    {
        if (legacy_is(m) && m->job->r->task == port)
            return m;
    }
    return NULL;
}

bool legacy_is_held(const struct managed *m)
{
    mach_port_status_t status = { 0 };
    mach_msg_type_number_t count = MACH_PORT_RECEIVE_STATUS_COUNT;

    return mach_port_get_attributes(mach_task_self(), m->job->r->task, MACH_PORT_RECEIVE_STATUS,
                                    (mach_port_info_t)&status, &count) == KERN_SUCCESS &&
           status.mps_srights;
}

bool legacy_is_over(const struct managed *m)
{
    return TAILQ_EMPTY(&m->job->services) || (m->job->r->n_runs > 0 && !managed_has(m, JOB_CHECKED_IN));
}

void legacy_take_over(struct managed *m)
{
    if (legacy_is(m) && !events_serve_port(m->job->r->task))
        managed_tell(m, "its port is not served: no memory");
}

void legacy_end(struct managed *m)
{
    if (legacy_is(m))
        end_port(m->job->r->task);
}

/* Whoever has a right to the port could send this too: the rights are counted when the job is examined. */
bool legacy_take(mach_msg_header_t *message)
{
    struct managed *m =
        message->msgh_id == MACH_NOTIFY_NO_SENDERS ? legacy_find(message->msgh_local_port) : NULL;

    if (m == NULL)
        return false;
    mach_msg_destroy(message);
    managed_touch(m);
    return true;
}
