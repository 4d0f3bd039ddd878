"""The judge, which runs the instructor's cells, and its channel to a student's kernel, of which nothing is believed.

`session` is the worker's side: it starts judges, forked from a warm process (`template`), and has them run cells in
an IPython shell (`shell`). What the instructor's cells do not define is the student's (`names`) and stands for an
object in the student's kernel (`proxies`). A judge asks for it over a `connection`; the `agent`, which the student's
kernel is given as text (`bundle`), answers.
"""
