import sys

# jsonschema, which nbformat imports, compiles a grammar for IRIs wherever this package is there: a second and a half
# at every start, in every process, for a check that nothing here asks for; without it, jsonschema does without
sys.modules.setdefault("rfc3987_syntax", None)
