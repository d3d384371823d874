/* SPDX-License-Identifier: Apache-2.0 */
/* <pthread/spawn.h> - the class of a program's main thread */
#ifndef _MACHD_PTHREAD_SPAWN_H_
#define _MACHD_PTHREAD_SPAWN_H_

#include <pthread/qos.h>
#include <spawn.h>

__BEGIN_DECLS

/* No thread of the program gets above that class: UTILITY, BACKGROUND or MAINTENANCE, else EINVAL. get: UNSPECIFIED if
 * none is set. */
int posix_spawnattr_set_qos_class_np(posix_spawnattr_t *attributes, qos_class_t qos_class);
int posix_spawnattr_get_qos_class_np(const posix_spawnattr_t *attributes, qos_class_t *qos_class);

__END_DECLS

#endif /* _MACHD_PTHREAD_SPAWN_H_ */
