/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names/show.h - list, print, blame: what launchd knows about jobs (B166-B170) */
#pragma once

int show_list(int argc, char **argv);
int show_print(int argc, char **argv);
int show_blame(int argc, char **argv);
