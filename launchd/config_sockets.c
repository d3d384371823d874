/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/config_sockets.c - the key Sockets (B173) */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "launchd/config_read.h"
#include "launchd/log.h"
#include "launchd/plist.h"

/* A string or a number as a word; "" for a key that is absent. */
static char *word_of(plist_t dict, const char *key)
{
    plist_t value = plist_find(dict, key);
    const char *text = plist_string(value);
    char number_text[24] = "";
    int64_t number;

    if (text == NULL && plist_integer(value, &number))
        snprintf(number_text, sizeof(number_text), "%lld", (long long)number);
    return strdup(text != NULL ? text : number_text);
}

static const char *family_of(plist_t dict)
{
    const char *family = plist_string(plist_find(dict, "SockFamily"));

    if (family == NULL)
        return "";
    return strcasecmp(family, "IPv4") == 0 ? "4" : strcasecmp(family, "IPv6") == 0 ? "6" : "";
}

/* SockProtocol says the type as well. */
static const char *type_of(plist_t dict)
{
    const char *type = plist_string(plist_find(dict, "SockType")),
               *protocol = plist_string(plist_find(dict, "SockProtocol"));

    if (type == NULL)
        return protocol != NULL && strcasecmp(protocol, "UDP") == 0 ? "dgram" : "stream";
    return strcasecmp(type, "dgram") == 0       ? "dgram"
           : strcasecmp(type, "seqpacket") == 0 ? "seqpacket"
                                                : "stream";
}

static bool is_passive(plist_t dict)
{
    plist_t value = plist_find(dict, "SockPassive");
    bool is_bool, truth = plist_truth(value, &is_bool);

    return !is_bool || truth;
}

static void tell_what_is_not_built(const struct job_config *config, const char *name, plist_t dict)
{
    static const char *const keys[] = { "SecureSocketWithKey", "MulticastGroup" };

    for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++) {
        if (plist_find(dict, keys[i]) != NULL)
            log_line("%s: %s of the socket %.64s is not built and has no effect", config->label, keys[i],
                     name);
    }
}

/* Without a place it would be a socket that everybody can reach, anywhere. */
static bool has_place(plist_t dict)
{
    return plist_find(dict, "SockPathName") != NULL || plist_find(dict, "SockServiceName") != NULL;
}

static enum result add_socket(struct job_config *config, const char *name, plist_t dict)
{
    struct config_socket *made;

    if (!PLIST_IS_DICT(dict))
        return WRONG_TYPE;
    tell_what_is_not_built(config, name, dict);
    if (!has_place(dict))
        return OUT_OF_RANGE;
    made = config->n_sockets < SOCKETS_MAX
               ? config_one_more(&config->sockets, &config->n_sockets, sizeof(*made))
               : NULL;
    if (made == NULL)
        return NO_MEMORY;
    made->name = strdup(name);
    made->words[SOCKET_TYPE] = strdup(type_of(dict));
    made->words[SOCKET_PASSIVE] = strdup(is_passive(dict) ? "yes" : "no");
    made->words[SOCKET_PATH] = word_of(dict, "SockPathName");
    made->words[SOCKET_MODE] = word_of(dict, "SockPathMode");
    made->words[SOCKET_NODE] = word_of(dict, "SockNodeName");
    made->words[SOCKET_SERVICE] = word_of(dict, "SockServiceName");
    made->words[SOCKET_FAMILY] = strdup(family_of(dict));
    for (int i = 0; i < SOCKET_WORDS; i++) {
        if (made->words[i] == NULL || made->name == NULL)
            return NO_MEMORY;
    }
    return GOOD;
}

/* The list of names that a job gets is divided by control characters. */
static bool is_name(const char *name)
{
    for (; *name != 0; name++) {
        if ((unsigned char)*name < 32)
            return false;
    }
    return true;
}

static bool add_entry(void *context, const char *name, plist_t value)
{
    struct job_config *config = context;
    enum result result = GOOD;

    if (!is_name(name))
        result = OUT_OF_RANGE;
    else if (!PLIST_IS_ARRAY(value))
        result = add_socket(config, name, value);
    for (uint32_t i = 0; result == GOOD && PLIST_IS_ARRAY(value) && i < plist_array_get_size(value); i++)
        result = add_socket(config, name, plist_array_get_item(value, i));
    if (result == WRONG_TYPE || result == OUT_OF_RANGE)
        log_line("%s: the entry %.64s of Sockets makes no sense and is ignored", config->label, name);
    return result != NO_MEMORY;
}

enum result config_read_sockets(struct job_config *config, plist_t value)
{
    if (!PLIST_IS_DICT(value))
        return WRONG_TYPE;
    return plist_each(value, add_entry, config) ? GOOD : NO_MEMORY;
}

/* B176 */
enum result config_read_inetd(struct job_config *config, plist_t value)
{
    if (!PLIST_IS_DICT(value))
        return WRONG_TYPE;
    if (plist_find(value, "Wait") == NULL)
        return OUT_OF_RANGE;
    bool wait;
    enum result result = config_read_bool(&wait, plist_find(value, "Wait"));
    if (result == GOOD)
        config->inetd = wait ? INETD_WAIT : INETD_EACH;
    return result;
}
