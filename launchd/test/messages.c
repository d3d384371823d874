/* SPDX-License-Identifier: Apache-2.0 */
/* launchd/test/messages.c - <launch.h>: containers, and the older way to talk to launchd (B175, B177) */
#include <errno.h>
#include <launch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "launchd/test/job_util.h"

/* ---- containers ---- */

TEST(plain_values_keep_their_type, "B177")
{
    launch_data_t integer = launch_data_new_integer(-5), string = launch_data_new_string("one"),
                  opaque = launch_data_new_opaque("a\0b", 3);

    CHECK_EQ(launch_data_get_type(integer), LAUNCH_DATA_INTEGER);
    CHECK_EQ(launch_data_get_integer(integer), -5);
    CHECK(launch_data_set_integer(integer, 1ll << 40));
    CHECK_EQ(launch_data_get_integer(integer), 1ll << 40);
    CHECK(!launch_data_set_bool(integer, true));
    CHECK_EQ(launch_data_get_fd(integer), -1);
    CHECK(launch_data_get_string(integer) == NULL);
    CHECK(launch_data_set_string(string, "another"));
    CHECK_STR_EQ(launch_data_get_string(string), "another");
    CHECK_EQ(launch_data_get_opaque_size(opaque), 3);
    CHECK(memcmp(launch_data_get_opaque(opaque), "a\0b", 3) == 0);
    launch_data_free(integer);
    launch_data_free(string);
    launch_data_free(opaque);
}

static void append_key(launch_data_t value, const char *key, void *text)
{
    strcat(text, key);
    strcat(text, launch_data_get_bool(value) ? "+" : "-");
}

TEST(a_dictionary_owns_what_is_put_into_it, "B177")
{
    launch_data_t dict = launch_data_alloc(LAUNCH_DATA_DICTIONARY), copy;
    char text[32] = "";

    CHECK(launch_data_dict_insert(dict, launch_data_new_bool(true), "a"));
    CHECK(launch_data_dict_insert(dict, launch_data_new_bool(true), "b"));
    CHECK(launch_data_dict_insert(dict, launch_data_new_bool(true), "c"));
    CHECK(launch_data_dict_insert(dict, launch_data_new_bool(false), "b"));
    CHECK_EQ(launch_data_dict_get_count(dict), 3);
    copy = launch_data_copy(dict);
    CHECK(launch_data_dict_remove(dict, "a"));
    CHECK(!launch_data_dict_remove(dict, "a"));
    CHECK(launch_data_dict_lookup(dict, "a") == NULL);
    launch_data_dict_iterate(dict, append_key, text);
    CHECK_STR_EQ(text, "b-c+");
    launch_data_free(dict);
    *text = 0;
    launch_data_dict_iterate(copy, append_key, text);
    CHECK_STR_EQ(text, "a+b-c+");
    launch_data_free(copy);
}

TEST(an_array_grows_to_its_highest_index, "B177")
{
    launch_data_t array = launch_data_alloc(LAUNCH_DATA_ARRAY), copy;

    CHECK(launch_data_array_set_index(array, launch_data_new_real(0.5), 0));
    CHECK(launch_data_array_set_index(array, launch_data_new_machport(7), 2));
    CHECK(launch_data_array_set_index(array, launch_data_new_errno(ENOENT), 0));
    CHECK_EQ(launch_data_array_get_count(array), 3);
    copy = launch_data_copy(array);
    launch_data_free(array);
    CHECK_EQ(launch_data_get_errno(launch_data_array_get_index(copy, 0)), ENOENT);
    CHECK(launch_data_array_get_index(copy, 1) == NULL);
    CHECK_EQ(launch_data_get_machport(launch_data_array_get_index(copy, 2)), 7);
    CHECK(launch_data_array_get_index(copy, 3) == NULL);
    launch_data_free(copy);
}

/* ---- messages ---- */

static launch_data_t say(const char *word, launch_data_t value)
{
    launch_data_t message = launch_data_alloc(LAUNCH_DATA_DICTIONARY), answer;

    launch_data_dict_insert(message, value, word);
    answer = launch_msg(message);
    launch_data_free(message);
    REQUIRE(answer != NULL);
    return answer;
}

static int result_of(launch_data_t answer)
{
    int error = launch_data_get_type(answer) == LAUNCH_DATA_ERRNO ? launch_data_get_errno(answer) : -1;

    launch_data_free(answer);
    return error;
}

static int act(const char *word, const char *label)
{
    return result_of(say(word, launch_data_new_string(label)));
}

static launch_data_t job(const char *label)
{
    static const char *const words[] = { "stay", "<&\">", "" };
    launch_data_t job = launch_data_alloc(LAUNCH_DATA_DICTIONARY),
                  arguments = launch_data_alloc(LAUNCH_DATA_ARRAY);

    launch_data_array_set_index(arguments, launch_data_new_string(getenv("PROBE")), 0);
    for (size_t i = 0; i < 3; i++)
        launch_data_array_set_index(arguments, launch_data_new_string(words[i]), i + 1);
    launch_data_dict_insert(job, launch_data_new_string(label), LAUNCH_JOBKEY_LABEL);
    launch_data_dict_insert(job, arguments, LAUNCH_JOBKEY_PROGRAMARGUMENTS);
    launch_data_dict_insert(job, launch_data_new_integer(33), LAUNCH_JOBKEY_TIMEOUT);
    return job;
}

TEST(a_job_is_submitted_started_shown_and_removed_by_messages, "B175 B105 B167")
{
    launch_data_t shown, arguments, all, ask = launch_data_new_string(LAUNCH_KEY_GETJOBS);

    CHECK_EQ(result_of(say(LAUNCH_KEY_SUBMITJOB, job("test.message"))), 0);
    CHECK_EQ(result_of(say(LAUNCH_KEY_SUBMITJOB, job("test.message"))), EEXIST);
    CHECK_EQ(act(LAUNCH_KEY_STARTJOB, "test.message"), 0);
    CHECK(job_shows("test.message", "\tstate = running\n"));
    shown = say(LAUNCH_KEY_GETJOB, launch_data_new_string("test.message"));
    arguments = launch_data_dict_lookup(shown, LAUNCH_JOBKEY_PROGRAMARGUMENTS);
    CHECK_STR_EQ(launch_data_get_string(launch_data_dict_lookup(shown, LAUNCH_JOBKEY_LABEL)), "test.message");
    CHECK_EQ(launch_data_get_integer(launch_data_dict_lookup(shown, LAUNCH_JOBKEY_PID)),
             job_pid("test.message"));
    CHECK_EQ(launch_data_get_integer(launch_data_dict_lookup(shown, LAUNCH_JOBKEY_TIMEOUT)), 33);
    CHECK(launch_data_get_bool(launch_data_dict_lookup(shown, LAUNCH_JOBKEY_ONDEMAND)));
    CHECK_EQ(launch_data_array_get_count(arguments), 4);
    CHECK_STR_EQ(launch_data_get_string(launch_data_array_get_index(arguments, 2)), "<&\">");
    CHECK_STR_EQ(launch_data_get_string(launch_data_array_get_index(arguments, 3)), "");
    launch_data_free(shown);
    all = launch_msg(ask);
    CHECK_STR_EQ(launch_data_get_string(launch_data_dict_lookup(launch_data_dict_lookup(all, "test.message"),
                                                                LAUNCH_JOBKEY_LABEL)),
                 "test.message");
    launch_data_free(all);
    launch_data_free(ask);
    CHECK_EQ(act(LAUNCH_KEY_STOPJOB, "test.message"), 0);
    CHECK_EQ(act(LAUNCH_KEY_REMOVEJOB, "test.message"), 0);
    CHECK_EQ(act(LAUNCH_KEY_REMOVEJOB, "test.message"), ESRCH);
    CHECK_EQ(act(LAUNCH_KEY_GETJOB, "test.message"), ESRCH);
}

TEST(of_several_jobs_each_has_its_error_number, "B175 B106")
{
    launch_data_t jobs = launch_data_alloc(LAUNCH_DATA_ARRAY), results;

    launch_data_array_set_index(jobs, job("test.several.0"), 0);
    launch_data_array_set_index(jobs, job("test.several.0"), 1);
    launch_data_array_set_index(jobs, job("test.several.1"), 2);
    results = say(LAUNCH_KEY_SUBMITJOB, jobs);
    CHECK_EQ(launch_data_array_get_count(results), 3);
    CHECK_EQ(launch_data_get_errno(launch_data_array_get_index(results, 0)), 0);
    CHECK_EQ(launch_data_get_errno(launch_data_array_get_index(results, 1)), EEXIST);
    CHECK_EQ(launch_data_get_errno(launch_data_array_get_index(results, 2)), 0);
    launch_data_free(results);
    CHECK_EQ(job_remove("test.several.0"), KERN_SUCCESS);
    CHECK_EQ(job_remove("test.several.1"), KERN_SUCCESS);
}

TEST(what_launchd_does_not_know_is_told_by_errno, "B175")
{
    launch_data_t unknown = launch_data_new_string("Nonsense"),
                  check_in = launch_data_new_string(LAUNCH_KEY_CHECKIN);

    errno = 0;
    CHECK(launch_msg(unknown) == NULL);
    CHECK_EQ(errno, ENOTSUP);
    CHECK_EQ(result_of(launch_msg(check_in)), EACCES); /* this process is no job */
    launch_data_free(unknown);
    launch_data_free(check_in);
}

/* ---- checking in ---- */

static int connection = -1;

static bool is_connected(const void *path)
{
    struct sockaddr_un address = { .sun_family = AF_UNIX };

    snprintf(address.sun_path, sizeof(address.sun_path), "%s", (const char *)path);
    return connect(connection, (struct sockaddr *)&address, sizeof(address)) == 0;
}

TEST(a_job_checks_in_by_a_message_and_has_its_sockets_and_rights, "B175 B167")
{
    const char *path = scratch("message.socket");
    char body[1024], answer[128] = "";

    snprintf(body, sizeof(body),
             "<key>MachServices</key><dict><key>test.checkin.name</key><true/></dict>"
             "<key>Sockets</key><dict><key>Main</key><dict><key>SockPathName</key><string>%s</string></"
             "dict></dict>",
             path);
    REQUIRE_EQ(job_load(bootstrap_port, "test.checkin", "checkin Main stay", body), 0);
    connection = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
    REQUIRE(wait_until(is_connected, path));
    CHECK_GT(read(connection, answer, sizeof(answer) - 1), 0);
    CHECK_STR_EQ(answer, "test.checkin, 1 socket, 1 service, the right to receive on it\n");
    CHECK(strstr(job_print("test.checkin"), "test.checkin.name A 1 ") != NULL);
    close(connection);
    CHECK_EQ(job_remove("test.checkin"), KERN_SUCCESS);
    unlink(path);
}

/* It would be a socket that everybody can reach, at a port that nobody knows. */
TEST(a_socket_without_a_place_is_not_made, "B173 B167")
{
    launch_data_t message = launch_data_alloc(LAUNCH_DATA_DICTIONARY), job, sockets;
    char body[512];

    snprintf(body, sizeof(body),
             "<key>Sockets</key><dict><key>none</key><dict>" STRING(
                 "SecureSocketWithKey", "WHERE") "</dict>"
                                                 "<key>there</key><dict>" STRING("SockPathName",
                                                                                 "%s") "</dict></dict>",
             scratch("place"));
    REQUIRE_EQ(job_load(bootstrap_port, "test.place", "stay", body), 0);
    launch_data_dict_insert(message, launch_data_new_string("test.place"), LAUNCH_KEY_GETJOB);
    job = launch_msg(message);
    sockets = launch_data_dict_lookup(job, LAUNCH_JOBKEY_SOCKETS);
    CHECK(launch_data_dict_lookup(sockets, "there") != NULL);
    CHECK(launch_data_dict_lookup(sockets, "none") == NULL);
    launch_data_free(job);
    launch_data_free(message);
    CHECK_EQ(job_remove("test.place"), KERN_SUCCESS);
}
