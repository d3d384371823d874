/* SPDX-License-Identifier: Apache-2.0 */
/* bench/ondemand_inetd_served.c - accepts one connection on descriptor 0, answers it, ends */
#include <sys/socket.h>
#include <unistd.h>

int main(void)
{
    char message[24];
    int fd = accept(0, NULL, NULL);
    if (fd < 0 || read(fd, message, sizeof(message)) != sizeof(message))
        return 1;
    message[0]++;
    return write(fd, message, sizeof(message)) != sizeof(message);
}
