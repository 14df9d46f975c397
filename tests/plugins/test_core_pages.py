"""Datasette's own pages in Chinese with readable names; an upgrade shows here what is new."""

import html
import re
from collections.abc import Iterator
from pathlib import Path

import datasette
import datasette_auth_passwords
import datasette_export_notebook
import datasette_upload_csvs
import pytest
from datasette.app import Datasette
from training import translation
from training.translation import Catalogue, change, read_changes

from tests.plugins import core_texts
from tests.plugins.framed import frame_only, framed

PACKAGES = [
    Path(module.__file__).parent
    for module in (datasette, datasette_upload_csvs, datasette_export_notebook)
]
STATIC = PACKAGES[0] / "static"
CHANGES = read_changes()
PAGES, SCRIPTS = Catalogue.read("core.po"), Catalogue.read("scripts.po")

# Pages that nobody of ours meets: tools for developers, closed to everyone, or replaced by ours.
NOT_MET = {
    "_debug_common_functions.html", "_footer.html", "_permission_ui_styles.html",
    "_permissions_debug_tabs.html", "allow_debug.html", "api_explorer.html", "base.html",
    "create_token.html", "debug_actions.html", "debug_allowed.html", "debug_autocomplete.html",
    "debug_check.html", "debug_permissions_playground.html", "debug_rules.html", "error.html",
    "execute_write.html", "export_notebook.html", "messages_debug.html", "patterns.html",
}  # fmt: skip
TEMPLATES = {
    path.name: path.read_text(encoding="utf-8")
    for package in PACKAGES
    for path in sorted((package / "templates").glob("*.html"))
    if path.name not in NOT_MET
}
MET_SCRIPTS = [
    "autocomplete.js", "column-chooser.js", "edit-tools.js", "mobile-column-actions.js",
    "modal.js", "navigation-search.js", "table.js",
]  # fmt: skip
# Names of formats and programs, code, keys of the keyboard, and what only a developer reads.
NOT_FOR_TRANSLATION = {
    "CSV", "SQL", "Jupyter", "Observable", "Pandas", "select * from", "select sqlite_version()",
    ".db", "ArrowUp", "ArrowDown", "Enter", "Esc", "Escape", "DETAILS", "INPUT", "TEXTAREA", "TH",
    "DOMContentLoaded", "NFKD", "POST", "Content-Type", "HTTP ", "noopener noreferrer",
    "opacity 1s", " KB", " MB", " GB", "{{ csrftoken() }}", "Update", "throw error",
    "with error message", "copy failed", "Error focusing column form control",
    "Error rendering column form control", "Error destroying column form control",
    "Failed to fetch search results:", "Failed to parse items attribute:",
}  # fmt: skip
HAN = re.compile(r"[\u4e00-\u9fff]")


def untranslated(texts: set[str]) -> set[str]:
    return {text for text in texts if not HAN.search(text)} - NOT_FOR_TRANSLATION


@pytest.mark.parametrize("name", TEMPLATES)
def test_no_text_of_a_template_is_without_a_translation(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(translation, "_either", lambda english, zh: zh)
    source = PAGES.template(change(TEMPLATES[name], CHANGES.get(name, ())))
    assert untranslated(core_texts.of_template(source)) == set()


@pytest.mark.parametrize("name", MET_SCRIPTS)
def test_no_text_of_a_script_is_without_a_translation(name: str) -> None:
    source = change((STATIC / name).read_text(encoding="utf-8"), CHANGES.get(name, ()))
    if name == "edit-tools.js":
        # Its first half makes and alters tables, which is open to nobody.
        source = source[source.index("function tableForeignKeys") :]
    texts = core_texts.in_latin(core_texts.of_script(SCRIPTS.script(source)))
    assert untranslated(texts) == set()


def test_the_finder_of_texts_finds_them() -> None:
    source = (
        '<h1 title="One">Two {{ x }} three</h1><pre>no</pre>{# no #}'
        '<input type="submit" value="Four">'
        '<script>a.b("Five"); c("col-x"); d = `<i>Six</i>`; e("not-this")</script>'
    )
    assert core_texts.of_template(source) == {"One", "Two", "three", "Four", "Five", "Six"}


@pytest.mark.parametrize(
    ("name", "find"), [(n, f) for n, pairs in CHANGES.items() for f, _ in pairs]
)
def test_every_change_still_finds_its_place(name: str, find: str) -> None:
    [path] = [p / kind / name for p in PACKAGES for kind in ("templates", "static")
              if (p / kind / name).exists()]  # fmt: skip
    # A change may rest on one made before it in the same file.
    source = path.read_text(encoding="utf-8")
    for earlier, put in CHANGES[name]:
        if earlier == find:
            break
        source = source.replace(earlier, put)
    assert find in source


def test_every_message_is_still_a_text_of_the_core() -> None:
    templates = "".join(change(source, CHANGES.get(n, ())) for n, source in TEMPLATES.items())
    scripts = "".join(
        change((STATIC / n).read_text(encoding="utf-8"), CHANGES.get(n, ())) for n in MET_SCRIPTS
    )
    homes = [*PACKAGES, Path(datasette_auth_passwords.__file__).parent]
    python = "".join(p.read_text(encoding="utf-8") for d in homes for p in d.rglob("*.py"))
    # A string may be written over several lines, or be handed from one template to another.
    values = re.sub(r'"\s*\n\s*"', "", python) + templates
    stale = {
        key
        for catalogue, source in ((PAGES, templates), (SCRIPTS, scripts))
        for key in catalogue.messages
        if key[1] not in (values if key[0] in ("value", "markup") else source)
    }
    assert stale == set()


def test_no_translation_can_break_out_of_its_place() -> None:
    for catalogue in (PAGES, SCRIPTS):
        for (context, english), zh in catalogue.messages.items():
            if context in (None, "value"):
                assert not set("\"'`<>{}\\") & set(zh), english
            elif context == "source" and catalogue is PAGES:
                assert sorted(re.findall(r"\{% (\w+)", zh)).count("if") == zh.count("{% endif"), zh


@pytest.fixture(scope="module")
def ds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Datasette]:
    with frame_only():
        yield framed(tmp_path_factory.mktemp("framed"))


async def texts(ds: Datasette, path: str, language: str = "zh") -> str:
    """The page without its tags, scripts and runs of blanks."""
    page = (await ds.client.get(path, cookies={"lang": language})).text
    page = re.sub(r"<(script|style)\b.*?</\1>", " ", page, flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", page)).split())


@pytest.mark.parametrize(
    ("path", "zh", "en"),
    [
        ("/", "领军管理", "Lingjun desk"),
        ("/", "1 张表，共 3 行", "3 rows in 1 table"),
        ("/", "学员", "Trainees"),
        ("/record", "各年龄人数", "Heads by age"),
        ("/record", "id, 姓名, 年龄, note", "id, Name, Age, note"),
        ("/record", "自定义 SQL 查询", "Custom SQL query"),
        ("/record/people", "首页 / 培训记录 / 学员", "Home / Training record / Trainees"),
        ("/record/people?age=50", "2 行 年龄 = “50”", "2 rows Age = “50”"),
        ("/record/people?name__contains=甲&_sort_desc=age",
         "1 行 姓名 包含 “甲”；按 年龄 降序", "1 row Name contains “甲”; sorted by Age descending"),
        ("/record/people?note__isblank=1", "3 行 note 为空", "3 rows note is blank"),
        ("/record/people?id=0", "没有记录", "0 records"),
        ("/record/people?_size=1", "下一页", "Next page"),
        ("/record/people/1", "学员: 1", "Trainees: 1"),
        ("/record/quota_heads?least=1", "下限", "At least"),
        ("/record/quota_heads?least=1", "年龄 人数 40 1 50 2", "Age Heads 40 1 50 2"),
        ("/record/quota_heads?least=1", "查询：返回 2 行", "Custom SQL query returning 2 rows"),
        ("/record/report_pairs", "名称 other 甲 a | b", "label other First a | b"),
        ("/record/quota_heads?least=99", "没有结果", "0 results"),
        ("/record/-/query?sql=select+1", "自定义 SQL 查询：返回 1 行", "returning 1 row"),
        ("/record/-/query?sql=drop+table+x", "只允许 SELECT 语句", "Statement must be a SELECT"),
        ("/record/nope", "没有这张表", "Table not found"),
        ("/a/b/c/d/e", "页面不存在", "There is no such page"),
        ("/record/-/queries", "各年龄人数", "Heads by age"),
    ],
)  # fmt: skip
async def test_a_page_in_both_languages(ds: Datasette, path: str, zh: str, en: str) -> None:
    assert zh in await texts(ds, path)
    assert en in await texts(ds, path, "en")


async def test_filters_offer_labels_and_send_names(ds: Datasette) -> None:
    page = (await ds.client.get("/record/people?age=50")).text
    assert '<option value="name">姓名</option>' in page
    assert '<option value="age" selected>年龄</option>' in page
    assert re.search(r'<option value="contains"[^>]*>包含</option>', page)


async def test_headers_show_labels_and_sort_by_names(ds: Datasette) -> None:
    page = (await ds.client.get("/record/people?_sort=name")).text
    assert re.search(r'href="[^"]*_sort=age[^"]*"[^>]*>年龄</a>', page)
    assert 'data-column="age"' in page
    assert 'content: "年龄"' in page


async def test_the_column_chooser_opens_without_an_inline_handler(ds: Datasette) -> None:
    page = (await ds.client.get("/record/people")).text
    assert "data-open-column-chooser" in page
    assert "onclick" not in page


@pytest.mark.parametrize(("language", "text"), [("zh", '"升序排列"'), ("en", '"Sort ascending"')])
async def test_scripts_follow_the_language(ds: Datasette, language: str, text: str) -> None:
    page = (await ds.client.get("/record/people", cookies={"lang": language})).text
    url = re.search(r'src="([^"]+/table\.js[^"]*)"', page)[1]
    assert url.startswith(f"/-/static-{language}/")
    assert text in (await ds.client.get(url)).text


async def test_dialogs_know_the_labels(ds: Datasette) -> None:
    page = (await ds.client.get("/record/people")).text
    assert 'window.columnLabels = {"age": "\\u5e74\\u9f84"' in page
    assert (
        "window.columnLabels?.[column]" in (await ds.client.get("/-/static-en/edit-tools.js")).text
    )


@pytest.mark.parametrize(
    "path", ["/record/people?name=甲甲", "/record/-/query?sql=select+'甲甲'", "/record/people/1"]
)
async def test_no_title_holds_what_was_searched_for(ds: Datasette, path: str) -> None:
    title = re.search(r"<title>(.*?)</title>", (await ds.client.get(path)).text)[1]
    assert title.endswith("领军")
    assert "甲" not in title
