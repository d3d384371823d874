/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/names/reason.h"

#include <stddef.h>
#include <servers/bootstrap.h>
#include <string.h>

static const char *wrong_label(plist_t label)
{
    const char *text;

    if (label == NULL)
        return "has no Label";
    if (!PLIST_IS_STRING(label))
        return "its Label is no string";
    text = plist_get_string_ptr(label, NULL);
    if (*text == 0)
        return "its Label is empty";
    if (strlen(text) >= BOOTSTRAP_MAX_NAME_LEN)
        return "its Label is longer than 127 bytes";
    for (; *text != 0; text++) {
        if ((unsigned char)*text < 32 || *text == 127)
            return "its Label has a control character";
    }
    return NULL;
}

static const char *wrong_arguments(plist_t arguments)
{
    if (arguments == NULL)
        return "has neither Program nor ProgramArguments";
    if (!PLIST_IS_ARRAY(arguments))
        return "its ProgramArguments is no array";
    if (plist_array_get_size(arguments) == 0)
        return "its ProgramArguments is empty";
    for (uint32_t i = 0; i < plist_array_get_size(arguments); i++) {
        if (!PLIST_IS_STRING(plist_array_get_item(arguments, i)))
            return "its ProgramArguments has something that is no string";
    }
    return NULL;
}

const char *reason_invalid(plist_t job)
{
    const char *why = wrong_label(plist_dict_get_item(job, "Label"));

    if (why == NULL && !PLIST_IS_STRING(plist_dict_get_item(job, "Program")))
        why = wrong_arguments(plist_dict_get_item(job, "ProgramArguments"));
    if (why == NULL && plist_dict_get_item(job, "LimitLoadToSessionType") != NULL)
        why = "its LimitLoadToSessionType names no session that there is, or its Label begins with a "
              "reserved name";
    return why != NULL ? why : "its Label begins with com.apple.launchd, com.apple.launchctl or org.machd., which are reserved";
}
