/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/names/show.h"

#include <mach/mach.h>
#include <plist/plist.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bootstrap_user.h"
#include "tools/machctl/names/jobs.h"
#include "tools/machctl/names/look.h"
#include "tools/machctl/names/print.h"
#include "wire/job_types.h"
#include "wire/launchd_call.h"

static bool is_domain(const char *word)
{
    unsigned uid;
    int n = 0;

    return strcmp(word, "system") == 0 ||
           ((sscanf(word, "user/%u%n", &uid, &n) == 1 || sscanf(word, "gui/%u%n", &uid, &n) == 1) &&
            word[n] == 0);
}

/* Text of launchd, as a string that the caller frees; NULL after saying why. */
static char *ask(const char *label, enum job_text_kind kind)
{
    bootstrap_text_t text = NULL;
    mach_msg_type_number_t size = 0;
    char *copy;
    name_t name;
    kern_return_t kr;

    put_label(name, label);
    kr = CALL(bootstrap_rpc_job_text(bootstrap_port, name, kind, &text, &size));
    if (kr == BOOTSTRAP_UNKNOWN_SERVICE && kind == JOB_TEXT_PRINT && is_domain(label))
        complain("%s: there is no such domain", label);
    else if (kr != KERN_SUCCESS)
        complain_job(label, kr);
    if (kr != KERN_SUCCESS)
        return NULL;
    copy = strndup(text != NULL ? text : "", size);
    if (text != NULL)
        vm_deallocate(mach_task_self(), (vm_address_t)text, size);
    if (copy == NULL)
        complain("no memory");
    return copy;
}

static int print_text(char *text)
{
    if (text == NULL)
        return 1;
    fputs(text, stdout);
    free(text);
    return 0;
}

/* ---- the notation of B167 ---- */

static void print_quoted(const char *text)
{
    putchar('"');
    for (; *text != 0; text++) {
        if (*text == '"' || *text == '\\')
            putchar('\\');
        putchar(*text);
    }
    putchar('"');
}

static void indent(int depth)
{
    for (int i = 0; i < depth; i++)
        putchar('\t');
}

static void print_string(plist_t node)
{
    const char *text = plist_get_string_ptr(node, NULL);

    if (strcmp(text, JOB_PORT_OBJECT) == 0 || strcmp(text, JOB_FD_OBJECT) == 0)
        fputs(text, stdout);
    else
        print_quoted(text);
}

static void print_value(plist_t node, int depth);

static void print_array(plist_t array, int depth)
{
    puts("(");
    for (uint32_t i = 0; i < plist_array_get_size(array); i++) {
        indent(depth + 1);
        print_value(plist_array_get_item(array, i), depth + 1);
    }
    indent(depth);
    putchar(')');
}

static void print_dictionary(plist_t dict, int depth)
{
    plist_dict_iter iter = NULL;
    plist_t value = NULL;
    char *key = NULL;

    puts("{");
    plist_dict_new_iter(dict, &iter);
    for (plist_dict_next_item(dict, iter, &key, &value); key != NULL;
         plist_dict_next_item(dict, iter, &key, &value)) {
        indent(depth + 1);
        print_quoted(key);
        fputs(" = ", stdout);
        print_value(value, depth + 1);
        free(key);
        key = NULL;
    }
    free(iter);
    indent(depth);
    putchar('}');
}

/* launchd makes no deeper ones than arrays in a dictionary. */
static void print_value(plist_t node, int depth)
{
    uint64_t number = 0;

    if (PLIST_IS_DICT(node)) {
        print_dictionary(node, depth);
    } else if (PLIST_IS_ARRAY(node)) {
        print_array(node, depth);
    } else if (PLIST_IS_STRING(node)) {
        print_string(node);
    } else if (PLIST_IS_BOOLEAN(node)) {
        fputs(plist_bool_val_is_true(node) ? "true" : "false", stdout);
    } else {
        plist_get_uint_val(node, &number);
        printf("%llu", (unsigned long long)number);
    }
    puts(";");
}

/* ---- for programs ---- */

static void print_json_value(plist_t node);

static void print_json_array(plist_t array)
{
    putchar('[');
    for (uint32_t i = 0; i < plist_array_get_size(array); i++) {
        fputs(i == 0 ? "" : ",", stdout);
        print_json_value(plist_array_get_item(array, i));
    }
    putchar(']');
}

static void print_json_dictionary(plist_t dict)
{
    plist_dict_iter iter = NULL;
    plist_t value = NULL;
    char *key = NULL;
    bool is_first = true;

    putchar('{');
    plist_dict_new_iter(dict, &iter);
    for (plist_dict_next_item(dict, iter, &key, &value); key != NULL;
         plist_dict_next_item(dict, iter, &key, &value)) {
        fputs(is_first ? "" : ",", stdout);
        is_first = false;
        print_json(key);
        putchar(':');
        print_json_value(value);
        free(key);
        key = NULL;
    }
    free(iter);
    putchar('}');
}

static void print_json_value(plist_t node)
{
    uint64_t number = 0;

    if (PLIST_IS_DICT(node)) {
        print_json_dictionary(node);
    } else if (PLIST_IS_ARRAY(node)) {
        print_json_array(node);
    } else if (PLIST_IS_STRING(node)) {
        print_json(plist_get_string_ptr(node, NULL));
    } else if (PLIST_IS_BOOLEAN(node)) {
        fputs(plist_bool_val_is_true(node) ? "true" : "false", stdout);
    } else {
        plist_get_uint_val(node, &number);
        printf("%llu", (unsigned long long)number);
    }
}

/* A line of launchd's list: pid or -, status or -, label, with tabs between. */
static void print_json_line(char *line)
{
    char *pid = strsep(&line, "\t"), *status = strsep(&line, "\t");

    if (status == NULL || line == NULL)
        return;
    printf("{\"pid\":%s,\"status\":%s,\"label\":", strcmp(pid, "-") == 0 ? "null" : pid,
           strcmp(status, "-") == 0 ? "null" : status);
    print_json(line);
    putchar('}');
}

static int print_json_list(char *text)
{
    char *rest = text, *line;
    bool is_first = true;

    if (text == NULL)
        return 1;
    putchar('[');
    while ((line = strsep(&rest, "\n")) != NULL) {
        if (*line == 0)
            continue;
        fputs(is_first ? "" : ",", stdout);
        is_first = false;
        print_json_line(line);
    }
    puts("]");
    free(text);
    return 0;
}

/* ---- verbs ---- */

static int print_job(const char *label, bool as_xml, bool as_json)
{
    char *text = ask(label, JOB_TEXT_DICTIONARY);
    plist_t dict = NULL;

    if (text == NULL || as_xml)
        return print_text(text);
    plist_from_xml(text, (uint32_t)strlen(text), &dict);
    free(text);
    if (!PLIST_IS_DICT(dict))
        return complain("%s: launchd's answer cannot be read", label);
    if (as_json)
        print_json_value(dict);
    else
        print_value(dict, 0);
    if (as_json)
        putchar('\n');
    plist_free(dict);
    return 0;
}

int show_list(int argc, char **argv)
{
    bool as_json = take_option(&argc, argv, "--json"), as_xml = take_option(&argc, argv, "-x");
    char *text;

    if (argc == 2 && argv[1][0] != '-' && !(as_xml && as_json))
        return print_job(argv[1], as_xml, as_json);
    if (as_xml || argc > 1)
        return wrong_usage(argv[0]);
    text = ask("", JOB_TEXT_LIST);
    if (as_json)
        return print_json_list(text);
    if (text != NULL)
        puts("PID\tStatus\tLabel");
    return print_text(text);
}

int show_print(int argc, char **argv)
{
    return argc == 2 ? print_text(ask(argv[1], JOB_TEXT_PRINT)) : wrong_usage(argv[0]);
}

int show_blame(int argc, char **argv)
{
    char *text;
    bool has_run;

    if (argc != 2)
        return wrong_usage(argv[0]);
    text = ask(argv[1], JOB_TEXT_BLAME);
    if (text == NULL)
        return 1;
    has_run = *text != 0;
    puts(has_run ? text : "not started");
    free(text);
    return has_run ? 0 : 1;
}
