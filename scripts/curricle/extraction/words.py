"""The words at which the finder stops: every sign's example holds one of them.

The first letter is left out where it may be a capital.
"""

from __future__ import annotations

from typing import Final

WORDS: Final = tuple(
    (
        "rror|RROR|fail|Fail|FAIL|fatal|Fatal|FATAL|xception|panic|Traceback|xceeded|exceed|denied"
        "|annot|an't|ould not|ouldn't|ot found|o such|ot exist|nable to|nvalid|nexpected|nknown"
        "|nsupported|ndefined|nresolv|nrecognized|issing|ismatch|llegal|bort|BORT|nauthorized"
        "|orbidden|ejected|ncompatible|xpected|efused|imed out|imeout|ERR_|ssertion|SSERT"
        "|exited with|returned a non-zero|___ |E   |ould reformat|not ok|DATA RACE|IGSEGV|IGABRT"
        "|egmentation|core dumped|Bus error|Access violation|terminate called|<<< |ent wrong"
        "|No matching|[warn] |ERR!|needs running|Caused by|Dubious|attempt to|does not|not defined"
        "|\nE1|\nE2|\nE3|\nE4|\nE5|\nE6|\nE7|\nE8|\nE9|ECONN|ENOTFOUND|TIMEDOUT|EAI_AGAIN|UNREACH"
        "|!!  |** (|Sanitizer|CONFLICT|Killed|OOM|Diff in|diff --git|.go:|No package|E: |Err:"
        "|● |❌|⛔|✗|✘|✖|✕|× |❯ |⎯|➤ |╰─▶|→ |  1) |  2) |  3) |  4) |  5) |  6) |  7) |  8) | "
        " 9) |\n1) |\n2) |\n3) |Z 1) |[1) "
        "|Problem |everity|line |Coverage|CRASH|ERROR|took longer|ancelled|anceled|shutdown"
        "|lost comm|system failure|##[error|::error|output has been|log length|with no output"
        "|==DIFF|=DIFF=|./spec|: C: |: W: |: F: |: R: |MD0| > [|rejecting|toomany|multiple def"
        "|F401| Lint for |General linter|UNEXPECTED|  - |[!] |up-to-date|up to date"
        "|inconsistent|formatted|out of date|outdated|sorted"
        "|signal(|entered--|size limit|stdout ---|stderr ---|went|X] |[X|condition:|DIFF"
        "|at line |! LaTeX|! Package|! Emergency|! File|! Extra|.hs:|.erl:|.hrl:|.kt:|.kts:|.py:"
        "|.rb:|.md:|.rst:|.tex:|\ne: |Z e: |e: file|WARNING] /"
    ).split("|")
)
