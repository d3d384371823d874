/* SPDX-License-Identifier: Apache-2.0 */
/* <launch.h> - what a job says to launchd: its sockets, the check-in message, and the containers of such messages
 * (abi-system 10)
 *
 *     launch_data_t ask = launch_data_new_string(LAUNCH_KEY_CHECKIN), job = launch_msg(ask);
 *     launch_data_t sockets = launch_data_dict_lookup(job, LAUNCH_JOBKEY_SOCKETS);
 *     launch_data_t listeners = launch_data_dict_lookup(sockets, "Listeners");
 *     int fd = launch_data_get_fd(launch_data_array_get_index(listeners, 0));
 */
#ifndef __LAUNCH_H__
#define __LAUNCH_H__

#include <mach/mach.h>
#include <stdbool.h>
#include <stddef.h>
#include <sys/cdefs.h>

__BEGIN_DECLS

/* ---- containers (B177) ---- */

typedef struct _launch_data *launch_data_t;

typedef enum {
    LAUNCH_DATA_DICTIONARY = 1,
    LAUNCH_DATA_ARRAY,
    LAUNCH_DATA_FD,
    LAUNCH_DATA_INTEGER,
    LAUNCH_DATA_REAL,
    LAUNCH_DATA_BOOL,
    LAUNCH_DATA_STRING,
    LAUNCH_DATA_OPAQUE,
    LAUNCH_DATA_ERRNO,
    LAUNCH_DATA_MACHPORT,
} launch_data_type_t;

/*
 * Empty, or 0; NULL without memory. What is put into a dictionary or an array belongs to it: it is freed with it, and when
 * something else takes its place. Descriptors and ports are numbers here: copying or freeing does nothing to them.
 */
launch_data_t launch_data_alloc(launch_data_type_t type);
launch_data_t launch_data_copy(launch_data_t data);
void launch_data_free(launch_data_t data);
launch_data_type_t launch_data_get_type(launch_data_t data);

/* Keys are copied. lookup: NULL if there is none; what it gives stays the dictionary's. False: it failed. */
bool launch_data_dict_insert(launch_data_t dict, launch_data_t value, const char *key);
launch_data_t launch_data_dict_lookup(launch_data_t dict, const char *key);
bool launch_data_dict_remove(launch_data_t dict, const char *key);
size_t launch_data_dict_get_count(launch_data_t dict);
/* In the order of insertion. The function must not change the dictionary. */
void launch_data_dict_iterate(launch_data_t dict,
                              void (*function)(launch_data_t value, const char *key, void *context), void *context);

/* An index at or behind the end makes the array longer; what is left out is NULL. */
bool launch_data_array_set_index(launch_data_t array, launch_data_t value, size_t index);
launch_data_t launch_data_array_get_index(launch_data_t array, size_t index);
size_t launch_data_array_get_count(launch_data_t array);

launch_data_t launch_data_new_fd(int fd);
launch_data_t launch_data_new_machport(mach_port_t port);
launch_data_t launch_data_new_integer(long long value);
launch_data_t launch_data_new_bool(bool value);
launch_data_t launch_data_new_real(double value);
launch_data_t launch_data_new_string(const char *text);
launch_data_t launch_data_new_opaque(const void *bytes, size_t size);
launch_data_t launch_data_new_errno(int error);

/* False: it is of another type, or there is no memory. */
bool launch_data_set_fd(launch_data_t data, int fd);
bool launch_data_set_machport(launch_data_t data, mach_port_t port);
bool launch_data_set_integer(launch_data_t data, long long value);
bool launch_data_set_bool(launch_data_t data, bool value);
bool launch_data_set_real(launch_data_t data, double value);
bool launch_data_set_string(launch_data_t data, const char *text);
bool launch_data_set_opaque(launch_data_t data, const void *bytes, size_t size);
bool launch_data_set_errno(launch_data_t data, int error);

/* Of another type: -1, MACH_PORT_NULL, 0, false or NULL. Strings and bytes stay the container's. */
int launch_data_get_fd(launch_data_t data);
mach_port_t launch_data_get_machport(launch_data_t data);
long long launch_data_get_integer(launch_data_t data);
bool launch_data_get_bool(launch_data_t data);
double launch_data_get_real(launch_data_t data);
const char *launch_data_get_string(launch_data_t data);
void *launch_data_get_opaque(launch_data_t data);
size_t launch_data_get_opaque_size(launch_data_t data);
int launch_data_get_errno(launch_data_t data);

/* ---- messages (B175) ---- */

#define LAUNCH_KEY_SUBMITJOB "SubmitJob"
#define LAUNCH_KEY_REMOVEJOB "RemoveJob"
#define LAUNCH_KEY_STARTJOB "StartJob"
#define LAUNCH_KEY_STOPJOB "StopJob"
#define LAUNCH_KEY_GETJOB "GetJob"
#define LAUNCH_KEY_GETJOBS "GetJobs"
#define LAUNCH_KEY_CHECKIN "CheckIn"

/*
 * message                          answer, which the caller frees
 * "CheckIn"                        the job's dictionary, with its descriptors under Sockets, and under MachServices the
 *                                  receive rights of its services, which are checked in by this; errno EACCES: it is no job
 * "GetJobs"                        a dictionary of those of all jobs of the domain, by label
 * { "GetJob": LABEL }              the job's dictionary; errno ESRCH
 * { "StartJob": LABEL }, StopJob,  errno: 0, ESRCH, EPERM
 *   RemoveJob                      (RemoveJob is answered when the job's process has ended)
 * { "SubmitJob": JOB }             errno; for an array of jobs an array of errno
 * NULL with errno ENOTSUP: any other; EINVAL: a value of the wrong type; ENOMEM.
 */
launch_data_t launch_msg(launch_data_t message);

/*
 * The descriptors of the Sockets entry `name` of the calling job's property list, in an array that the caller
 * frees. (B175) Returns an error number:
 *    0
 *    ENOENT     the property list has no such entry, or none of its sockets could be made
 *    ESRCH      the calling process is no job of launchd
 *    EALREADY   they were given out before
 *    ENOMEM
 */
int launch_activate_socket(const char *name, int **fds, size_t *count);

/* ---- keys of property lists (B109) ---- */

#define LAUNCH_JOBKEY_LABEL "Label"
#define LAUNCH_JOBKEY_DISABLED "Disabled"
#define LAUNCH_JOBKEY_USERNAME "UserName"
#define LAUNCH_JOBKEY_GROUPNAME "GroupName"
#define LAUNCH_JOBKEY_TIMEOUT "TimeOut"
#define LAUNCH_JOBKEY_EXITTIMEOUT "ExitTimeOut"
#define LAUNCH_JOBKEY_INITGROUPS "InitGroups"
#define LAUNCH_JOBKEY_SOCKETS "Sockets"
#define LAUNCH_JOBKEY_MACHSERVICES "MachServices"
#define LAUNCH_JOBKEY_INETDCOMPATIBILITY "inetdCompatibility"
#define LAUNCH_JOBKEY_PROGRAMARGUMENTS "ProgramArguments"
#define LAUNCH_JOBKEY_PROGRAM "Program"
#define LAUNCH_JOBKEY_ONDEMAND "OnDemand"
#define LAUNCH_JOBKEY_KEEPALIVE "KeepAlive"
#define LAUNCH_JOBKEY_LIMITLOADTOHOSTS "LimitLoadToHosts"
#define LAUNCH_JOBKEY_LIMITLOADFROMHOSTS "LimitLoadFromHosts"
#define LAUNCH_JOBKEY_LIMITLOADTOSESSIONTYPE "LimitLoadToSessionType"
#define LAUNCH_JOBKEY_RUNATLOAD "RunAtLoad"
#define LAUNCH_JOBKEY_ROOTDIRECTORY "RootDirectory"
#define LAUNCH_JOBKEY_WORKINGDIRECTORY "WorkingDirectory"
#define LAUNCH_JOBKEY_ENVIRONMENTVARIABLES "EnvironmentVariables"
#define LAUNCH_JOBKEY_USERENVIRONMENTVARIABLES "UserEnvironmentVariables"
#define LAUNCH_JOBKEY_UMASK "Umask"
#define LAUNCH_JOBKEY_NICE "Nice"
#define LAUNCH_JOBKEY_LOWPRIORITYIO "LowPriorityIO"
#define LAUNCH_JOBKEY_SESSIONCREATE "SessionCreate"
#define LAUNCH_JOBKEY_STARTONMOUNT "StartOnMount"
#define LAUNCH_JOBKEY_SOFTRESOURCELIMITS "SoftResourceLimits"
#define LAUNCH_JOBKEY_HARDRESOURCELIMITS "HardResourceLimits"
#define LAUNCH_JOBKEY_STANDARDINPATH "StandardInPath"
#define LAUNCH_JOBKEY_STANDARDOUTPATH "StandardOutPath"
#define LAUNCH_JOBKEY_STANDARDERRORPATH "StandardErrorPath"
#define LAUNCH_JOBKEY_DEBUG "Debug"
#define LAUNCH_JOBKEY_WAITFORDEBUGGER "WaitForDebugger"
#define LAUNCH_JOBKEY_QUEUEDIRECTORIES "QueueDirectories"
#define LAUNCH_JOBKEY_WATCHPATHS "WatchPaths"
#define LAUNCH_JOBKEY_STARTINTERVAL "StartInterval"
#define LAUNCH_JOBKEY_STARTCALENDARINTERVAL "StartCalendarInterval"
#define LAUNCH_JOBKEY_BONJOURFDS "BonjourFDs"
#define LAUNCH_JOBKEY_LASTEXITSTATUS "LastExitStatus"
#define LAUNCH_JOBKEY_PID "PID"
#define LAUNCH_JOBKEY_THROTTLEINTERVAL "ThrottleInterval"
#define LAUNCH_JOBKEY_LAUNCHONLYONCE "LaunchOnlyOnce"
#define LAUNCH_JOBKEY_ABANDONPROCESSGROUP "AbandonProcessGroup"
#define LAUNCH_JOBKEY_PROCESSTYPE "ProcessType"
#define LAUNCH_JOBKEY_POLICIES "Policies"
#define LAUNCH_JOBKEY_ENABLETRANSACTIONS "EnableTransactions"

#define LAUNCH_JOBPOLICY_DENYCREATINGOTHERJOBS "DenyCreatingOtherJobs"

#define LAUNCH_JOBINETDCOMPATIBILITY_WAIT "Wait"

#define LAUNCH_JOBKEY_MACH_RESETATCLOSE "ResetAtClose"
#define LAUNCH_JOBKEY_MACH_HIDEUNTILCHECKIN "HideUntilCheckIn"
#define LAUNCH_JOBKEY_MACH_DRAINMESSAGESONCRASH "DrainMessagesOnCrash"

#define LAUNCH_JOBKEY_KEEPALIVE_SUCCESSFULEXIT "SuccessfulExit"
#define LAUNCH_JOBKEY_KEEPALIVE_NETWORKSTATE "NetworkState"
#define LAUNCH_JOBKEY_KEEPALIVE_PATHSTATE "PathState"
#define LAUNCH_JOBKEY_KEEPALIVE_OTHERJOBACTIVE "OtherJobActive"
#define LAUNCH_JOBKEY_KEEPALIVE_OTHERJOBENABLED "OtherJobEnabled"
#define LAUNCH_JOBKEY_KEEPALIVE_AFTERINITIALDEMAND "AfterInitialDemand"
#define LAUNCH_JOBKEY_KEEPALIVE_CRASHED "Crashed"

#define LAUNCH_JOBKEY_CAL_MINUTE "Minute"
#define LAUNCH_JOBKEY_CAL_HOUR "Hour"
#define LAUNCH_JOBKEY_CAL_DAY "Day"
#define LAUNCH_JOBKEY_CAL_WEEKDAY "Weekday"
#define LAUNCH_JOBKEY_CAL_MONTH "Month"

#define LAUNCH_JOBKEY_RESOURCELIMIT_CORE "Core"
#define LAUNCH_JOBKEY_RESOURCELIMIT_CPU "CPU"
#define LAUNCH_JOBKEY_RESOURCELIMIT_DATA "Data"
#define LAUNCH_JOBKEY_RESOURCELIMIT_FSIZE "FileSize"
#define LAUNCH_JOBKEY_RESOURCELIMIT_MEMLOCK "MemoryLock"
#define LAUNCH_JOBKEY_RESOURCELIMIT_NOFILE "NumberOfFiles"
#define LAUNCH_JOBKEY_RESOURCELIMIT_NPROC "NumberOfProcesses"
#define LAUNCH_JOBKEY_RESOURCELIMIT_RSS "ResidentSetSize"
#define LAUNCH_JOBKEY_RESOURCELIMIT_STACK "Stack"

#define LAUNCH_KEY_PROCESSTYPE_APP "App"
#define LAUNCH_KEY_PROCESSTYPE_STANDARD "Standard"
#define LAUNCH_KEY_PROCESSTYPE_BACKGROUND "Background"
#define LAUNCH_KEY_PROCESSTYPE_INTERACTIVE "Interactive"
#define LAUNCH_KEY_PROCESSTYPE_ADAPTIVE "Adaptive"

#define LAUNCH_JOBSOCKETKEY_TYPE "SockType"
#define LAUNCH_JOBSOCKETKEY_PASSIVE "SockPassive"
#define LAUNCH_JOBSOCKETKEY_BONJOUR "Bonjour"
#define LAUNCH_JOBSOCKETKEY_SECUREWITHKEY "SecureSocketWithKey"
#define LAUNCH_JOBSOCKETKEY_PATHNAME "SockPathName"
#define LAUNCH_JOBSOCKETKEY_PATHMODE "SockPathMode"
#define LAUNCH_JOBSOCKETKEY_NODENAME "SockNodeName"
#define LAUNCH_JOBSOCKETKEY_SERVICENAME "SockServiceName"
#define LAUNCH_JOBSOCKETKEY_FAMILY "SockFamily"
#define LAUNCH_JOBSOCKETKEY_PROTOCOL "SockProtocol"
#define LAUNCH_JOBSOCKETKEY_MULTICASTGROUP "MulticastGroup"

__END_DECLS

#endif /* __LAUNCH_H__ */
