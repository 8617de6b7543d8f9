"""The board: a web page for the wall, the desk and the treasurer, on the hub or beside a lone gate.

A page decides nothing: what it shows it reads from the books, what it does is a deed of `desk/`. It stands
on Starlette, Jinja2 and uvicorn (the extra `web`); no page needs a script but for what is live.
"""
