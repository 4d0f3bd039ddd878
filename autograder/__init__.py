"""The `cs231n` command: it builds, releases, collects and grades the course's notebooks. docs/architecture.md"""

import sys

# jsonschema, which nbformat imports, compiles a grammar for IRIs wherever this package is there: a second and a half
# at every start, in every process, for a check that nothing here asks for; without it, jsonschema does without
# None makes an import fail, which the annotation of sys.modules leaves out
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
