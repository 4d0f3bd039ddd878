"""What people read after grading: feedback, exports, reports for CI systems."""
