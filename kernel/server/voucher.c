/* SPDX-License-Identifier: Apache-2.0 */
/* kernel/server/voucher.c - vouchers are made and looked into (T106, abi-ipc 10) */
#include "kernel/ipc/voucher.h"

#include "kernel/server/call.h"
#include "mach_host_server.h"
#include "mach_voucher_server.h"
#include "thread_act_server.h"

kern_return_t serve_host_create_mach_voucher(struct host_object *host,
                                             mach_voucher_attr_raw_recipe_array_t recipes,
                                             mach_msg_type_number_t recipesCnt, struct port **voucher)
{
    const struct thread *caller = call_now()->caller;
    const struct voucher_payer payer = { caller->ipc.account, caller->task->identity.uid };
    struct right right;
    if (!host)
        return KERN_INVALID_ARGUMENT;
    kern_return_t kr = voucher_make(call_ipc(), caller->ipc.space, &payer, recipes, recipesCnt, &right);
    *voucher = right.port;
    return kr;
}

kern_return_t serve_mach_voucher_extract_attr_content(struct port *voucher, mach_voucher_attr_key_t key,
                                                      mach_voucher_attr_content_t content,
                                                      mach_msg_type_number_t *contentCnt)
{
    const struct voucher *of = voucher_of(voucher);
    return of ? voucher_content(of, key, content, contentCnt) : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_mach_voucher_extract_attr_recipe(struct port *voucher, mach_voucher_attr_key_t key,
                                                     mach_voucher_attr_raw_recipe_t recipe,
                                                     mach_msg_type_number_t *recipeCnt)
{
    const struct voucher *of = voucher_of(voucher);
    return of ? voucher_recipe(of, key, recipe, recipeCnt) : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_mach_voucher_extract_all_attr_recipes(struct port *voucher,
                                                          mach_voucher_attr_raw_recipe_array_t recipes,
                                                          mach_msg_type_number_t *recipesCnt)
{
    const struct voucher *of = voucher_of(voucher);
    return of ? voucher_recipes(of, recipes, recipesCnt) : KERN_INVALID_ARGUMENT;
}

/* No manager takes commands (T106); those of user data say so in their own way. */
kern_return_t serve_mach_voucher_attr_command(struct port *voucher, mach_voucher_attr_key_t key,
                                              mach_voucher_attr_command_t command,
                                              mach_voucher_attr_content_t in_content,
                                              mach_msg_type_number_t in_contentCnt,
                                              mach_voucher_attr_content_t out_content,
                                              mach_msg_type_number_t *out_contentCnt)
{
    if (!voucher_of(voucher) || !voucher_knows_key(key))
        return KERN_INVALID_ARGUMENT;
    bool is_user_data = key == MACH_VOUCHER_ATTR_KEY_USER_DATA || key == MACH_VOUCHER_ATTR_KEY_TEST;
    return is_user_data ? KERN_FAILURE : KERN_INVALID_ARGUMENT;
}

kern_return_t serve_mach_voucher_debug_info(struct space *task, mach_port_name_t voucher_name,
                                            mach_voucher_attr_raw_recipe_array_t recipes,
                                            mach_msg_type_number_t *recipesCnt)
{
    if (!task)
        return KERN_INVALID_TASK;
    struct entry *entry = MACH_PORT_VALID(voucher_name) ? space_peek(task, voucher_name) : NULL;
    const struct voucher *of = entry && entry_has_send(entry) ? voucher_of(entry->port) : NULL;
    return of ? voucher_recipes(of, recipes, recipesCnt) : KERN_INVALID_ARGUMENT;
}

/* ---- of threads ---- */

kern_return_t serve_thread_get_mach_voucher(struct thread *thr_act, mach_voucher_selector_t which,
                                            struct port **voucher)
{
    if (!thr_act || which > MACH_VOUCHER_SELECTOR_EFFECTIVE)
        return KERN_INVALID_ARGUMENT;
    *voucher = right_copy(thr_act->voucher).port;
    return KERN_SUCCESS;
}

/* A thread sets its own. Nothing follows but that exceptions carry it (K187). */
kern_return_t serve_thread_set_mach_voucher(struct thread *thr_act, struct port *voucher)
{
    if (!thr_act || thr_act != call_now()->caller || (voucher && !voucher_of(voucher)))
        return KERN_INVALID_ARGUMENT;
    struct right old = thr_act->voucher;
    thr_act->voucher = (struct right){ voucher, voucher ? MACH_MSG_TYPE_PORT_SEND : 0 };
    right_release(call_ipc(), old);
    return KERN_SUCCESS;
}
