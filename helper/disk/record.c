/* The record of what setup has done to the host, by which it is taken back. */
#include "disk/record.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

#include "base/file.h"
#include "base/json.h"
#include "disk/put.h"

#define RECORD_MAX (4 * 1024 * 1024) /* bytes */

/* The record's path. Returns 0 or -ENAMETOOLONG. */
static int path_of(const char *config_path, char out[PATH_MAX])
{
	int n = snprintf(out, PATH_MAX, "%s" RECORD_SUFFIX, config_path);

	return n < 0 || n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

void setup_file_release(struct setup_file *f)
{
	free(f->path);
	free(f->text);
}

void setup_record_free(struct setup_record *r)
{
	for (size_t i = 0; i < r->file_count; i++)
		setup_file_release(&r->files[i]);
	for (size_t i = 0; i < r->directory_count; i++)
		free(r->directories[i]);
	free(r);
}

const struct setup_file *setup_record_file(const struct setup_record *r, const char *path)
{
	for (size_t i = 0; r && i < r->file_count; i++)
		if (strcmp(r->files[i].path, path) == 0)
			return &r->files[i];
	return NULL;
}

int setup_record_add_file(struct setup_record *r, const char *path, const char *text, bool kept,
			  bool amended)
{
	struct setup_file *f = &r->files[r->file_count];

	if (r->file_count == SETUP_FILES_MAX)
		return -E2BIG;
	f->path = strdup(path);
	f->text = strdup(text);
	f->kept = kept;
	f->amended = amended;
	r->file_count++;
	return f->path && f->text ? 0 : -ENOMEM;
}

int setup_record_add_directory(struct setup_record *r, const char *path)
{
	for (size_t i = 0; i < r->directory_count; i++)
		if (strcmp(r->directories[i], path) == 0)
			return 0;
	if (r->directory_count == SETUP_DIRECTORIES_MAX)
		return -E2BIG;
	r->directories[r->directory_count] = strdup(path);
	return r->directories[r->directory_count++] ? 0 : -ENOMEM;
}

int setup_record_add_value(struct setup_record *r, const char *part, const char *dev,
			   const char *name, int old)
{
	struct setup_value *v = &r->values[r->value_count];

	if (r->value_count == SETUP_VALUES_MAX)
		return -E2BIG;
	snprintf(v->part, sizeof(v->part), "%s", part);
	snprintf(v->dev, sizeof(v->dev), "%s", dev);
	snprintf(v->name, sizeof(v->name), "%s", name);
	v->old = old;
	r->value_count++;
	return 0;
}

/* Whether it is the name of one thing in a directory. */
static bool is_name(const char *text)
{
	return text && *text && !strchr(text, '/') && strcmp(text, ".") != 0 &&
	       strcmp(text, "..") != 0;
}

/* Reads what stands in the record. Returns 0, -ENOMEM, -E2BIG, or -EBADMSG. */
static int read_tree(const json_t *tree, struct setup_record *r)
{
	const json_t *service = json_object_get(tree, "service"), *m;
	size_t i;
	int bad = json_is_object(tree) ? 0 : -EBADMSG;

	r->finished = json_is_true(json_object_get(tree, "finished"));
	r->service = json_is_object(service);
	r->enabled = json_is_true(json_object_get(service, "enabled"));
	r->active = json_is_true(json_object_get(service, "active"));
	json_array_foreach (json_object_get(tree, "files"), i, m) {
		const char *path = json_text(m, "path"), *text = json_text(m, "text");

		if (bad == 0)
			bad = !path || *path != '/' || !text
				      ? -EBADMSG
				      : setup_record_add_file(
						r, path, text,
						json_is_true(json_object_get(m, "kept")),
						json_is_true(json_object_get(m, "amended")));
	}
	json_array_foreach (json_object_get(tree, "directories"), i, m) {
		const char *path = json_string_value(m);

		if (bad == 0)
			bad = !path || *path != '/' ? -EBADMSG
						    : setup_record_add_directory(r, path);
	}
	json_array_foreach (json_object_get(tree, "sysctls"), i, m) {
		const char *part = json_text(m, "part"), *dev = json_text(m, "dev");
		const char *name = json_text(m, "name");
		int64_t old;

		if (bad == 0)
			bad = !is_name(part) || !is_name(dev) || !is_name(name) ||
					      !json_whole(json_object_get(m, "old"), INT_MIN,
							  INT_MAX, &old)
				      ? -EBADMSG
				      : setup_record_add_value(r, part, dev, name, (int)old);
	}
	return bad;
}

int setup_record_read(const char *config_path, struct setup_record **ret, struct error *e)
{
	_setup_record_ struct setup_record *record = calloc(1, sizeof(*record));
	_json_ json_t *tree = NULL;
	_free_ char *text = NULL;
	char path[PATH_MAX];
	size_t len;
	int r = path_of(config_path, path);

	if (!record)
		return error_sys(e, -ENOMEM, "cannot read setup's record");
	if (r == 0)
		r = file_read(AT_FDCWD, path, RECORD_MAX, &text, &len);
	if (r == -ENOENT || r == -ENOTDIR)
		return -ENOENT;
	if (r < 0)
		return error_sys(e, r, "cannot read %s", path);
	r = json_parse(text, len, &tree, e);
	if (r == 0)
		r = read_tree(tree, record);
	if (r < 0)
		return error_set(
			e, STATUS_FAILED, r == -ENOENT ? -EBADMSG : r,
			"the record of what setup did, %s, cannot be understood: the files "
			"that it names, as they were, end in " PUT_BEFORE,
			path);
	*ret = steal_ptr(&record);
	return 0;
}

/* The record as JSON, or null without memory. */
static json_t *make_tree(const struct setup_record *r)
{
	json_t *files = json_array(), *directories = json_array(), *values = json_array();
	bool failed = false;

	for (size_t i = 0; i < r->file_count; i++)
		failed |= json_array_append_new(
				  files, json_pack("{s:s, s:b, s:b, s:s}", "path", r->files[i].path,
						   "kept", r->files[i].kept, "amended",
						   r->files[i].amended, "text", r->files[i].text)) <
			  0;
	for (size_t i = 0; i < r->directory_count; i++)
		failed |= json_array_append_new(directories, json_string(r->directories[i])) < 0;
	for (size_t i = 0; i < r->value_count; i++) {
		const struct setup_value *v = &r->values[i];

		failed |= json_array_append_new(values, json_pack("{s:s, s:s, s:s, s:i}", "part",
								  v->part, "dev", v->dev, "name",
								  v->name, "old", v->old)) < 0;
	}
	if (failed) {
		json_decref(files);
		json_decref(directories);
		json_decref(values);
		return NULL;
	}
	return json_pack(
		"{s:b, s:o, s:o, s:o, s:o}", "finished", r->finished, "files", files, "directories",
		directories, "sysctls", values, "service",
		r->service ? json_pack("{s:b, s:b}", "enabled", r->enabled, "active", r->active)
			   : json_null());
}

int setup_record_write(const char *config_path, const struct setup_record *record, struct error *e)
{
	_json_ json_t *tree = make_tree(record);
	_free_ char *text = tree ? json_dumps(tree, JSON_LINES) : NULL;
	char path[PATH_MAX];
	int r = path_of(config_path, path);

	if (r == 0 && !text)
		r = -ENOMEM;
	if (r < 0)
		return error_sys(e, r, "cannot record what is done");
	return put_file(path, text, NULL, false, e);
}

bool setup_record_is_same(const struct setup_record *a, const struct setup_record *b)
{
	_json_ json_t *one = a ? make_tree(a) : json_null();
	_json_ json_t *other = b ? make_tree(b) : json_null();

	return one && other && json_equal(one, other);
}

int setup_record_remove(const char *config_path, struct error *e)
{
	char path[PATH_MAX];
	int r = path_of(config_path, path);

	if (r == 0 && unlink(path) < 0 && errno != ENOENT)
		r = -errno;
	return r < 0 ? error_sys(e, r, "cannot remove setup's record") : 0;
}
