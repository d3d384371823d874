/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz/mig.c - mig on a description, behind the preprocessor: parsed, checked, every output written */
#include <stdio.h>
#include <stdlib.h>

#include "fuzz/mig_text.h"
#include "tools/mig/emit.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void write_all(const struct subsystem *ss)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);

    write_user(f, ss, "user.h");
    write_server(f, ss, NULL);
    write_user_header(f, ss);
    write_server_header(f, ss);
    write_external_header(f, ss);
    write_number_header(f, ss);
    write_layout(f, ss);
    fclose(f);
    free(text);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct options options = { 0 };
    struct subsystem *ss = xalloc(sizeof(*ss));

    if (parse(ss, "input.defs", (const char *)data, size, &options))
        write_all(ss);
    text_forget();
    return 0;
}
