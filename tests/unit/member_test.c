/* Checks where a member of an object is found in JSON text, and that damaged text is no harm. */
#include "unit.h"

#include "base/member.h"

TEST(is_found_where_it_is)
{
	static const struct {
		const char *text, *from, *value,
			*end; /* each begins there; from null: there is none */
	} rows[] = {
		{ "{\"k\":1}", "\"k\":1}", "1}", "}" },
		{ "{ \"k\" : 12 , \"x\":3}", " \"k\" ", "12 ", " , \"x\"" },
		{ " \n{\"x\":\"k\",\t\"k\":\"v\"\n}", "\t\"k\"", "\"v\"", "\n}" },
		{ "{\"x\":{\"k\":1},\"k\":[1,{\"k\":2}]}", "\"k\":[", "[1,", "}" },
		{ "{\"a\":\"\\\"k\\\":1,\",\"k\":\"\\\\\",\"b\":0}", "\"k\":\"\\\\", "\"\\\\\"",
		  ",\"b\"" },
		{ "{\"a\":\"}]{[\",\"k\":\"}\"}", "\"k\":\"}", "\"}\"}", "}" },
		{ "{\"k\":1,\"k\":2}", "\"k\":1", "1,", ",\"k\":2" },
		{ "{\"k\":{}}", "\"k\":{}", "{}}", "}" },
		/* cut short */
		{ "{\"k\":12", "\"k\":12", "12", "" },
		{ "{\"k\":\"a", "\"k\":\"a", "\"a", "" },
		{ "{\"k\":", "\"k\":", "", "" },
		{ "{\"k\"", NULL, NULL, NULL },
		{ "{\"k", NULL, NULL, NULL },
		{ "{\"k\\", NULL, NULL, NULL },
		{ "{\"x\":[1,", NULL, NULL, NULL },
		{ "{", NULL, NULL, NULL },
		{ "", NULL, NULL, NULL },
		/* none */
		{ "{}", NULL, NULL, NULL },
		{ "{\"x\":\"k\"}", NULL, NULL, NULL },
		{ "{\"kk\":1,\"K\":2,\"\":3}", NULL, NULL, NULL },
		{ "{\"x\":{\"k\":1}}", NULL, NULL, NULL },
		{ "{\"x\":1}{\"k\":1}", NULL, NULL, NULL },
		{ "[\"k\",1]", NULL, NULL, NULL },
		{ "\"k\":1", NULL, NULL, NULL },
		{ "{k:1}", NULL, NULL, NULL },
		{ "{\"x\" 1,\"k\":1}", NULL, NULL, NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const char *t = rows[i].text;
		struct member m;
		bool found = member_find(t, "k", &m);

		check(found == !!rows[i].from, "%s: %s", t, found ? "found" : "not found");
		if (!found)
			continue;
		check(strncmp(m.from, rows[i].from, strlen(rows[i].from)) == 0, "%s: from %s", t,
		      m.from);
		check(strncmp(m.value, rows[i].value, strlen(rows[i].value)) == 0, "%s: value %s",
		      t, m.value);
		check(strncmp(m.end, rows[i].end, strlen(rows[i].end)) == 0, "%s: end %s", t,
		      m.end);
		check(m.from <= m.value && m.value <= m.end, "%s: out of order", t);
	}
}

/* Under a sanitizer: nothing outside the text is looked at. */
TEST(damage_is_no_harm)
{
	static const char whole[] =
		"{ \"a\\\"\": [1, {\"k\": 2}], \"b\": \"\\\\\", \"k\" : { \"x\": "
		"\"}\" }, \"z\": null }";
	uint64_t seed = 7;

	for (int i = 0; i < 20000; i++) {
		size_t len = strlen(whole);
		_free_ char *text = strdup(whole), *tight = NULL;
		struct member m;

		mutate(text, &len, &seed);
		tight = strdup(text);
		if (member_find(tight, "k", &m))
			check(tight < m.from && m.from <= m.value && m.value <= m.end &&
				      m.end <= tight + strlen(tight),
			      "%s", tight);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(is_found_where_it_is),
		cmocka_unit_test(damage_is_no_harm),
	};

	return cmocka_run_group_tests_name("member", tests, NULL, NULL);
}
