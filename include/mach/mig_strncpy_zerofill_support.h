/* SPDX-License-Identifier: Apache-2.0 */
/*
 * <mach/mig_strncpy_zerofill_support.h> - its presence tells generated code that mig_strncpy_zerofill exists
 */
