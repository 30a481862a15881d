"""MkDocs hook: the navigation is the index of docs/README.md, and links out of docs/ lead to files of the tree."""

import posixpath
import re

SHELF = re.compile(r"^## (.+)$")
PAGE = re.compile(r"\[([^\]]+)\]\(([^)#:]+\.md)\)")
LINK = re.compile(r"(?<!!)\[([^\]]*)\]\(([^)\s#:]+)(?:#[^)\s]*)?\)")
COMMENT = re.compile(r"<!--.*?-->\n?", re.DOTALL)


def on_config(config):
    shelves = []
    pages = None
    with open(posixpath.join(config["docs_dir"], "README.md"), encoding="utf-8") as index:
        for line in index:
            shelf = SHELF.match(line)
            if shelf:
                pages = []
                shelves.append({shelf.group(1): pages})
            elif pages is not None:
                for title, page in PAGE.findall(line.split("|")[1] if line.startswith("|") else ""):
                    if not page.startswith(".."):
                        pages.append({title: page})
    config["nav"] = [{"Documentation": "README.md"}] + [s for s in shelves if list(s.values())[0]]
    return config


def on_page_markdown(markdown, page, config, files):
    """A link to a file of the tree that is no page of the site becomes its name."""
    folder = posixpath.dirname(page.file.src_uri)

    def outside(match):
        text, target = match.group(1), match.group(2)
        path = posixpath.normpath(posixpath.join(folder, target))
        return text + " (`" + path[3:] + "`)" if path.startswith("../") else match.group(0)

    markdown = LINK.sub(outside, markdown)
    return COMMENT.sub("", markdown)
