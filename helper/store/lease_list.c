/* Many leases in one text, to be taken elsewhere: what export writes and import reads. */
#include "store/lease_list.h"

#include <errno.h>
#include <string.h>

#include "base/json.h"
#include "store/lease_json.h"

struct writing {
	FILE *out;
	bool begun;
};

static int write_one(const struct lease *lease, void *arg)
{
	struct writing *w = arg;
	_free_ char *text = NULL;
	size_t len;
	int r;

	if (lease->freed || lease->left || *lease->trouble)
		return 0;
	r = lease_encode(lease, &text, &len);
	if (r < 0)
		return r;
	fprintf(w->out, "%s\n%.*s", w->begun ? "," : "", (int)len - 1, text);
	w->begun = true;
	return ferror(w->out) ? -EIO : 0;
}

int lease_list_write(struct lease_store *s, FILE *out, struct error *e)
{
	struct writing w = { .out = out };
	int r;

	fputs("{ \"leases\": [", out);
	e->text[0] = '\0';
	r = s->ops->walk(s, write_one, &w, e);
	fputs("\n] }\n", out);
	return r < 0 && !*e->text ? error_sys(e, r, "cannot write the leases") : r;
}

/* Reads one. Returns 0, -EBADMSG or -ENOMEM. */
static int read_one(const json_t *json, struct lease *ret)
{
	_free_ char *text = json_dumps(json, 0);

	return text ? lease_decode(text, strlen(text), ret) : -ENOMEM;
}

int lease_list_read(const char *text, size_t len, int (*each)(const struct lease *l, void *arg),
		    void *arg, struct error *e)
{
	_json_ json_t *json = NULL;
	const json_t *list, *one;
	struct lease lease;
	size_t i;
	int r = json_parse(text, len, &json, e);

	if (r < 0)
		return r;
	list = json_object_get(json, "leases");
	if (!json_is_array(list))
		return error_set(e, STATUS_USAGE, -EINVAL,
				 "it is not what v6hook export writes: no list \"leases\"");
	json_array_foreach (list, i, one)
		if (read_one(one, &lease) < 0)
			return error_set(e, STATUS_USAGE, -EINVAL,
					 "its lease %zu is damaged, or was changed by hand: "
					 "nothing is imported",
					 i + 1);
	json_array_foreach (list, i, one) {
		r = read_one(one, &lease) < 0 ? -ENOMEM : each(&lease, arg);
		if (r != 0)
			return r;
	}
	return 0;
}
