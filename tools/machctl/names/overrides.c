/* SPDX-License-Identifier: Apache-2.0 */
#include "tools/machctl/names/overrides.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAX_SIZE (1u << 20)

bool overrides_place(char *place, size_t size)
{
    const char *config = getenv("XDG_CONFIG_HOME"), *home = getenv("HOME");

    if (config != NULL && *config == '/')
        snprintf(place, size, "%s/machd", config);
    else if (home != NULL && *home == '/')
        snprintf(place, size, "%s/.config/machd", home);
    else
        return false;
    return true;
}

static bool file_name(char *file, size_t size)
{
    char place[3072];

    return overrides_place(place, sizeof(place)) &&
           snprintf(file, size, "%s/overrides.plist", place) < (int)size;
}

/* A dictionary; an empty one when there is no file. */
static plist_t read_all(void)
{
    static char text[MAX_SIZE];
    char file[4096];
    FILE *in = file_name(file, sizeof(file)) ? fopen(file, "re") : NULL;
    size_t n = in == NULL ? 0 : fread(text, 1, sizeof(text), in);
    plist_t all = NULL;

    if (in != NULL)
        fclose(in);
    if (n > 0 && n < sizeof(text))
        plist_from_memory(text, (uint32_t)n, &all);
    if (PLIST_IS_DICT(all))
        return all;
    plist_free(all);
    return plist_new_dict();
}

/* A new file takes the place of the old one as a whole. */
static bool write_all(plist_t all)
{
    char place[3072], file[4096], new[4200], *text = NULL;
    uint32_t size = 0;
    FILE *out;
    bool ok;

    if (!overrides_place(place, sizeof(place)) || !file_name(file, sizeof(file)))
        return false;
    *strrchr(place, '/') = 0;
    mkdir(place, 0700);
    place[strlen(place)] = '/';
    mkdir(place, 0700);
    snprintf(new, sizeof(new), "%s.new", file);
    plist_to_xml(all, &text, &size);
    out = text == NULL ? NULL : fopen(new, "we");
    ok = out != NULL && fwrite(text, 1, size, out) == size;
    if (out != NULL)
        ok = fclose(out) == 0 && ok && rename(new, file) == 0;
    plist_to_xml_free(text);
    return ok;
}

static const char *label_of(plist_t job)
{
    plist_t label = plist_dict_get_item(job, "Label");

    return PLIST_IS_STRING(label) ? plist_get_string_ptr(label, NULL) : "";
}

bool overrides_is_disabled(plist_t job)
{
    plist_t all = read_all(), override = plist_dict_get_item(all, label_of(job));
    plist_t disabled = PLIST_IS_BOOLEAN(override) ? override : plist_dict_get_item(job, "Disabled");
    bool result = PLIST_IS_BOOLEAN(disabled) && plist_bool_val_is_true(disabled);

    plist_free(all);
    return result;
}

bool overrides_set(plist_t job, bool disabled)
{
    plist_t all = read_all();
    bool ok;

    plist_dict_set_item(all, label_of(job), plist_new_bool(disabled));
    ok = write_all(all);
    plist_free(all);
    return ok;
}
