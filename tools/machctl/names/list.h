/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names/list.h - bslist and bstree (B97-B100) */
#pragma once

#include <stdbool.h>

int list_domain(const char *word, bool with_jobs, bool json);
int list_tree(bool with_jobs, bool json);
