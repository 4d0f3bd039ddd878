"""The judge, which runs the instructor's cells, and its connection to a student's kernel, which it does not trust.

`session` is the worker's side: it starts judges, forked from a warm process (`template`), and has them run cells in
an IPython shell (`shell`). A name that the instructor's cells do not define is the student's (`names`); its value is a
copy or a proxy of an object in the student's kernel (`proxies`). A judge requests it over a `connection`. The `agent`
answers; the student's kernel receives it as text (`bundle`).
"""
