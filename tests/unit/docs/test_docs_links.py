"""Links lead somewhere, files that are named exist, no page is left out."""

import re
from fnmatch import fnmatch

import pytest
from docs_pages import ROOT, Page, coded, page, pages

PAGES = pages()
# the first part of a path in this repository
FOLDERS = ("bench", "cli", "docs", "events", "functions", "infra", "policies", "sandbox", "tests")
# pages that show how something would be added name files that do not exist
EXAMPLES = ("functions/auditor*",)


def links(of: Page) -> list[str]:
    return re.findall(r"\]\(([^)\s]+)\)", of.prose)


@pytest.mark.parametrize("of", PAGES, ids=lambda each: each.name)
def test_every_link_inside_the_repository_leads_to_a_file_and_a_heading(of):
    for link in links(of):
        if link.startswith("https://"):
            continue
        name, _, anchor = link.partition("#")
        target = (of.path.parent / name).resolve() if name else of.path
        assert target.exists(), link
        assert not anchor or anchor in Page(target).anchors, link


@pytest.mark.parametrize("of", PAGES, ids=lambda each: each.name)
def test_every_file_that_is_named_exists(of):
    for word in coded(of.prose):
        path = word.partition("::")[0].rstrip("/")
        if path.partition("/")[0] not in FOLDERS or "/" not in path or " " in path:
            continue
        if "<" in path or any(fnmatch(path, example) for example in EXAMPLES):
            continue
        assert (ROOT / path).exists(), word


def test_every_page_can_be_reached_from_the_readme():
    reached, todo = set(), [page("README.md")]
    while todo:
        current = todo.pop()
        reached.add(current.path)
        for link in links(current):
            target = (current.path.parent / link.partition("#")[0]).resolve()
            if target.suffix == ".md" and target.exists() and target not in reached:
                todo.append(Page(target))
    assert {each.path for each in PAGES} <= reached
