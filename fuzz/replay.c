/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz/replay.c - a fuzzer's function on files that are kept: its corpus, and what once broke something
 *
 *   replay DIRECTORY|FILE ...
 *
 * Without the fuzzing library, so that ./dev test needs no clang. An input that breaks something ends the
 * process, as it does under the fuzzer; the name printed last is the one.
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv) __attribute__((weak));

enum { INPUT_MAX = 1 << 20 };

static unsigned n_run;

static void run_file(const char *path)
{
    uint8_t *bytes = malloc(INPUT_MAX);
    FILE *file = fopen(path, "rb");

    if (file == NULL || bytes == NULL) {
        perror(path);
        exit(1);
    }
    size_t size = fread(bytes, 1, INPUT_MAX, file);
    fclose(file);
    uint8_t *exact = realloc(bytes, size > 0 ? size : 1); /* an access behind the end is seen */
    printf("# %s\n", path);
    fflush(stdout);
    LLVMFuzzerTestOneInput(exact, size);
    n_run++;
    free(exact);
}

static int is_input(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static void run_directory(const char *path)
{
    struct dirent **entries;
    int n = scandir(path, &entries, is_input, alphasort);
    char name[4096];

    for (int i = 0; i < n; i++) {
        snprintf(name, sizeof(name), "%s/%s", path, entries[i]->d_name);
        run_file(name);
        free(entries[i]);
    }
    if (n >= 0)
        free(entries);
}

int main(int argc, char **argv)
{
    struct stat st;

    if (LLVMFuzzerInitialize != NULL)
        LLVMFuzzerInitialize(&argc, &argv);
    for (int i = 1; i < argc; i++) {
        if (stat(argv[i], &st) == 0 && S_ISDIR(st.st_mode))
            run_directory(argv[i]);
        else
            run_file(argv[i]);
    }
    printf("1..1\n%sok 1 - %u kept inputs break nothing\n", n_run > 0 ? "" : "not ", n_run);
    return n_run == 0;
}
