/* SPDX-License-Identifier: Apache-2.0 */
/* tools/machctl/names/variables.h - setenv, unsetenv, getenv, export (B164) */
#pragma once

int variables_setenv(int argc, char **argv);
int variables_unsetenv(int argc, char **argv);
int variables_getenv(int argc, char **argv);
int variables_export(int argc, char **argv);
