/* The verb setup: shows what it would do, asks, and has it done. */
#include "cli/setup.h"

#include <stdio.h>

#include "cli/plan.h"
#include "ops/setup.h"
#include "ops/setup_runtime.h"

/* setup --docker-runtime, which is about Docker's configuration alone. */
static int run_runtime(const struct args *a, struct error *e)
{
	const struct runtime_wish wish = { .by_default = a->by_default,
					   .undo = a->undo,
					   .force = a->setup.force };
	_runtime_plan_ struct runtime_plan plan = { .former = NULL };
	int r = op_runtime_look(&wish, &plan, e);

	if (r < 0)
		return r;
	plan_print_runtime(&plan, stdout);
	if (a->dry_run || plan.done)
		return 0;
	/* as --undo of the rest: it was asked for by name */
	if (!a->yes && !a->undo)
		r = plan_confirm(e);
	if (r == 0)
		r = op_runtime_do(&plan, e);
	if (r == 0)
		plan_print_runtime_done(&plan, stdout);
	return r;
}

int run_setup(const struct args *a, struct error *e)
{
	_setup_plan_ struct setup_plan *plan = NULL;
	int r;

	if (a->docker_runtime)
		return run_runtime(a, e);
	if (a->undo)
		return op_setup_undo(a->request.config_path, a->setup.force, e);
	r = op_setup_look(a->request.config_path, &a->setup, &plan, e);
	if (r < 0)
		return r;
	plan_print(plan, stdout);
	if (a->dry_run)
		return 0;
	if (!a->yes)
		r = plan_confirm(e);
	if (r == 0)
		r = op_setup_do(plan, e);
	if (r == 0)
		plan_print_done(plan, stdout);
	return r;
}
