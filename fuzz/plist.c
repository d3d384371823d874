/* SPDX-License-Identifier: Apache-2.0 */
/* fuzz/plist.c - property lists as launchd reads them: the XML, then the job that it describes (B104-B112) */
#include "launchd/config.h"
#include "launchd/plist.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
void log_line(const char *format, ...);

void log_line(const char *format, ...)
{
    (void)format;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct job_config *config = NULL;
    plist_t list = plist_read((const char *)data, size);

    if (list != NULL && config_read(list, &config) == 0)
        config_free(config);
    plist_free(list);
    return 0;
}
