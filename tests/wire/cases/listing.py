ONE = page("workbooks", WORKBOOK)
FIELD, OP = "TSC.RequestOptions.Field", "TSC.RequestOptions.Operator"


def asked(name, *lines, version=None, answer=ONE):
    lines = ["options = TSC.RequestOptions(pagesize=1000)", *lines, "server.workbooks.get(options)"]
    more = {} if version is None else {"version": version}
    case(name, "\n".join(lines), answer, **more)


def filter(name, field, operator, value, **more):
    asked(f"filter.{name}", f"options.filter.add(TSC.Filter({FIELD}.{field}, {OP}.{operator}, {value}))", **more)


filter("eq", "Name", "Equals", "'Superstore'")
filter("eq_special", "Name", "Equals", "'R&D a+b 50% ß/?#\"'")
filter("eq_comma", "Name", "Equals", "'a,b'")
filter("eq_colon", "Name", "Equals", "'a:b'")
filter("eq_backslash", "Name", "Equals", "'a\\\\b'")
filter("eq_brackets", "Name", "Equals", "'[a]'")
filter("eq_apostrophe", "Name", "Equals", "\"O'Brien\"")
filter("in", "Tags", "In", "['plan', 'two words', 'größe']")
filter("in_one", "Tags", "In", "['plan']")
filter("in_apostrophe", "Name", "In", "[\"O'Brien\", 'x']")
filter("in_comma", "Name", "In", "['a,b', 'c']")
filter("has", "Name", "Has", "'plan'")
filter("cieq", "Name", "CaseInsensitiveEquals", "'superSTORE'")
for operator, word in (("GreaterThan", "gt"), ("GreaterThanOrEqual", "gte"), ("LessThan", "lt"), ("LessThanOrEqual", "lte")):
    filter(word, "CreatedAt", operator, "datetime.datetime(2025, 2, 3, 4, 5, 6, tzinfo=datetime.timezone.utc)")
filter("time_with_offset", "UpdatedAt", "GreaterThan", "datetime.datetime(2025, 2, 3, 4, 5, 6, tzinfo=datetime.timezone(datetime.timedelta(hours=2)))")
filter("number", "Size", "GreaterThan", "42")
filter("boolean", "HasExtracts", "Equals", "True")
asked(
    "filter.several",
    f"options.filter.add(TSC.Filter({FIELD}.Name, {OP}.Equals, 'a'))",
    f"options.filter.add(TSC.Filter({FIELD}.ProjectName, {OP}.Equals, 'Ops'))",
)
asked("sort.ascending", f"options.sort.add(TSC.Sort({FIELD}.Name, 'asc'))")
asked("sort.descending", f"options.sort.add(TSC.Sort({FIELD}.CreatedAt, 'desc'))")
asked("sort.two", f"options.sort.add(TSC.Sort({FIELD}.UpdatedAt, 'desc'))", f"options.sort.add(TSC.Sort({FIELD}.Name, 'asc'))")
asked("fields.all", "options.all_fields = True")
asked("fields.default", "options.fields |= {'_default_'}")
asked("fields.one", "options.fields |= {'id', 'name', 'description'}")
asked(
    "everything",
    f"options.filter.add(TSC.Filter({FIELD}.Name, {OP}.Equals, 'A & B'))",
    f"options.sort.add(TSC.Sort({FIELD}.Name, 'desc'))",
    "options.page_number(2).page_size(5)",
)
case("page", "server.workbooks.get(TSC.RequestOptions(13, 7))", page("workbooks", WORKBOOK, number=13, size=7, total=85))
asked("old_version.filter", f"options.filter.add(TSC.Filter({FIELD}.Name, {OP}.Equals, 'My Book'))", version="3.6")
asked("old_version.ampersand", f"options.filter.add(TSC.Filter({FIELD}.Name, {OP}.Equals, 'A & B=c'))", version="3.6")

PAGES = [
    page("workbooks", f'<workbook id="w-{n}" name="W{n}"><project id="p-1"/></workbook>', number=n, size=1, total=3) for n in (1, 2, 3)
]
case("pager.three_pages", "list(TSC.Pager(server.workbooks, TSC.RequestOptions(pagesize=1)))", *PAGES)
case("queryset.three_pages", "[item for item in server.workbooks.all(page_size=1)]", *PAGES)
case(
    "queryset.error_on_page_2",
    "[item for item in server.workbooks.all(page_size=1)]",
    PAGES[0],
    error(429, "429000", "Too many requests", "Come back later"),
)
case(
    "queryset.refused_filter",
    "[item for item in server.workbooks.filter(name='x', page_size=1000)]",
    error(400, "400006", "Bad request", "Invalid filter expression"),
)
case(
    "pager.error_on_page_2",
    "list(TSC.Pager(server.workbooks, TSC.RequestOptions(pagesize=1)))",
    PAGES[0],
    error(400, "400003", "Bad request", "Something else is wrong"),
)
case("total", "len(server.workbooks.all(page_size=1))", PAGES[0])

# In a name that is looked for, the server's filters take neither comma nor ampersand.
case(
    "find_by_name.comma",
    "server.workbooks.find_by_name('Ops, 50% + ß')",
    page("workbooks", size=100),
    page("workbooks", size=100),
    instead=[page("workbooks", WORKBOOK, WORKBOOK.replace("R&amp;D", "Ops, 50% + ß"))],
)
