"""Make what people read after grading: feedback, exports, reports for CI services."""
