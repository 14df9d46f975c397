"""Texts of the core are replaced exactly, or not at all."""

import pytest
from training.translation import Catalogue, change

CATALOGUE = Catalogue(
    {
        (None, "Save"): "保存",
        (None, "Save as"): "另存为",
        (None, "1 result."): "1 个结果。",
        ("source", "{{ n }} row{% if n != 1 %}s{% endif %}"): "{{ n }} 行",
        ("source", "`${n} of ${all}`"): "`${n} / ${all}`",
        ("source", 'Save <b title="Save">'): "存 <b>",
        ("value", "home"): "首页",
        ("markup", 'title="Edit row"'): 'title="修改此行"',
    }
)


def both(zh: str, en: str) -> str:
    return "{% if chinese() %}" + zh + "{% else %}" + en + "{% endif %}"


@pytest.mark.parametrize(
    ("source", "translated"),
    [
        ("<b>Save</b>", f"<b>{both('保存', 'Save')}</b>"),
        ("<b>\n  Save as\n</b>", f"<b>\n  {both('另存为', 'Save as')}\n</b>"),
        ("{% if x %}Save{% endif %}", f"{{% if x %}}{both('保存', 'Save')}{{% endif %}}"),
        ("{{ x }} Save {{ y }}", f"{{{{ x }}}} {both('保存', 'Save')} {{{{ y }}}}"),
        ('<input value="Save">', f'<input value="{both("保存", "Save")}">'),
        ("{{ n }} row{% if n != 1 %}s{% endif %} left",
         both("{{ n }} 行", "{{ n }} row{% if n != 1 %}s{% endif %}") + " left"),
        ('<p>Save <b title="Save">', "<p>" + both("存 <b>", 'Save <b title="Save">')),
        ("<script>let a = 'Save';</script>", f"<script>let a = '{both('保存', 'Save')}';</script>"),
    ],
)  # fmt: skip
def test_a_template_speaks_both_languages(source: str, translated: str) -> None:
    assert CATALOGUE.template(source) == translated


@pytest.mark.parametrize(
    "source",
    [
        "<b>Save it</b>",
        "<b>save</b>",
        '<form name="Save">',
        '<b class="Save">',
        '{{ "Save" }}',
        "<b>1 resulta</b>",
    ],
)
def test_what_is_not_wholly_a_text_is_left_alone(source: str) -> None:
    assert CATALOGUE.template(source) == source


@pytest.mark.parametrize(
    ("source", "translated"),
    [
        ('x = "Save";', 'x = "保存";'),
        ("x = `<b>Save</b><i>Save as</i>`", "x = `<b>保存</b><i>另存为</i>`"),
        ("`${n} of ${all}`", "`${n} / ${all}`"),
        ('x["Saved"] = Save("save")', 'x["Saved"] = Save("save")'),
    ],
)
def test_a_script_is_in_chinese(source: str, translated: str) -> None:
    assert CATALOGUE.script(source) == translated


def test_values_the_core_hands_over() -> None:
    assert [CATALOGUE.value(text) for text in ("home", "Save", "other")] == [
        "首页",
        "保存",
        "other",
    ]


def test_markup_of_the_core_and_no_data_in_it() -> None:
    html = '<button title="Edit row">title=&#34;Edit row&#34; Save</button>'
    assert CATALOGUE.markup(html) == html.replace('title="Edit row"', 'title="修改此行"')


def test_an_empty_catalogue_changes_nothing() -> None:
    assert Catalogue({}).template("<b>Save</b>") == "<b>Save</b>"


def test_changes_are_made_in_their_order() -> None:
    assert change("a b", [("a", "b"), ("b b", "c")]) == "c"
