"""What the record of a run says of it, and whether the record still is what was recorded.

`reconstruction.py` answers six questions, one file each, and counts what it cannot answer;
`verification.py` and `packed.py` check a run and an archive; `decision.py` adds a person's word.
"""
