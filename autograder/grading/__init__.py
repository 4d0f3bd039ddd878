"""Grades submissions: sanitize, execute, record. It can be interrupted at any moment and resumed."""
