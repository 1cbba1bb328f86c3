/*
 * Runs a fuzz target where libFuzzer is missing: NAME_fuzz [-runs=N] [-max_total_time=S] DIR...
 *
 * Replays every file of the directories, then what becomes of them by a few random changes each,
 * from a fixed seed: the same inputs in every run. Other options of libFuzzer's are ignored.
 */
#include <dirent.h>
#include <sys/stat.h>
#include <time.h>

#include "fuzz.h"

#define FILES_MOST 1024
#define SIZE_MOST 65536

static struct input {
	uint8_t *data;
	size_t size;
} inputs[FILES_MOST];
static size_t input_count;
static uint64_t state = 0x763668;

/* xorshift64* */
static uint32_t any(uint32_t below)
{
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	return (uint32_t)((state * 0x2545f4914f6cdd1dull) >> 32) % below;
}

static void read_input(const char *path)
{
	FILE *f = fopen(path, "rb");
	struct input *in = &inputs[input_count];
	struct stat st;

	if (f && fstat(fileno(f), &st) == 0 && S_ISREG(st.st_mode) && input_count < FILES_MOST) {
		in->data = malloc(SIZE_MOST);
		if (!in->data)
			abort();
		in->size = fread(in->data, 1, SIZE_MOST, f);
		input_count++;
	}
	if (f)
		fclose(f);
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static void read_directory(const char *dir)
{
	struct dirent **list;
	int count = scandir(dir, &list, NULL, by_name);

	for (int i = 0; i < count; i++) {
		char path[4096];

		snprintf(path, sizeof(path), "%s/%s", dir, list[i]->d_name);
		read_input(path);
		free(list[i]);
	}
	if (count >= 0)
		free(list);
}

/* One small change of the data, which has room for SIZE_MOST. Returns the new size. */
static size_t change(uint8_t *data, size_t size)
{
	static const char *const words[] = { "\"",   "{",      "}",  "[",	"]",	":",
					     ",",    "\n--\n", "\n", "\\u0000", "-",	"/",
					     "lxc:", "::",     "0",  "null",	"\xff", "1e99" };
	const struct input *other = &inputs[any((uint32_t)input_count)];
	const char *word = words[any(sizeof(words) / sizeof(words[0]))];
	size_t at = any((uint32_t)size + 1), n = strlen(word);

	switch (any(6)) {
	case 0: /* another byte */
		if (at < size)
			data[at] = (uint8_t)any(256);
		return size;
	case 1: /* a flipped bit */
		if (at < size)
			data[at] ^= (uint8_t)(1u << any(8));
		return size;
	case 2: /* cut short */
		return at;
	case 3: /* a piece less */
		n = any((uint32_t)(size - at) + 1);
		memmove(data + at, data + at + n, size - at - n);
		return size - n;
	case 4: /* a word more */
		if (size + n > SIZE_MOST)
			return size;
		memmove(data + at + n, data + at, size - at);
		memcpy(data + at, word, n);
		return size + n;
	default: /* the rest of another */
		n = any((uint32_t)other->size + 1);
		if (at + other->size - n > SIZE_MOST)
			return size;
		memcpy(data + at, other->data + n, other->size - n);
		return at + other->size - n;
	}
}

static void run_one(const uint8_t *data, size_t size)
{
	uint8_t *copy = malloc(size ? size : 1); /* a read beyond its end is seen */

	if (!copy)
		abort();
	memcpy(copy, data, size);
	LLVMFuzzerTestOneInput(copy, size);
	free(copy);
}

int main(int argc, char **argv)
{
	static uint8_t data[SIZE_MOST];
	unsigned long runs = 0, most = 1000000000;
	time_t end = time(NULL) + 3600;

	for (int i = 1; i < argc; i++) {
		if (strncmp(argv[i], "-runs=", 6) == 0)
			most = strtoul(argv[i] + 6, NULL, 10);
		else if (strncmp(argv[i], "-max_total_time=", 16) == 0)
			end = time(NULL) + atoi(argv[i] + 16);
		else if (*argv[i] != '-')
			read_directory(argv[i]);
	}
	run_one(data, 0);
	for (size_t i = 0; i < input_count; i++)
		run_one(inputs[i].data, inputs[i].size);
	for (; input_count > 0 && runs < most && time(NULL) < end; runs++) {
		const struct input *in = &inputs[any((uint32_t)input_count)];
		size_t size = in->size;

		memcpy(data, in->data, size);
		for (uint32_t n = any(6) + 1; n > 0; n--)
			size = change(data, size);
		run_one(data, size);
	}
	for (size_t i = 0; i < input_count; i++)
		free(inputs[i].data);
	fprintf(stderr, "Done %lu runs\n", runs + input_count + 1);
	return 0;
}
