/* SPDX-License-Identifier: Apache-2.0 */
/* libmach/launch/launch_xml.h - containers as XML property lists, which is how launchd takes and gives them */
#pragma once

#include <launch.h>

/* What launchd wrote: elements without attributes. NULL: it is something else, or no memory. */
launch_data_t launch_xml_read(const char *text, size_t size);
/* An array of jobs; free() it. NULL: a descriptor, a port or an error number is among them, or no memory. */
char *launch_xml_write(launch_data_t jobs, size_t *size_p);
