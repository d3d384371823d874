/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/names/variables.h"

#include <mach/mach.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bootstrap_user.h"
#include "tools/machctl/names/jobs.h"
#include "tools/machctl/names/look.h"
#include "wire/job_types.h"
#include "wire/launchd_call.h"

static int complain_variable(const char *name, kern_return_t kr)
{
    if (kr == KERN_INVALID_ARGUMENT)
        return complain("\"%s\" is no name of a variable", name);
    if (kr == BOOTSTRAP_NO_MEMORY)
        return complain("%s: too long (463 bytes with its value), or there are 256 variables already", name);
    return complain_job(name, kr);
}

static int set(const char *name, const char *value, bool is_set)
{
    name_t name_copy;
    cmd_t value_copy;
    kern_return_t kr = BOOTSTRAP_NO_MEMORY;

    if (strlen(name) < sizeof(name_copy) && strlen(value) < sizeof(value_copy)) {
        strcpy(name_copy, name);
        strcpy(value_copy, value);
        kr = CALL(bootstrap_rpc_set_variable(bootstrap_port, name_copy, value_copy, is_set));
    }
    return kr == KERN_SUCCESS ? 0 : complain_variable(name, kr);
}

int variables_setenv(int argc, char **argv)
{
    int status = 0;

    if (argc < 3 || argc % 2 == 0)
        return wrong_usage(argv[0]);
    for (int i = 1; i < argc; i += 2)
        status |= set(argv[i], argv[i + 1], true);
    return status;
}

int variables_unsetenv(int argc, char **argv)
{
    int status = 0;

    if (argc < 2)
        return wrong_usage(argv[0]);
    for (int i = 1; i < argc; i++)
        status |= set(argv[i], "", false);
    return status;
}

/* NAME=value, with a zero byte behind each; vm_deallocate it. */
static bool ask(bootstrap_text_t *text, mach_msg_type_number_t *size)
{
    name_t none = "";
    kern_return_t kr;

    *text = NULL;
    *size = 0;
    kr = CALL(bootstrap_rpc_job_text(bootstrap_port, none, JOB_TEXT_VARIABLES, text, size));
    if (kr != KERN_SUCCESS)
        complain_job("", kr);
    return kr == KERN_SUCCESS;
}

static void give_back(bootstrap_text_t text, mach_msg_type_number_t size)
{
    if (text != NULL)
        vm_deallocate(mach_task_self(), (vm_address_t)text, size);
}

static const char *value_of(bootstrap_text_t text, mach_msg_type_number_t size, const char *name)
{
    const size_t length = strlen(name);

    for (const char *at = text; at != NULL && at < text + size; at += strlen(at) + 1) {
        if (strncmp(at, name, length) == 0 && at[length] == '=')
            return at + length + 1;
    }
    return NULL;
}

int variables_getenv(int argc, char **argv)
{
    mach_msg_type_number_t size;
    bootstrap_text_t text;
    const char *value;

    if (argc != 2)
        return wrong_usage(argv[0]);
    if (!ask(&text, &size))
        return 1;
    value = value_of(text, size, argv[1]);
    if (value != NULL)
        puts(value);
    else
        complain("%s: is not set for the jobs of this domain", argv[1]);
    give_back(text, size);
    return value != NULL ? 0 : 1;
}

/* What a shell would take for more than the value is quoted. */
static void print_for_shell(const char *variable)
{
    const char *equals = strchr(variable, '=');
    const int length = (int)(equals - variable);

    printf("%.*s=\"", length, variable);
    for (const char *c = equals + 1; *c != 0; c++) {
        if (strchr("\"\\$`", *c) != NULL)
            putchar('\\');
        putchar(*c);
    }
    printf("\"; export %.*s;\n", length, variable);
}

/* For eval: a name that is no word of a shell stays out. */
static bool is_shell_name(const char *variable)
{
    const size_t length = strspn(variable, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_");

    return variable[length] == '=' && length > 0 && (*variable < '0' || *variable > '9');
}

int variables_export(int argc, char **argv)
{
    mach_msg_type_number_t size;
    bootstrap_text_t text;

    if (argc != 1)
        return wrong_usage(argv[0]);
    if (!ask(&text, &size))
        return 1;
    for (const char *at = text; at != NULL && at < text + size; at += strlen(at) + 1) {
        if (is_shell_name(at))
            print_for_shell(at);
    }
    give_back(text, size);
    return 0;
}
