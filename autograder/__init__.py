"""The `cs231n` command: it builds, releases, collects and grades the course's notebooks. See docs/architecture.md."""

import sys

# nbformat imports jsonschema, which compiles a grammar for IRIs if rfc3987_syntax is installed. That delays every
# process by 1.5 seconds for a check that the kit never uses; without the package, jsonschema skips the check.
# None makes the import fail; the annotation of sys.modules does not allow for it.
sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]
